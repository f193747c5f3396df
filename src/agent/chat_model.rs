//! The one trait behind which every model stands: the offline analyst, a hosted or local server, recorded traffic.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contract::TokenUsage;

/// One message of the conversation between the agent and its model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Message {
    /// The rules of the game.
    System {
        /// The text.
        content: String,
    },
    /// What the user asked, now or earlier in the conversation.
    User {
        /// The text.
        content: String,
    },
    /// What the model said: text, tool calls, or both.
    Assistant {
        /// The text; empty when it only called tools.
        content: String,
        /// The tools it wants to run, in order.
        #[serde(default)]
        tool_calls: Vec<ToolCall>,
    },
    /// What a tool returned.
    Tool {
        /// The id of the call that it answers.
        call_id: String,
        /// The tool's name.
        tool: String,
        /// The output: JSON text with `success`.
        output: String,
    },
}

/// A tool that the model wants to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Unique within the conversation.
    pub id: String,
    /// The tool's name.
    pub tool: String,
    /// Its arguments; empty when they cannot be read.
    pub arguments: Map<String, Value>,
    /// Why the arguments cannot be read as a JSON object, with what they were; the call fails with these words, and the
    /// model may try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// A tool as the model sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolSpec {
    /// The tool's name (contract §8).
    pub name: &'static str,
    /// What it does and when to use it.
    pub description: &'static str,
    /// JSON schema of the arguments.
    pub parameters: Value,
}

/// What the model is given in one turn.
#[derive(Debug, Clone, Copy)]
pub struct ModelRequest<'a> {
    /// The conversation so far, oldest first.
    pub messages: &'a [Message],
    /// The tools that it may call.
    pub tools: &'a [ToolSpec],
}

/// A piece of a turn as it is produced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelDelta {
    /// Reasoning text; becomes a `thinking` event.
    Thinking(String),
    /// A piece of the visible text.
    Text(String),
    /// The model has begun to call a tool: what it said before is no answer, unless it was told already.
    ToolCall,
}

/// A whole turn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModelTurn {
    /// The visible text: exactly the concatenation of the [`ModelDelta::Text`]s.
    pub content: String,
    /// The tools to run; when there are none, `content` is the answer.
    pub tool_calls: Vec<ToolCall>,
    /// What it cost, when the model says so.
    pub usage: Option<TokenUsage>,
}

/// Receives the pieces of a turn in order.
#[async_trait]
pub trait DeltaSink: Send {
    /// Takes the next piece.
    async fn delta(&mut self, delta: ModelDelta);
}

/// Why a model gave no turn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The model could not be reached or broke off; another attempt may succeed.
    #[error("the model `{model}` did not answer: {reason}")]
    Unavailable {
        /// The model's name.
        model: String,
        /// What was seen.
        reason: String,
        /// How long its server asked to wait before another attempt.
        retry_after: Option<Duration>,
    },
    /// The model answered with something that is no turn; another attempt gives the same.
    #[error("the model `{model}` gave no usable answer: {reason}")]
    Refused {
        /// The model's name.
        model: String,
        /// What was seen.
        reason: String,
    },
}

/// A model: messages and tools in, one turn out.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// The model's name, for messages and logs.
    fn name(&self) -> &str;

    /// How many bytes of conversation it can be given in one turn; none when it sets no bound of its own.
    fn context_bytes(&self) -> Option<usize> {
        None
    }

    /// Produces the next turn, handing its pieces to `sink` as they come. A caller that wants no more drops the future.
    ///
    /// # Errors
    /// When the model cannot be reached or says something that is no turn.
    async fn turn(
        &self,
        request: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError>;
}
