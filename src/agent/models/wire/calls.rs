//! Calls of tools, put together from fragments.
//!
//! Fragments belong together by their `index`, as OpenAI has it. Servers were seen that send none, or 0 for every call; that
//! send ids with each fragment, with the first only, or never; and that send each call whole. So a fragment also begins a
//! new call when it brings another id, or a name after the call before it is whole.

use std::collections::HashSet;

use serde_json::Value;

use super::arguments;
use super::chunk::Fragment;
use crate::agent::{Message, ToolCall};

/// The calls of one turn, while they come.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

#[derive(Debug, Default)]
struct Call {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

impl Calls {
    /// Whether any call has begun.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next fragment.
    pub(super) fn push(&mut self, fragment: Fragment) {
        let at = match self.belongs_to(&fragment) {
            Some(at) => at,
            None => {
                self.0.push(Call {
                    index: fragment.index,
                    ..Call::default()
                });
                self.0.len() - 1
            }
        };
        let call = &mut self.0[at];
        if call.id.is_empty() {
            call.id = fragment.id;
        }
        if call.name.is_empty() {
            call.name = fragment.function.name;
        }
        match fragment.function.arguments {
            Value::Null => {}
            Value::String(piece) => call.arguments.push_str(&piece),
            // Whole, and not as text.
            whole => call.arguments = whole.to_string(),
        }
    }

    /// The call that a fragment continues.
    fn belongs_to(&self, fragment: &Fragment) -> Option<usize> {
        let at = match fragment.index {
            // The last of that index: with one index for all calls, the others are whole.
            Some(_) => self
                .0
                .iter()
                .rposition(|call| call.index == fragment.index)?,
            None => self.0.len().checked_sub(1)?,
        };
        let call = &self.0[at];
        let other_id = !fragment.id.is_empty() && !call.id.is_empty() && fragment.id != call.id;
        let same_id = !fragment.id.is_empty() && fragment.id == call.id;
        let after_a_whole = !fragment.function.name.is_empty()
            && !call.name.is_empty()
            && arguments::is_whole(&call.arguments);
        (!other_id && (same_id || !after_a_whole)).then_some(at)
    }

    /// The whole calls. Ids that are missing, or that were used before, are made: unique in the conversation, and the same
    /// every time.
    ///
    /// # Errors
    /// When a call has no name.
    pub(super) fn finish(self, messages: &[Message]) -> Result<Vec<ToolCall>, Nameless> {
        let mut used: HashSet<String> = earlier(messages).map(str::to_owned).collect();
        let mut number = earlier(messages).count();
        let mut calls = Vec::with_capacity(self.0.len());
        for call in self.0 {
            if call.name.is_empty() {
                return Err(Nameless);
            }
            number += 1;
            let mut id = call.id;
            while id.is_empty() || used.contains(&id) {
                id = format!("call_{number}");
                if used.contains(&id) {
                    number += 1;
                }
            }
            used.insert(id.clone());
            let (arguments, unreadable) = match arguments::parse(&call.arguments) {
                Ok(arguments) => (arguments, None),
                Err(why) => (Default::default(), Some(why)),
            };
            calls.push(ToolCall {
                id,
                tool: call.name,
                arguments,
                unreadable,
            });
        }
        Ok(calls)
    }
}

/// A call names no tool.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Nameless;

/// The ids of the calls of earlier turns.
fn earlier(messages: &[Message]) -> impl Iterator<Item = &str> {
    messages
        .iter()
        .filter_map(|message| match message {
            Message::Assistant { tool_calls, .. } => Some(tool_calls),
            _ => None,
        })
        .flatten()
        .map(|call| call.id.as_str())
}
