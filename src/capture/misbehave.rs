//! A receiver that misbehaves on purpose, so that a worker can show what it makes of it.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use super::ingest::take;
use super::routes::Shared;
use crate::contract::{Callback, SessionId};

/// What a receiver does instead of taking an event in and saying so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misbehaviour {
    /// Does not take the event in, and answers with this status.
    Status(u16),
    /// Does not take the event in, and does not answer for as long as the misbehaviour lasts.
    Hang,
    /// Takes the event in, and closes the connection in the middle of its answer.
    HalfAnswer,
    /// Takes the event in, and answers after this long.
    Slow(Duration),
    /// Does not take the event in, and closes the connection without a word of the body that was to come.
    Drop,
    /// Takes the event in twice, as a network does that repeats a request.
    Twice,
    /// Says that it has taken the event in, and does so only after the session's next one, or at the end of the
    /// misbehaviour: as a network does in which one request overtakes another.
    Overtaken,
}

/// A request that a misbehaviour was applied to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MistreatedRequest {
    /// When it came.
    pub at: SystemTime,
    /// The callback; none when the body could not be read.
    pub callback: Option<Callback>,
    /// The status of the answer; none when there was no whole one.
    pub status: Option<u16>,
}

/// The misbehaviours that are in force.
#[derive(Debug, Default)]
pub(super) struct Misbehaviours {
    /// How many there are, so that deliveries need no lock when there are none.
    count: AtomicUsize,
    rules: Mutex<HashMap<SessionId, Vec<Arc<Rule>>>>,
}

#[derive(Debug)]
pub(super) struct Rule {
    /// Which requests of the session it is for, from 1, counted since the rule was made.
    requests: RangeInclusive<u64>,
    pub(super) what: Misbehaviour,
    /// How many requests came.
    came: AtomicU64,
    mistreated: Mutex<Vec<MistreatedRequest>>,
    /// Bodies that were set aside.
    aside: Mutex<Vec<Vec<u8>>>,
    /// Cancelled when the rule is taken back.
    pub(super) over: CancellationToken,
}

impl Misbehaviours {
    fn rules(&self) -> MutexGuard<'_, HashMap<SessionId, Vec<Arc<Rule>>>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rule for the next request of a session, if there is one. Every rule of the session counts the request.
    pub(super) fn next(&self, session: &SessionId) -> Option<Arc<Rule>> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let rules = self.rules();
        let mut applies = None;
        for rule in rules.get(session)? {
            let number = rule.came.fetch_add(1, Ordering::AcqRel) + 1;
            if applies.is_none() && rule.requests.contains(&number) {
                applies = Some(Arc::clone(rule));
            }
        }
        applies
    }

    /// What was set aside of a session, now that something else has come.
    pub(super) fn overtaken(&self, session: &SessionId) -> Vec<Vec<u8>> {
        if self.count.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let rules = self.rules();
        let of_session = rules.get(session).into_iter().flatten();
        of_session.flat_map(|rule| rule.take_aside()).collect()
    }
}

impl Rule {
    /// Notes a request that it was applied to.
    pub(super) fn note(&self, body: &[u8], status: Option<u16>) {
        let request = MistreatedRequest {
            at: SystemTime::now(),
            callback: Callback::from_slice(body).ok(),
            status,
        };
        self.mistreated().push(request);
    }

    /// Keeps a body for later.
    pub(super) fn set_aside(&self, body: Vec<u8>) {
        self.aside().push(body);
    }

    fn take_aside(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.aside())
    }

    fn aside(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.aside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mistreated(&self) -> MutexGuard<'_, Vec<MistreatedRequest>> {
        self.mistreated
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A misbehaviour in force; see [`CaptureServer::misbehave`](super::CaptureServer::misbehave). Dropping it ends it.
#[derive(Debug)]
#[must_use = "dropping a misbehaviour ends it"]
pub struct Misbehaving {
    shared: Arc<Shared>,
    session: SessionId,
    rule: Arc<Rule>,
}

impl Misbehaving {
    pub(super) fn new(
        shared: Arc<Shared>,
        session: SessionId,
        requests: RangeInclusive<u64>,
        what: Misbehaviour,
    ) -> Self {
        let rule = Arc::new(Rule {
            requests,
            what,
            came: AtomicU64::new(0),
            mistreated: Mutex::default(),
            aside: Mutex::default(),
            over: CancellationToken::new(),
        });
        let all = &shared.misbehaviours;
        all.rules()
            .entry(session.clone())
            .or_default()
            .push(Arc::clone(&rule));
        all.count.fetch_add(1, Ordering::AcqRel);
        Self {
            shared,
            session,
            rule,
        }
    }

    /// The requests that it was applied to, in the order in which they came.
    pub fn requests(&self) -> Vec<MistreatedRequest> {
        self.rule.mistreated().clone()
    }
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        self.rule.over.cancel();
        let all = &self.shared.misbehaviours;
        let mut rules = all.rules();
        if let Some(of_session) = rules.get_mut(&self.session) {
            of_session.retain(|other| !Arc::ptr_eq(other, &self.rule));
            if of_session.is_empty() {
                rules.remove(&self.session);
            }
        }
        all.count.fetch_sub(1, Ordering::AcqRel);
        drop(rules);
        for body in self.rule.take_aside() {
            // It was read before it was set aside.
            let _ = take(&self.shared, &self.session, &body);
        }
    }
}

#[cfg(test)]
#[path = "misbehave_tests.rs"]
mod tests;
