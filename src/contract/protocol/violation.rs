//! What a stream got wrong, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Rule;
use crate::contract::EventId;

/// A broken rule, with the event that broke it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// Which event of the stream it was, from 1; none when something is missing at the end.
    pub event: Option<usize>,
    /// The event's `type`; empty when something is missing at the end.
    pub kind: String,
    /// The event's id, when the stream has ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EventId>,
    /// What was wrong.
    pub detail: String,
}

impl Violation {
    /// Where and what, without the rule: `event 7 (token, 1-1-7): …`.
    pub fn place_and_detail(&self) -> String {
        let Some(event) = self.event else {
            return format!("at the end: {}", self.detail);
        };
        let id = self.id.map(|id| format!(", {id}")).unwrap_or_default();
        format!("event {event} ({}{id}): {}", self.kind, self.detail)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.id(), self.place_and_detail())
    }
}
