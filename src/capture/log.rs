//! The log of one session: what was accepted, in the order in which it is read.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::delivery::Delivery;
use super::history::{Frames, History, Start};
use super::overview::{Figures, RunState};
use super::placement::{self, Current, Held, Place};
use super::record::Record;
use super::start_at::StartAt;
use super::{EventId, Overflow};

/// The log's share of the configuration.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) max_events: usize,
    pub(super) max_bytes: usize,
    /// What a `done` may exceed `max_bytes` by.
    pub(super) max_body: usize,
    pub(super) reorder_wait: Duration,
    pub(super) reorder_window: usize,
    pub(super) overflow: Overflow,
}

/// The events of one session. Whatever can no longer be read in its order goes to `strays`.
#[derive(Debug)]
pub(super) struct Log {
    rules: Rules,
    /// What subscribers read.
    stream: History,
    /// Events of the current attempt that wait for a missing one, and since when.
    early: BTreeMap<u64, (Record, Instant)>,
    /// Accepted after their place in the stream had been passed.
    strays: BTreeMap<EventId, Record>,
    /// What came under a number that another event has.
    conflicts: Vec<Record>,
    current: Option<Current>,
    /// Deliveries that were kept, conflicts included.
    accepted: u64,
    duplicates: u64,
    bytes: usize,
}

/// What became of a delivery that was not refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// Which delivery of the session this is, from 1; a repetition has the number of the first, or 0 when the first
    /// is among those that were dropped.
    pub(super) ordinal: u64,
    /// Whether it is kept; a repetition is not.
    pub(super) kept: bool,
}

/// Which limit of the session a delivery would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// `session_events`.
    Events(usize),
    /// `session_bytes`.
    Bytes(usize),
}

/// Everything that a session holds, for a transcript.
#[derive(Debug)]
pub(super) struct Contents {
    /// Every kept event in the order of their ids, and whether it is in the stream (or will be).
    pub(super) events: Vec<(Record, bool)>,
    pub(super) conflicts: Vec<Record>,
    pub(super) duplicates: u64,
    pub(super) finished: bool,
    /// How many events were dropped from the front of the stream, and the last of them.
    pub(super) dropped: Option<(u64, EventId)>,
}

impl Log {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            stream: History::default(),
            early: BTreeMap::new(),
            strays: BTreeMap::new(),
            conflicts: Vec::new(),
            current: None,
            accepted: 0,
            duplicates: 0,
            bytes: 0,
        }
    }

    /// Gives a delivery its place. Only an event that has none yet can be refused.
    pub(super) fn append(&mut self, delivery: Delivery, now: Instant) -> Result<Accepted, Full> {
        self.release_overdue(now);
        let place = placement::place(self.current.as_ref(), &delivery, self);
        let id = match place {
            Place::Next(id) | Place::Here(id) => id,
            Place::Past { run, attempt, seq } => EventId {
                run,
                attempt,
                seq: seq.unwrap_or_else(|| self.last_of(run, attempt).saturating_add(1)),
            },
        };
        if let Some(first) = self.find(id) {
            let ordinal = first.ordinal;
            let kept = !first.says_the_same_as(&delivery);
            if kept {
                self.admit(delivery.cost(), delivery.done)?;
                self.conflicts.push(Record::new(id, ordinal, delivery));
            } else {
                self.duplicates += 1;
            }
            return Ok(Accepted { ordinal, kept });
        }
        if self.stream.forgot(id) {
            // Most likely what was dropped comes again; it must not push out what is still there.
            self.duplicates += 1;
            return Ok(Accepted {
                ordinal: 0,
                kept: false,
            });
        }
        self.admit(delivery.cost(), delivery.done)?;
        let numbered_by_worker = delivery.seq.is_some();
        let record = Record::new(id, self.accepted, delivery);
        match place {
            Place::Next(_) => {
                self.release_up_to(u64::MAX);
                self.current = Some(Current {
                    run: id.run,
                    attempt: id.attempt,
                    numbered_by_worker,
                    next: 1,
                    done: false,
                    failed: false,
                    newest: None,
                });
                self.put(record, now);
            }
            Place::Here(_) => self.put(record, now),
            Place::Past { .. } => {
                self.strays.insert(id, record);
            }
        }
        Ok(Accepted {
            ordinal: self.accepted,
            kept: true,
        })
    }

    /// Puts an event of the current attempt where it belongs.
    fn put(&mut self, record: Record, now: Instant) {
        let Some(current) = &mut self.current else {
            return;
        };
        let seq = record.id.seq;
        current.done |= record.done;
        current.failed |= record.failed;
        let sent_at = record.sent_at.as_deref().and_then(placement::timestamp);
        current.newest = current.newest.max(sent_at);
        if seq < current.next {
            self.strays.insert(record.id, record);
            return;
        }
        self.early.insert(seq, (record, now));
        self.release_ready();
        if self.early.len() > self.rules.reorder_window
            && let Some(first) = self.early.keys().next().copied()
        {
            self.release_up_to(first);
        }
    }

    /// Puts a recorded event where it was: at the end of the stream, or where it was not read.
    pub(super) fn restore(&mut self, record: Record, streamed: bool) -> Result<(), Full> {
        self.admit(record.cost(), record.done)?;
        let EventId { run, attempt, seq } = record.id;
        let here = |current: &&Current| (current.run, current.attempt) == (run, attempt);
        let before = self
            .current
            .as_ref()
            .filter(here)
            .map(|current| (current.done, current.failed));
        if !streamed {
            if let (Some(current), Some(_)) = (&mut self.current, before) {
                current.done |= record.done;
                current.failed |= record.failed;
            }
            self.strays.insert(record.id, record);
            return Ok(());
        }
        self.current = Some(Current {
            run,
            attempt,
            numbered_by_worker: record.numbered_by_worker,
            next: seq.saturating_add(1),
            done: record.done || before.is_some_and(|(done, _)| done),
            failed: record.failed || before.is_some_and(|(_, failed)| failed),
            newest: record.sent_at.as_deref().and_then(placement::timestamp),
        });
        self.stream.push(record);
        Ok(())
    }

    /// Counts a delivery in, or says which limit it exceeds. A `done` may exceed each limit once, so that a session
    /// that is full still ends.
    fn admit(&mut self, cost: usize, done: bool) -> Result<(), Full> {
        let (more_events, more_bytes) = match done {
            true => (1, self.rules.max_body),
            false => (0, 0),
        };
        let max_events = self.rules.max_events.saturating_add(more_events);
        let max_bytes = self.rules.max_bytes.saturating_add(more_bytes);
        if self.rules.overflow == Overflow::DropOldest && cost <= max_bytes {
            self.make_room(max_events, max_bytes - cost);
        }
        if self.kept() >= max_events {
            return Err(Full::Events(self.rules.max_events));
        }
        let bytes = self.bytes.saturating_add(cost);
        if bytes > max_bytes {
            return Err(Full::Bytes(self.rules.max_bytes));
        }
        self.bytes = bytes;
        self.accepted += 1;
        Ok(())
    }

    /// Drops the oldest readable events until there are fewer events than this and no more than these bytes.
    fn make_room(&mut self, events: usize, bytes: usize) {
        while self.kept() >= events || self.bytes > bytes {
            let Some(dropped) = self.stream.drop_oldest() else {
                return;
            };
            self.bytes -= dropped.cost();
        }
    }

    /// How many deliveries are kept now.
    fn kept(&self) -> usize {
        let dropped = self.stream.dropped().map_or(0, |(count, _)| count);
        usize::try_from(self.accepted - dropped).unwrap_or(usize::MAX)
    }

    /// Moves to the stream what has waited long enough, and whatever stands before it.
    pub(super) fn release_overdue(&mut self, now: Instant) {
        let wait = self.rules.reorder_wait;
        let last = self
            .early
            .iter()
            .rev()
            .find(|(_, (_, since))| *since + wait <= now)
            .map(|(seq, _)| *seq);
        if let Some(last) = last {
            self.release_up_to(last);
        }
    }

    /// When the next early event has waited long enough.
    pub(super) fn due(&self) -> Option<Instant> {
        let first = self.early.values().map(|(_, since)| *since).min();
        first.map(|since| since + self.rules.reorder_wait)
    }

    /// Moves early events to the stream up to a number, over all gaps, and what follows it without one.
    fn release_up_to(&mut self, last: u64) {
        while let Some(entry) = self.early.first_entry()
            && *entry.key() <= last
        {
            let (record, _) = entry.remove();
            self.stream_on(record);
        }
        self.release_ready();
    }

    /// Moves to the stream what it waits for.
    fn release_ready(&mut self) {
        while let Some(entry) = self.early.first_entry()
            && self
                .current
                .as_ref()
                .is_some_and(|current| *entry.key() == current.next)
        {
            let (record, _) = entry.remove();
            self.stream_on(record);
        }
    }

    fn stream_on(&mut self, record: Record) {
        if let Some(current) = &mut self.current {
            current.next = record.id.seq.saturating_add(1);
        }
        self.stream.push(record);
    }

    /// Frames from a position on, as [`History::frames`].
    pub(super) fn frames(&self, position: u64, bytes: usize) -> Frames {
        self.stream.frames(position, bytes)
    }

    /// Where a reader begins.
    pub(super) fn start(&self, at: StartAt) -> Start {
        match at {
            StartAt::Earliest => Start {
                position: 0,
                whole: true,
            },
            StartAt::Latest => Start {
                position: self.stream.end(),
                whole: true,
            },
            StartAt::After(id) => self.stream.after(id),
        }
    }

    /// The position after the last event that can be read.
    pub(super) fn end(&self) -> u64 {
        self.stream.end()
    }

    /// Whether the newest attempt has ended and all of it can be read.
    pub(super) fn finished(&self) -> bool {
        self.early.is_empty() && self.current.as_ref().is_some_and(|current| current.done)
    }

    /// What there is, in figures.
    pub(super) fn figures(&self) -> Figures {
        let current = self.current.as_ref();
        let count = |counted: usize| counted as u64;
        let conflicts = count(self.conflicts.len());
        Figures {
            state: match current {
                Some(current) if current.failed => RunState::Failed,
                Some(current) if current.done => RunState::Done,
                None if self.accepted == 0 => RunState::Waiting,
                _ => RunState::Running,
            },
            run: current.map(|current| current.run),
            attempt: current.map(|current| current.attempt),
            events: self.accepted - conflicts,
            last_event_id: self.stream.last_id(),
            duplicates: self.duplicates,
            conflicts,
            late: count(self.strays.len()),
            dropped: self.stream.dropped().map_or(0, |(count, _)| count),
        }
    }

    /// Whether the newest attempt's `done` was accepted, though it may still wait for its turn.
    pub(super) fn ended(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.done)
    }

    /// Deliveries that were kept.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted
    }

    /// The bytes that are kept.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// A copy of everything, which shares the frames.
    pub(super) fn contents(&self) -> Contents {
        let streamed = self.stream.iter().map(|record| (record.clone(), true));
        let early = self
            .early
            .values()
            .map(|(record, _)| (record.clone(), true));
        let strays = self.strays.values().map(|record| (record.clone(), false));
        let mut events: Vec<_> = streamed.chain(early).chain(strays).collect();
        events.sort_by_key(|(record, _)| record.id);
        let mut conflicts = self.conflicts.clone();
        conflicts.sort_by_key(|record| record.id);
        Contents {
            events,
            conflicts,
            duplicates: self.duplicates,
            finished: self.ended(),
            dropped: self.stream.dropped(),
        }
    }
}

impl Held for Log {
    fn find(&self, id: EventId) -> Option<&Record> {
        let early = self.early.get(&id.seq).map(|(record, _)| record);
        self.stream
            .find(id)
            .or_else(|| early.filter(|record| record.id == id))
            .or_else(|| self.strays.get(&id))
    }

    fn forgot(&self, id: EventId) -> bool {
        self.stream.forgot(id)
    }

    fn last_of(&self, run: u32, attempt: u32) -> u64 {
        let early = self.early.values().next_back().map(|(record, _)| record.id);
        let mut strays = self.strays.keys().rev().copied();
        let stray = strays.find(|id| (id.run, id.attempt) <= (run, attempt));
        [self.stream.last_up_to(run, attempt), early, stray]
            .into_iter()
            .flatten()
            .filter(|id| (id.run, id.attempt) == (run, attempt))
            .map(|id| id.seq)
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
