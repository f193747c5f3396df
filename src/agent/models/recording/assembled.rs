//! What an answer says as a whole, however it was cut into pieces.

use std::collections::VecDeque;

use crate::agent::ModelDelta;
use crate::agent::models::wire::{Chunk, Draft};
use crate::contract::sse::Parser;

/// An answer put together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Assembled {
    /// Whether nothing but the usage can follow.
    pub(super) is_finished: bool,
    /// Text, reasoning, and the arguments of its calls, each as one text.
    pub(super) texts: Vec<String>,
}

impl Assembled {
    /// Puts an answer together; what is no chat completion adds nothing.
    pub(super) fn of(body: &[u8]) -> Self {
        let mut draft = Draft::default();
        let (mut text, mut thinking) = (String::new(), String::new());
        let mut keep = |deltas: Vec<ModelDelta>| {
            for delta in deltas {
                match delta {
                    ModelDelta::Text(piece) => text.push_str(&piece),
                    ModelDelta::Thinking(piece) => thinking.push_str(&piece),
                    ModelDelta::ToolCall => {}
                }
            }
        };
        if let Ok(chunk) = serde_json::from_slice::<Chunk>(body) {
            keep(draft.take(chunk));
            draft.terminate();
        } else {
            let mut frames = VecDeque::new();
            // The limit is the body itself.
            let _ = Parser::new(body.len(), None).push(body, &mut frames);
            for frame in frames {
                match frame.data.trim() {
                    "[DONE]" => draft.terminate(),
                    data => {
                        if let Ok(chunk) = serde_json::from_str(data) {
                            keep(draft.take(chunk));
                        }
                    }
                }
            }
        }
        let is_finished = draft.is_finished();
        let (deltas, turn) = draft.finish(&[]);
        keep(deltas);
        let mut texts = vec![text, thinking];
        if let Ok(turn) = turn {
            for call in turn.tool_calls {
                let arguments = call.arguments.values();
                texts.extend(arguments.filter_map(|value| value.as_str().map(str::to_owned)));
                texts.push(serde_json::Value::Object(call.arguments).to_string());
                texts.extend(call.unreadable);
            }
        }
        texts.retain(|text| !text.is_empty());
        Self { is_finished, texts }
    }
}
