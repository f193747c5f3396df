//! What the messages say: the last question, those before it, and what the tools returned since.

use serde::de::DeserializeOwned;

use super::outputs::RowsOutput;
use crate::agent::chat_model::Message;

/// Most questions before the last that are looked at.
const MOST_EARLIER: usize = 6;

/// The last question of a conversation and the turns after it.
#[derive(Debug, Clone)]
pub(super) struct Conversation<'a> {
    /// What the user asked.
    pub question: &'a str,
    /// What was asked before, oldest first.
    pub earlier: Vec<&'a str>,
    since: &'a [Message],
}

impl<'a> Conversation<'a> {
    /// Finds the last question. `None` when nothing was asked.
    pub fn new(messages: &'a [Message]) -> Option<Self> {
        let at = messages
            .iter()
            .rposition(|message| matches!(message, Message::User { .. }))?;
        let Message::User { content } = &messages[at] else {
            return None;
        };
        let asked = messages[..at].iter().filter_map(|message| match message {
            Message::User { content } => Some(content.as_str()),
            _ => None,
        });
        let mut earlier: Vec<&str> = asked.collect();
        earlier.drain(..earlier.len().saturating_sub(MOST_EARLIER));
        Some(Self {
            question: content,
            earlier,
            since: &messages[at + 1..],
        })
    }

    /// Whether nothing has been done about the question yet.
    pub fn is_new(&self) -> bool {
        !self
            .since
            .iter()
            .any(|message| matches!(message, Message::Assistant { .. }))
    }

    /// The last output of a tool, when it can be read.
    pub fn output<T: DeserializeOwned>(&self, wanted: &str) -> Option<T> {
        self.outputs(wanted).pop()
    }

    /// The outputs of a tool that can be read, in order.
    pub fn outputs<T: DeserializeOwned>(&self, wanted: &str) -> Vec<T> {
        let outputs = self.since.iter().filter_map(|message| match message {
            Message::Tool { tool, output, .. } if tool == wanted => {
                serde_json::from_str(output).ok()
            }
            _ => None,
        });
        outputs.collect()
    }

    /// Whether a tool was called.
    pub fn has_called(&self, wanted: &str) -> bool {
        self.since
            .iter()
            .any(|message| matches!(message, Message::Tool { tool, .. } if tool == wanted))
    }

    /// Whether a tool was called with a text as one of its arguments.
    pub fn has_asked(&self, wanted: &str, text: &str) -> bool {
        let calls = self.since.iter().flat_map(|message| match message {
            Message::Assistant { tool_calls, .. } => tool_calls.as_slice(),
            _ => &[],
        });
        calls
            .filter(|call| call.tool == wanted)
            .flat_map(|call| call.arguments.values())
            .any(|value| value.as_str() == Some(text))
    }

    /// The same conversation in other words.
    pub fn with<'b>(&'b self, question: &'b str, earlier: Vec<&'b str>) -> Conversation<'b> {
        Conversation {
            question,
            earlier,
            since: self.since,
        }
    }

    /// What a statement returned, if it was sent and answered.
    pub fn rows(&self, sql: &str) -> Option<RowsOutput> {
        let calls = self.since.iter().flat_map(|message| match message {
            Message::Assistant { tool_calls, .. } => tool_calls.as_slice(),
            _ => &[],
        });
        let mut ids = calls
            .filter(|call| {
                call.arguments.get("query").and_then(|query| query.as_str()) == Some(sql)
            })
            .map(|call| call.id.as_str());
        ids.find_map(|id| {
            self.since.iter().find_map(|message| match message {
                Message::Tool {
                    call_id, output, ..
                } if call_id == id => {
                    Some(
                        serde_json::from_str(output).unwrap_or_else(|error| RowsOutput {
                            error: format!("the tool's output is no JSON: {error}"),
                            ..RowsOutput::default()
                        }),
                    )
                }
                _ => None,
            })
        })
    }
}
