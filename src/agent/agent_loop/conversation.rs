//! The messages of a run, how many bytes they are, and what is left out when they are too many.

use crate::agent::memory::Turn;
use crate::agent::tools::failure_output;
use crate::agent::{Message, ModelTurn, ToolCall, ToolSpec};

/// The messages so far.
pub(super) struct Conversation {
    messages: Vec<Message>,
    bytes: usize,
}

impl Conversation {
    /// Begins with the rules, what was asked and answered earlier in the conversation, and the question; the tools'
    /// descriptions are given with every turn.
    pub(super) fn new(
        rules: String,
        earlier: Vec<Turn>,
        question: &str,
        tools: &[ToolSpec],
    ) -> Self {
        let described: usize = tools
            .iter()
            .map(|tool| tool.name.len() + tool.description.len() + json_bytes(&tool.parameters))
            .sum();
        let mut bytes = rules.len() + question.len() + described;
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
            ..
        } = turn;
        self.bytes += content.len();
        self.bytes += tool_calls
            .iter()
            .map(|call| json_bytes(&call.arguments))
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

    /// Leaves out outputs of tools, the oldest first, until the conversation is within the limit. The model reads in their
    /// place that they were left out; what the last turn's tools returned, which it has not read yet, always stays.
    ///
    /// Outputs are nearly all of a conversation, and the only part that the model can ask for again.
    pub(super) fn shorten(&mut self, limit: usize) {
        let unread = self
            .messages
            .iter()
            .rposition(|message| matches!(message, Message::Assistant { .. }))
            .unwrap_or(0);
        for message in &mut self.messages[..unread] {
            if self.bytes <= limit {
                return;
            }
            if let Message::Tool { output, .. } = message {
                let note = left_out(output.len());
                // Small outputs stay, and so do notes.
                if 2 * note.len() < output.len() {
                    self.bytes -= output.len() - note.len();
                    *output = note;
                }
            }
        }
    }
}

/// Not a success: whoever reads the output by its form must not take it for an empty result.
fn left_out(bytes: usize) -> String {
    failure_output(&format!(
        "this output of {bytes} bytes was read before and is left out now, because the conversation is at its limit; \
         call the tool again when it is needed"
    ))
}

fn json_bytes(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |text| text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    fn call(id: &str) -> ToolCall {
        ToolCall {
            id: id.to_owned(),
            tool: "sql_query".to_owned(),
            arguments: Map::new(),
            unreadable: None,
        }
    }

    /// A conversation of turns that each made one call with an output of this many bytes.
    fn conversation(outputs: &[usize]) -> Conversation {
        let mut conversation = Conversation::new("rules".to_owned(), Vec::new(), "apa?", &[]);
        for (number, bytes) in outputs.iter().enumerate() {
            let call = call(&number.to_string());
            conversation.said(ModelTurn {
                tool_calls: vec![call.clone()],
                ..ModelTurn::default()
            });
            conversation.returned(&call, "x".repeat(*bytes));
        }
        conversation
    }

    fn outputs(conversation: &Conversation) -> Vec<&str> {
        let outputs = conversation.messages().iter();
        outputs
            .filter_map(|message| match message {
                Message::Tool { output, .. } => Some(output.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The bytes counted anew.
    fn counted(conversation: &Conversation) -> usize {
        let messages = conversation.messages().iter();
        messages
            .map(|message| match message {
                Message::System { content } | Message::User { content } => content.len(),
                Message::Assistant { tool_calls, .. } => 2 * tool_calls.len(),
                Message::Tool { output, .. } => output.len(),
            })
            .sum()
    }

    #[test]
    fn the_oldest_outputs_are_left_out_and_say_so() {
        let mut conversation = conversation(&[1000, 1000, 1000]);
        conversation.shorten(2500);
        let outputs = outputs(&conversation);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(outputs[0]).expect("JSON"),
            json!({
                "success": false,
                "error": "this output of 1000 bytes was read before and is left out now, because the conversation is \
                          at its limit; call the tool again when it is needed"
            })
        );
        assert_eq!((outputs[1].len(), outputs[2].len()), (1000, 1000));
        assert_eq!(conversation.bytes(), counted(&conversation));
    }

    #[test]
    fn what_the_model_has_not_read_stays_whatever_it_takes() {
        let mut conversation = conversation(&[1000, 1000, 3000]);
        conversation.shorten(1500);
        assert_eq!(outputs(&conversation)[2].len(), 3000);
        assert!(conversation.bytes() > 1500);
        assert_eq!(conversation.bytes(), counted(&conversation));
    }

    #[test]
    fn nothing_is_left_out_below_the_limit_or_where_it_saves_nothing() {
        let mut small = conversation(&[1000, 1000, 1000]);
        small.shorten(small.bytes());
        assert!(outputs(&small).iter().all(|output| output.len() == 1000));
        let mut tiny = conversation(&[10, 10, 10]);
        tiny.shorten(0);
        assert!(outputs(&tiny).iter().all(|output| output.len() == 10));
    }

    #[test]
    fn the_descriptions_of_the_tools_count() {
        let tool = ToolSpec {
            name: "four",
            description: "seven..",
            parameters: json!({}),
        };
        assert_eq!(
            Conversation::new(String::new(), Vec::new(), "", &[tool]).bytes(),
            13
        );
    }
}
