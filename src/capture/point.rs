//! A moment of a run, as the receiver of its events can tell it.

use std::fmt;

use serde_json::{Map, Value};

/// A moment of a run: the arrival of one of its events. The reply to that one can be held, and the worker, of whatever
/// language, waits.
///
/// ```
/// use kai_e2e::capture::Point;
///
/// assert_eq!(Point::delivery(6).to_string(), "delivery 6");
/// let second = Point::event("tool_start").of_tool("sql_query").nth(2);
/// assert_eq!(second.to_string(), "tool_start(sql_query) number 2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Delivery(u64),
    Event {
        kind: String,
        tool: Option<String>,
        nth: u64,
    },
}

impl Point {
    /// The session's `ordinal`-th event, from 1, in the order of arrival. A repetition is no other event.
    pub fn delivery(ordinal: u64) -> Self {
        Self {
            what: What::Delivery(ordinal),
        }
    }

    /// The first event of a type that comes from now on.
    pub fn event(kind: impl Into<String>) -> Self {
        Self {
            what: What::Event {
                kind: kind.into(),
                tool: None,
                nth: 1,
            },
        }
    }

    /// Of those events only the ones of a tool. A delivery has no tool, and stays what it is.
    #[must_use]
    pub fn of_tool(mut self, name: impl Into<String>) -> Self {
        if let What::Event { tool, .. } = &mut self.what {
            *tool = Some(name.into());
        }
        self
    }

    /// Not the first of those events, but this one, from 1. A delivery is one already, and stays what it is.
    #[must_use]
    pub fn nth(mut self, number: u64) -> Self {
        if let What::Event { nth, .. } = &mut self.what {
            *nth = number;
        }
        self
    }

    /// Whether an event is the one that is meant, when `before` others have fitted; none when it does not fit and is not to be
    /// counted.
    pub(super) fn is(&self, ordinal: u64, before: u64, event: &Map<String, Value>) -> Option<bool> {
        match &self.what {
            What::Delivery(wanted) => (ordinal == *wanted).then_some(true),
            What::Event { kind, tool, nth } => {
                let has = |key: &str, wanted: &str| {
                    event.get(key).and_then(Value::as_str) == Some(wanted)
                };
                let fits =
                    has("type", kind) && tool.as_deref().is_none_or(|tool| has("tool", tool));
                fits.then(|| before + 1 == *nth)
            }
        }
    }
}

impl From<u64> for Point {
    fn from(ordinal: u64) -> Self {
        Self::delivery(ordinal)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Delivery(ordinal) => write!(f, "delivery {ordinal}"),
            What::Event { kind, tool, nth } => {
                f.write_str(kind)?;
                if let Some(tool) = tool {
                    write!(f, "({tool})")?;
                }
                match nth {
                    1 => Ok(()),
                    nth => write!(f, " number {nth}"),
                }
            }
        }
    }
}
