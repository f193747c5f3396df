//! Where a delivery belongs: which run, which attempt, which number.

use jiff::Timestamp;

use super::EventId;
use super::delivery::Delivery;
use super::record::Record;

/// The attempt that the stream is in.
#[derive(Debug, Clone)]
pub(super) struct Current {
    pub(super) run: u32,
    pub(super) attempt: u32,
    /// Whether the worker numbers its events; else they are numbered on arrival.
    pub(super) numbered_by_worker: bool,
    /// The number that the stream waits for.
    pub(super) next: u64,
    /// Whether the attempt's `done` was accepted.
    pub(super) done: bool,
    /// Whether a `done` of it says that the run failed.
    pub(super) failed: bool,
    /// The latest time that an event of the attempt was sent at, as its worker says.
    pub(super) newest: Option<Timestamp>,
}

/// What a session already holds.
pub(super) trait Held {
    /// The event that has an id.
    fn find(&self, id: EventId) -> Option<&Record>;
    /// Whether the event that may have had an id is no longer held.
    fn forgot(&self, id: EventId) -> bool;
    /// The highest number that an attempt has; 0 when it has none.
    fn last_of(&self, run: u32, attempt: u32) -> u64;
}

/// What a delivery's place is, relative to the attempt that the stream is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The first of a new attempt or run.
    Next(EventId),
    /// In the attempt that the stream is in.
    Here(EventId),
    /// In an attempt that a newer one has superseded. Without a number, the log has to find one.
    Past {
        run: u32,
        attempt: u32,
        seq: Option<u64>,
    },
}

/// Finds the place of a delivery.
pub(super) fn place(current: Option<&Current>, delivery: &Delivery, held: &impl Held) -> Place {
    let next = |run| {
        Place::Next(EventId {
            run,
            attempt: delivery.attempt.unwrap_or(1),
            seq: delivery.seq.unwrap_or(1),
        })
    };
    let Some(current) = current else {
        return next(1);
    };
    let attempt = delivery.attempt.unwrap_or(current.attempt);
    if attempt > current.attempt {
        return next(current.run);
    }
    let begins_a_run = match delivery.seq {
        None => takes_over(current, attempt, delivery),
        Some(seq) => starts_over(current, attempt, seq, delivery, held),
    };
    if begins_a_run {
        return next(current.run.saturating_add(1));
    }
    if attempt < current.attempt {
        return Place::Past {
            run: current.run,
            attempt,
            seq: delivery.seq,
        };
    }
    Place::Here(EventId {
        run: current.run,
        attempt,
        seq: delivery.seq.unwrap_or(current.next),
    })
}

/// Whether a delivery without a number is of another run than the current one.
///
/// A worker numbers all its events or none, so after numbered ones this is another worker's. And after the end only a
/// second `done` (KAI sends two) still belongs to the run.
fn takes_over(current: &Current, attempt: u32, delivery: &Delivery) -> bool {
    attempt == current.attempt && (current.numbered_by_worker || (current.done && !delivery.done))
}

/// Whether a delivery with a number, of the current attempt or an earlier one, is of another run.
///
/// Nothing in a callback names the run (contract §3), and a session may serve several: KAI's session is the
/// conversation, and a callback URL may be used again. Taking a second run for repetitions of the first would drop its
/// events, so what tells them apart is looked for; where nothing does, the delivery stays in the run.
fn starts_over(
    current: &Current,
    attempt: u32,
    seq: u64,
    delivery: &Delivery,
    held: &impl Held,
) -> bool {
    if attempt == current.attempt && !current.numbered_by_worker {
        return true;
    }
    // A number that is free is no beginning: it is a gap being filled, or a superseded worker going on.
    let id = EventId {
        run: current.run,
        attempt,
        seq,
    };
    let taken = held.find(id);
    if taken.is_none() && !held.forgot(id) {
        return false;
    }
    // What says the same time is the same sending, however late it arrives.
    let sent_then = taken.and_then(|taken| taken.sent_at.as_deref());
    if sent_then.is_some() && sent_then == delivery.sent_at.as_deref() {
        return false;
    }
    let first_and_different =
        || seq == 1 && taken.is_none_or(|taken| !taken.says_the_same_as(delivery));
    let sent_at = delivery.sent_at.as_deref().and_then(timestamp);
    match sent_at.zip(current.newest) {
        // A worker sends in order, so only its last event can be one that it repeats with a new time: what is sent
        // later than everything else under a lower number is not of the same run.
        Some((sent_at, newest)) => {
            sent_at > newest && (seq < held.last_of(current.run, attempt) || first_and_different())
        }
        None => current.done && first_and_different(),
    }
}

/// A time as the contract writes it (RFC 3339); what does not parse tells nothing.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[cfg(test)]
#[path = "placement_tests.rs"]
mod tests;
