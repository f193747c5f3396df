//! An event that was accepted: a delivery with a place.

use std::time::SystemTime;

use axum::body::Bytes;

use super::EventId;
use super::delivery::{self, Delivery};
use super::same_json::same_json;

/// One accepted event. Cheap to clone: the frame is shared.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: EventId,
    /// Which delivery of the session this was, from 1, in the order of arrival.
    pub(super) ordinal: u64,
    /// Whether its number is the worker's own.
    pub(super) numbered_by_worker: bool,
    pub(super) received_at: SystemTime,
    pub(super) sent_at: Option<Box<str>>,
    /// The session that the body named, where that is not this one.
    pub(super) other_session: Option<Box<str>>,
    /// Whether it is a `done`.
    pub(super) done: bool,
    /// Whether it is the `done` of a run that failed.
    pub(super) failed: bool,
    /// The frame after its id.
    pub(super) frame: Bytes,
    json_start: usize,
}

impl Record {
    pub(super) fn new(id: EventId, ordinal: u64, delivery: Delivery) -> Self {
        Self {
            id,
            ordinal,
            numbered_by_worker: delivery.seq.is_some(),
            received_at: SystemTime::now(),
            sent_at: delivery.sent_at,
            other_session: delivery.other_session,
            done: delivery.done,
            failed: delivery.failed,
            frame: delivery.frame,
            json_start: delivery.json_start,
        }
    }

    /// The event's JSON, on one line.
    pub(super) fn json(&self) -> &[u8] {
        delivery::json(&self.frame, self.json_start)
    }

    /// What keeping it costs, in bytes: as much as its delivery did.
    pub(super) fn cost(&self) -> usize {
        delivery::cost(
            &self.frame,
            self.other_session.as_deref(),
            self.sent_at.as_deref(),
        )
    }

    /// Whether a delivery carries the same event.
    pub(super) fn says_the_same_as(&self, delivery: &Delivery) -> bool {
        same_json(self.json(), delivery.json())
    }
}
