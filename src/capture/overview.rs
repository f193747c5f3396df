//! A session in a few figures: what the list of sessions shows, and what the page asks while it watches one.

use std::time::SystemTime;

use serde::{Deserialize, Serialize, Serializer};

use super::EventId;
use super::transcript::rfc3339;
use crate::contract::SessionId;

/// One session as it is now. What it costs to make one does not depend on how many events there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Overview {
    pub(super) session_id: SessionId,
    #[serde(flatten)]
    pub(super) figures: Figures,
    /// Deliveries that were answered with an error.
    pub(super) refused: u64,
    /// How many read its stream now.
    pub(super) subscribers: usize,
    /// When the session began here, with its first event or subscriber.
    #[serde(with = "rfc3339")]
    pub(super) began_at: SystemTime,
    /// When its last event came; when it began, where none has.
    #[serde(with = "rfc3339")]
    pub(super) last_at: SystemTime,
}

/// What a log says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Figures {
    pub(super) state: RunState,
    /// The run and the attempt that the stream is in; none before the first event.
    pub(super) run: Option<u32>,
    pub(super) attempt: Option<u32>,
    /// Events that were received, dropped and late ones included.
    pub(super) events: u64,
    /// The last event of the stream.
    #[serde(serialize_with = "as_text")]
    pub(super) last_event_id: Option<EventId>,
    /// Deliveries that repeated one that was there.
    pub(super) duplicates: u64,
    /// Deliveries that said something else than the one under the same number.
    pub(super) conflicts: u64,
    /// Events that came when their place in the stream had been passed.
    pub(super) late: u64,
    /// Events that were dropped to make room.
    pub(super) dropped: u64,
}

/// How far the newest attempt of a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RunState {
    /// Nothing came yet.
    Waiting,
    /// Events came, and no `done`.
    Running,
    /// It sent a `done`.
    Done,
    /// It sent a `done` whose result says that the run failed.
    Failed,
}

fn as_text<S: Serializer>(id: &Option<EventId>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}
