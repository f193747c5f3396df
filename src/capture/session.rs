//! A session: a log that many tasks write, read and wait for.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::budget::{Budget, Lease};
use super::delivery::Delivery;
use super::history::{Frames, Start};
use super::log::{Accepted, Contents, Full, Log, Rules};
use super::overview::Overview;
use super::record::Record;
use super::start_at::StartAt;
use crate::contract::SessionId;

/// How many refusals a transcript lists; the rest are counted.
const LISTED_REFUSALS: usize = 100;

/// One session. Whoever holds it may find it retired, and then has to ask the store for its successor.
#[derive(Debug)]
pub(super) struct Session {
    state: Mutex<State>,
    /// Says that the stream grew. Its receivers are the live subscribers.
    grown: watch::Sender<()>,
    /// Says that somebody subscribed.
    subscribed: Notify,
    /// Where its transcript is on disk. Only who writes it takes this lock.
    file: Mutex<Option<PathBuf>>,
    budget: Arc<Budget>,
}

#[derive(Debug)]
struct State {
    log: Log,
    refusals: Refusals,
    last_used: Instant,
    /// When it began, and when its last delivery was accepted.
    began_at: SystemTime,
    last_at: SystemTime,
    /// How often anything changed that a transcript shows.
    changes: u64,
    /// How many of the changes are in the transcript on disk.
    written: u64,
    /// Whether it waits to be written.
    queued: bool,
    /// Set when the store lets go of the session: nothing may be added that nobody could find.
    retired: bool,
}

/// Deliveries that were not accepted.
#[derive(Debug, Default, Clone)]
pub(super) struct Refusals {
    pub(super) count: u64,
    /// The first of them.
    pub(super) listed: Vec<Refusal>,
}

/// A delivery that was not accepted.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) received_at: SystemTime,
    pub(super) status: u16,
    pub(super) reason: String,
}

/// The session was retired between being found and being used; the delivery comes back.
#[derive(Debug)]
pub(super) struct Retired(pub(super) Delivery);

/// What a reader finds at its position.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) found: Frames,
    /// Whether nothing is to follow these frames.
    pub(super) last: bool,
    /// When an early event gives up waiting for the missing one.
    pub(super) due: Option<Instant>,
}

impl Session {
    pub(super) fn new(rules: Rules, budget: Arc<Budget>) -> Self {
        let now = SystemTime::now();
        Self {
            state: Mutex::new(State {
                log: Log::new(rules),
                refusals: Refusals::default(),
                last_used: Instant::now(),
                began_at: now,
                last_at: now,
                changes: 0,
                written: 0,
                queued: false,
                retired: false,
            }),
            grown: watch::Sender::new(()),
            subscribed: Notify::new(),
            file: Mutex::default(),
            budget,
        }
    }

    /// A panic elsewhere must not silence the session: every change leaves the state whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a delivery, whose bytes are set aside, and wakes the subscribers.
    pub(super) fn append(
        &self,
        delivery: Delivery,
        lease: Lease,
    ) -> Result<Result<Accepted, Full>, Retired> {
        let now = Instant::now();
        let (accepted, grew) = {
            let mut state = self.state();
            if state.retired {
                return Err(Retired(delivery));
            }
            let (before, bytes) = (state.log.end(), state.log.bytes());
            let due = state.log.due();
            let accepted = state.log.append(delivery, now);
            let added = match &accepted {
                Ok(accepted) if accepted.kept => lease.keep(),
                _ => 0,
            };
            // What was dropped to make room for it.
            self.budget
                .give_back((bytes + added).saturating_sub(state.log.bytes()));
            if accepted.is_ok() {
                state.last_used = now;
                state.last_at = SystemTime::now();
                state.changes += 1;
            }
            // Also an end that could be read at once is news (see `Log::put`), and an early event: whoever waits must know when
            // it is let pass.
            let news = state.log.end() > before || state.log.finished() || state.log.due() != due;
            (accepted, news)
        };
        if grew {
            self.grown.send_replace(());
        }
        Ok(accepted)
    }

    /// Appends a recorded event, whose bytes are set aside.
    pub(super) fn restore(&self, record: Record, streamed: bool, lease: Lease) -> Result<(), Full> {
        {
            let mut state = self.state();
            let bytes = state.log.bytes();
            let restored = state.log.restore(record, streamed);
            let added = match restored {
                Ok(()) => lease.keep(),
                Err(_) => 0,
            };
            self.budget
                .give_back((bytes + added).saturating_sub(state.log.bytes()));
            restored?;
            state.last_used = Instant::now();
            state.last_at = SystemTime::now();
            state.changes += 1;
        }
        self.grown.send_replace(());
        Ok(())
    }

    /// Lets early events pass that have waited long enough.
    pub(super) fn release_overdue(&self, now: Instant) {
        let grew = {
            let mut state = self.state();
            let before = state.log.end();
            state.log.release_overdue(now);
            state.log.end() > before
        };
        if grew {
            self.grown.send_replace(());
        }
    }

    /// Becomes a live subscriber: while the receiver exists, the session is not freed. None when it already was.
    pub(super) fn subscribe(&self) -> Option<watch::Receiver<()>> {
        let mut state = self.state();
        if state.retired {
            return None;
        }
        state.last_used = Instant::now();
        self.subscribed.notify_one();
        Some(self.grown.subscribe())
    }

    /// Keeps the session from being freed, without being a subscriber.
    pub(super) fn watch(&self) -> Option<watch::Receiver<()>> {
        (!self.state().retired).then(|| self.grown.subscribe())
    }

    /// Waits until somebody subscribes or has subscribed.
    pub(super) async fn subscribed(&self) {
        self.subscribed.notified().await;
    }

    /// Reads frames from a position on.
    pub(super) fn read(&self, position: u64, bytes: usize) -> Batch {
        let state = self.state();
        let found = state.log.frames(position, bytes);
        let end = found.from + found.frames.len() as u64;
        Batch {
            last: state.log.finished() && end >= state.log.end(),
            due: state.log.due(),
            found,
        }
    }

    /// Where a reader begins, and whether nothing is to follow there.
    pub(super) fn start(&self, at: StartAt) -> (Start, bool) {
        let state = self.state();
        let start = state.log.start(at);
        let over = state.log.finished() && start.position >= state.log.end();
        (start, over)
    }

    /// Notes a delivery that was refused.
    pub(super) fn note_refusal(&self, status: u16, reason: &str) {
        let state = &mut *self.state();
        state.changes += 1;
        let refusals = &mut state.refusals;
        refusals.count += 1;
        if refusals.listed.len() < LISTED_REFUSALS {
            refusals.listed.push(Refusal {
                received_at: SystemTime::now(),
                status,
                reason: reason.to_owned(),
            });
        }
    }

    /// Deliveries that were kept.
    pub(super) fn accepted(&self) -> u64 {
        self.state().log.accepted()
    }

    /// Whether there is anything to see: events, refusals, or somebody who waits for them.
    pub(super) fn is_anything(&self) -> bool {
        let state = self.state();
        let silent = state.log.accepted() == 0 && state.refusals.count == 0;
        !silent || self.grown.receiver_count() > 0
    }

    /// What it is, in figures.
    pub(super) fn overview(&self, session_id: SessionId) -> Overview {
        let state = self.state();
        Overview {
            session_id,
            figures: state.log.figures(),
            refused: state.refusals.count,
            subscribers: self.grown.receiver_count(),
            began_at: state.began_at,
            last_at: state.last_at,
        }
    }

    /// A copy of everything that is in it.
    pub(super) fn contents(&self) -> (Contents, Refusals) {
        let state = self.state();
        (state.log.contents(), state.refusals.clone())
    }

    /// As [`contents`](Self::contents), to be written to disk; with the number of the changes that are in it, for
    /// [`note_written`](Self::note_written).
    pub(super) fn contents_to_write(&self) -> (Contents, Refusals, u64) {
        let mut state = self.state();
        state.queued = false;
        let refusals = state.refusals.clone();
        (state.log.contents(), refusals, state.changes)
    }

    /// Notes that so many changes are on disk.
    pub(super) fn note_written(&self, changes: u64) {
        self.state().written = changes;
    }

    /// Whether the store has let go of it, so that nothing but its transcript is left of it.
    pub(super) fn retired(&self) -> bool {
        self.state().retired
    }

    /// Whether the transcript on disk lacks something.
    pub(super) fn unwritten(&self) -> bool {
        let state = self.state();
        state.changes > state.written
    }

    /// Whether it is to be handed over for writing, now that it has changed or is freed; true once until it was.
    pub(super) fn is_due(&self) -> bool {
        let mut state = self.state();
        let due =
            !state.queued && state.changes > state.written && (state.retired || state.log.ended());
        state.queued |= due;
        due
    }

    /// Where its transcript is on disk.
    pub(super) fn file(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When it was last used, if it may be freed: nobody reads it, and it has ended, is empty, or was idle for long.
    pub(super) fn disposable_since(&self, now: Instant, expiry: Duration) -> Option<Instant> {
        let state = self.state();
        let over = state.log.ended() || state.log.accepted() == 0;
        let free = self.grown.receiver_count() == 0
            && (over || now.duration_since(state.last_used) >= expiry);
        free.then_some(state.last_used)
    }

    /// When it was last used, if nobody reads it and that is so long ago, whether it has ended or not.
    pub(super) fn expired_since(&self, now: Instant, expiry: Duration) -> Option<Instant> {
        let state = self.state();
        let expired =
            self.grown.receiver_count() == 0 && now.duration_since(state.last_used) >= expiry;
        expired.then_some(state.last_used)
    }

    /// Retires it, unless somebody began to use it after it was chosen.
    pub(super) fn retire(&self, last_used: Instant) -> bool {
        let mut state = self.state();
        if self.grown.receiver_count() > 0 || state.last_used > last_used {
            return false;
        }
        state.retired = true;
        true
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let bytes = self.state().log.bytes();
        self.budget.give_back(bytes);
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
