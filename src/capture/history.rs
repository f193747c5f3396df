//! What subscribers read: the events in the order of their ids, of which the oldest may have been dropped.

use std::collections::VecDeque;
use std::time::SystemTime;

use axum::body::Bytes;

use super::EventId;
use super::record::Record;

/// The readable events of a session.
///
/// Design constraints: the ids strictly rise, and nothing is inserted or removed but at the two ends. So a reader's
/// position is the number of events before it, dropped ones included, and an id is found by halving.
#[derive(Debug, Default)]
pub(super) struct History {
    records: VecDeque<Record>,
    /// How many were dropped from the front.
    dropped: u64,
    last_dropped: Option<EventId>,
}

/// What a reader finds at its position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frames {
    /// Where the frames begin: beyond the position that was asked for when what stood there was dropped.
    pub(super) from: u64,
    /// Each with its id and when its event was received.
    pub(super) frames: Vec<(EventId, SystemTime, Bytes)>,
}

/// Where a reader begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) position: u64,
    /// Whether all that follows the reader's last event is there. Else its history was dropped.
    pub(super) whole: bool,
}

impl History {
    pub(super) fn push(&mut self, record: Record) {
        self.records.push_back(record);
    }

    /// Drops the oldest event and hands it over; none when there is none.
    pub(super) fn drop_oldest(&mut self) -> Option<Record> {
        let record = self.records.pop_front()?;
        self.dropped += 1;
        self.last_dropped = Some(record.id);
        Some(record)
    }

    /// How many events were dropped, and the last of them.
    pub(super) fn dropped(&self) -> Option<(u64, EventId)> {
        self.last_dropped.map(|last| (self.dropped, last))
    }

    /// The id of the last event, dropped or not.
    pub(super) fn last_id(&self) -> Option<EventId> {
        self.records
            .back()
            .map(|record| record.id)
            .or(self.last_dropped)
    }

    /// Whether an id lies where events were dropped, so that nobody can say whether there was one.
    pub(super) fn forgot(&self, id: EventId) -> bool {
        self.last_dropped.is_some_and(|last| id <= last)
    }

    pub(super) fn find(&self, id: EventId) -> Option<&Record> {
        // What comes in order is after everything: to halve through the log for each was the largest single cost of one.
        if self.records.back().is_none_or(|last| id > last.id) {
            return None;
        }
        let at = self
            .records
            .binary_search_by_key(&id, |record| record.id)
            .ok()?;
        self.records.get(at)
    }

    /// The last event whose attempt is not after this one.
    pub(super) fn last_up_to(&self, run: u32, attempt: u32) -> Option<EventId> {
        let end = self
            .records
            .partition_point(|record| (record.id.run, record.id.attempt) <= (run, attempt));
        let kept = end.checked_sub(1).and_then(|at| self.records.get(at));
        kept.map(|record| record.id).or(self.last_dropped)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }

    /// The position after the last event.
    pub(super) fn end(&self) -> u64 {
        self.dropped + self.records.len() as u64
    }

    /// Frames from a position on: at least one when there is one, and no more than `bytes` after the first.
    pub(super) fn frames(&self, position: u64, bytes: usize) -> Frames {
        let from = position.max(self.dropped);
        let skipped = usize::try_from(from - self.dropped).unwrap_or(usize::MAX);
        let mut sum = 0_usize;
        let frames = self
            .records
            .range(skipped.min(self.records.len())..)
            .take_while(|record| {
                let first = sum == 0;
                sum = sum.saturating_add(record.frame.len());
                first || sum <= bytes
            })
            .map(|record| (record.id, record.received_at, record.frame.clone()))
            .collect();
        Frames { from, frames }
    }

    /// The position after an id, for a reader that has seen it.
    ///
    /// An id beyond the end was not issued by this log but by one before it, under the same name. Reading starts over
    /// then, since skipping would lose events, and the reader is told: what it missed of the other log is gone.
    pub(super) fn after(&self, id: EventId) -> Start {
        match self.last_id() {
            Some(last) if id <= last => {
                let kept = self.records.partition_point(|record| record.id <= id);
                Start {
                    position: self.dropped + kept as u64,
                    whole: self.last_dropped.is_none_or(|dropped| id >= dropped),
                }
            }
            _ => Start {
                position: self.dropped,
                whole: false,
            },
        }
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
