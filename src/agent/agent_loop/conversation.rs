//! The messages of a run, and how many bytes they are.

use crate::agent::memory::Turn;
use crate::agent::{Message, ModelTurn, ToolCall};

/// The messages so far.
pub(super) struct Conversation {
    messages: Vec<Message>,
    bytes: usize,
}

impl Conversation {
    /// Begins with the rules, what was asked and answered earlier in the conversation, and the question.
    pub(super) fn new(rules: String, earlier: Vec<Turn>, question: &str) -> Self {
        let mut bytes = rules.len() + question.len();
        let mut messages = vec![Message::System { content: rules }];
        for Turn { question, answer } in earlier {
            bytes += question.len() + answer.len();
            messages.push(Message::User { content: question });
            messages.push(Message::Assistant {
                content: answer,
                tool_calls: Vec::new(),
            });
        }
        messages.push(Message::User {
            content: question.to_owned(),
        });
        Self { messages, bytes }
    }

    /// What the model is given.
    pub(super) fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// How many bytes of text that is.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What the model said.
    pub(super) fn said(&mut self, turn: ModelTurn) {
        let ModelTurn {
            content,
            tool_calls,
        } = turn;
        self.bytes += content.len();
        self.bytes += tool_calls
            .iter()
            .map(|call| serde_json::to_string(&call.arguments).map_or(0, |text| text.len()))
            .sum::<usize>();
        self.messages.push(Message::Assistant {
            content,
            tool_calls,
        });
    }

    /// What a tool returned.
    pub(super) fn returned(&mut self, call: &ToolCall, output: String) {
        self.bytes += output.len();
        self.messages.push(Message::Tool {
            call_id: call.id.clone(),
            tool: call.tool.clone(),
            output,
        });
    }
}
