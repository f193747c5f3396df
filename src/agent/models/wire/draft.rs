//! A turn while it comes.

use super::calls::Calls;
use super::chunk::{Choice, Chunk};
use super::think::ThinkTags;
use crate::agent::{Message, ModelDelta, ModelTurn};
use crate::contract::TokenUsage;

/// Adds up chunks.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    content: String,
    tags: ThinkTags,
    calls: Calls,
    usage: Option<TokenUsage>,
    finish_reason: String,
    terminated: bool,
}

/// Why the chunks that came are no turn.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The stream ended before the turn did: neither a `finish_reason` nor `[DONE]` came.
    Truncated,
    /// The server ended the answer early.
    CutShort {
        /// Its reason.
        finish_reason: String,
    },
    /// A call names no tool.
    NamelessCall,
}

impl Draft {
    /// Takes a chunk and gives what it adds.
    pub(crate) fn take(&mut self, chunk: Chunk) -> Vec<ModelDelta> {
        if let Some(usage) = chunk.usage {
            self.usage = Some(TokenUsage {
                prompt_tokens: usage.prompt_tokens,
                completion_tokens: usage.completion_tokens,
            });
        }
        let mut deltas = Vec::new();
        // One answer was asked for; some servers leave its number out.
        let choice = chunk
            .choices
            .into_iter()
            .find(|choice| choice.index.unwrap_or(0) == 0);
        if let Some(choice) = choice {
            self.choice(choice, &mut deltas);
        }
        self.keep(&deltas);
        deltas
    }

    fn keep(&mut self, deltas: &[ModelDelta]) {
        for delta in deltas {
            if let ModelDelta::Text(text) = delta {
                self.content.push_str(text);
            }
        }
    }

    fn choice(&mut self, choice: Choice, deltas: &mut Vec<ModelDelta>) {
        let reasoning = choice.delta.reasoning();
        if !reasoning.is_empty() {
            deltas.push(ModelDelta::Thinking(reasoning));
        }
        self.tags.push(&choice.delta.text(), deltas);
        for fragment in choice.delta.tool_calls {
            if self.calls.is_empty() {
                deltas.push(ModelDelta::ToolCall);
            }
            self.calls.push(fragment);
        }
        if !choice.finish_reason.is_empty() {
            self.finish_reason = choice.finish_reason;
        }
    }

    /// `[DONE]` came.
    pub(crate) fn terminate(&mut self) {
        self.terminated = true;
    }

    /// Whether nothing but the usage can follow.
    pub(crate) fn is_finished(&self) -> bool {
        self.terminated || !self.finish_reason.is_empty()
    }

    /// The stream is over: the last pieces, and the turn.
    pub(crate) fn finish(
        mut self,
        messages: &[Message],
    ) -> (Vec<ModelDelta>, Result<ModelTurn, Flaw>) {
        let mut deltas = Vec::new();
        self.tags.finish(&mut deltas);
        self.keep(&deltas);
        (deltas, self.turn(messages))
    }

    fn turn(self, messages: &[Message]) -> Result<ModelTurn, Flaw> {
        if !self.is_finished() {
            return Err(Flaw::Truncated);
        }
        // A figure whose last digits are missing would be a wrong answer. Calls whose arguments are cut cannot be read, and
        // the model is told so.
        if self.calls.is_empty()
            && matches!(self.finish_reason.as_str(), "length" | "content_filter")
        {
            return Err(Flaw::CutShort {
                finish_reason: self.finish_reason,
            });
        }
        Ok(ModelTurn {
            content: self.content,
            tool_calls: self
                .calls
                .finish(messages)
                .map_err(|_| Flaw::NamelessCall)?,
            usage: self.usage,
        })
    }
}
