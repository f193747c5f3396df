//! All sessions of a server, and which of them are freed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use super::archive::Outbox;
use super::budget::{Budget, Lease};
use super::config::CaptureConfig;
use super::delivery::Delivery;
use super::log::{Accepted, Full, Rules};
use super::record::Record;
use super::session::{Retired, Session};
use crate::contract::SessionId;
use crate::mutants::{self, Mutant};

/// The sessions, by id.
///
/// Lock order: the map before a session's state, never the other way round.
#[derive(Debug)]
pub(super) struct Store {
    sessions: Mutex<HashMap<SessionId, Arc<Session>>>,
    budget: Arc<Budget>,
    rules: Rules,
    config: CaptureConfig,
    /// Where sessions go that are to be written to disk.
    outbox: Option<Outbox>,
}

/// Why a delivery or a subscriber is refused for want of room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoRoom {
    /// The session has as many events as it may.
    #[error(
        "the session already has {0} events (limit `session_events`); what it has stays readable"
    )]
    SessionEvents(usize),
    /// The session keeps as many bytes as it may.
    #[error(
        "the session would keep more than {0} bytes (limit `session_bytes`); what it has stays readable"
    )]
    SessionBytes(usize),
    /// There are as many sessions as may be, and none can be freed.
    #[error(
        "{0} sessions are live (limit `sessions`), and none of them has ended or is idle; try again later"
    )]
    Sessions(usize),
    /// All sessions together keep as much as they may, and none can be freed.
    #[error(
        "the sessions would keep more than {0} bytes together (limit `total_bytes`), and none of them has ended or is idle; try again later"
    )]
    TotalBytes(usize),
}

impl From<Full> for NoRoom {
    fn from(full: Full) -> Self {
        match full {
            Full::Events(limit) => Self::SessionEvents(limit),
            Full::Bytes(limit) => Self::SessionBytes(limit),
        }
    }
}

impl NoRoom {
    /// Whether the same delivery may be accepted later.
    pub(super) fn passes(&self) -> bool {
        matches!(self, Self::Sessions(_) | Self::TotalBytes(_))
    }
}

impl Store {
    pub(super) fn new(config: CaptureConfig, outbox: Option<Outbox>) -> Self {
        Self {
            outbox,
            sessions: Mutex::default(),
            budget: Arc::new(Budget::new(config.limits.total_bytes)),
            rules: Rules {
                max_events: config.limits.session_events,
                max_bytes: config.limits.session_bytes,
                max_body: config.limits.body_bytes,
                reorder_wait: config.reorder_wait,
                reorder_window: config.reorder_window,
                overflow: config.limits.overflow,
            },
            config,
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session of an id, if there is one.
    pub(super) fn get(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.sessions().get(id).map(Arc::clone)
    }

    /// Appends a delivery to a session, which begins with it if need be.
    pub(super) fn append(&self, id: &SessionId, delivery: Delivery) -> Result<Accepted, NoRoom> {
        let mut delivery = delivery;
        loop {
            let lease = self.lease(id, delivery.cost())?;
            let session = self.get_or_begin(id)?;
            match session.append(delivery, lease) {
                Ok(Ok(accepted)) => {
                    self.hand_over_if_due(id, &session);
                    return Ok(accepted);
                }
                Ok(Err(full)) => return Err(full.into()),
                // Freed in between: it is no longer in the map, so the next round begins another.
                Err(Retired(unused)) => delivery = unused,
            }
        }
    }

    /// Appends a recorded event to a session, which begins with it if need be.
    pub(super) fn restore(
        &self,
        id: &SessionId,
        record: Record,
        streamed: bool,
    ) -> Result<(), NoRoom> {
        let lease = self.lease(id, record.cost())?;
        let session = self.get_or_begin(id)?;
        session.restore(record, streamed, lease)?;
        self.hand_over_if_due(id, &session);
        Ok(())
    }

    /// Every session.
    pub(super) fn all(&self) -> Vec<(SessionId, Arc<Session>)> {
        let sessions = self.sessions();
        let all = sessions.iter();
        all.map(|(id, session)| (id.clone(), Arc::clone(session)))
            .collect()
    }

    fn hand_over_if_due(&self, id: &SessionId, session: &Arc<Session>) {
        if let Some(outbox) = &self.outbox
            && session.is_due()
        {
            // Fails only when the receiver has stopped, and then it writes all that is left.
            let _ = outbox.send((id.clone(), Arc::clone(session)));
        }
    }

    /// Watches a session, which begins with that if need be, so that it is not freed.
    pub(super) fn watch(
        &self,
        id: &SessionId,
    ) -> Result<(Arc<Session>, watch::Receiver<()>), NoRoom> {
        loop {
            let session = self.get_or_begin(id)?;
            if let Some(kept) = session.watch() {
                return Ok((session, kept));
            }
        }
    }

    /// Subscribes to a session, which begins with its first subscriber if need be.
    pub(super) fn subscribe(
        &self,
        id: &SessionId,
    ) -> Result<(Arc<Session>, watch::Receiver<()>), NoRoom> {
        loop {
            let session = self.get_or_begin(id)?;
            if let Some(grown) = session.subscribe() {
                return Ok((session, grown));
            }
        }
    }

    fn get_or_begin(&self, id: &SessionId) -> Result<Arc<Session>, NoRoom> {
        let mut sessions = self.sessions();
        if let Some(session) = sessions.get(id) {
            return Ok(Arc::clone(session));
        }
        let limit = self.config.limits.sessions;
        while sessions.len() >= limit {
            if !self.free_oldest(&mut sessions, None) {
                return Err(NoRoom::Sessions(limit));
            }
        }
        let session = Arc::new(Session::new(self.rules.clone(), Arc::clone(&self.budget)));
        sessions.insert(id.clone(), Arc::clone(&session));
        Ok(session)
    }

    /// Sets bytes aside for a delivery, and frees other sessions for it if need be.
    fn lease(&self, id: &SessionId, bytes: usize) -> Result<Lease, NoRoom> {
        if let Some(lease) = self.budget.lease(bytes) {
            return Ok(lease);
        }
        let mut sessions = self.sessions();
        loop {
            if let Some(lease) = self.budget.lease(bytes) {
                return Ok(lease);
            }
            if !self.free_oldest(&mut sessions, Some(id)) {
                return Err(NoRoom::TotalBytes(self.config.limits.total_bytes));
            }
        }
    }

    /// Frees the disposable sessions that were least recently used, one of them never; false when there is none.
    ///
    /// Finding them means looking at every session, so a sixty-fourth of all is freed at once: what one new session
    /// costs stays small however many there are.
    fn free_oldest(
        &self,
        sessions: &mut HashMap<SessionId, Arc<Session>>,
        spare: Option<&SessionId>,
    ) -> bool {
        if mutants::is(Mutant::SessionsNeverFreed) {
            return false;
        }
        let now = Instant::now();
        let expiry = self.config.limits.idle_expiry;
        let mut disposable: Vec<_> = sessions
            .iter()
            .filter(|(id, _)| Some(*id) != spare)
            .filter_map(|(id, session)| Some((session.disposable_since(now, expiry)?, id)))
            .collect();
        let count = (sessions.len() / 64).max(1).min(disposable.len());
        if count == 0 {
            return false;
        }
        disposable.select_nth_unstable(count - 1);
        let oldest: Vec<_> = disposable
            .into_iter()
            .take(count)
            .map(|(last_used, id)| (last_used, id.clone()))
            .collect();
        for (last_used, id) in oldest {
            // When somebody began to use it in between, it stays, and is no candidate in the caller's next round.
            self.free(sessions, &id, last_used);
        }
        true
    }

    /// Frees what nobody has read or written for as long as `idle_expiry`.
    pub(super) fn free_expired(&self) {
        let (now, expiry) = (Instant::now(), self.config.limits.idle_expiry);
        let mut sessions = self.sessions();
        let expired: Vec<_> = sessions
            .iter()
            .filter_map(|(id, session)| Some((id.clone(), session.expired_since(now, expiry)?)))
            .collect();
        for (id, last_used) in expired {
            self.free(&mut sessions, &id, last_used);
        }
    }

    fn free(
        &self,
        sessions: &mut HashMap<SessionId, Arc<Session>>,
        id: &SessionId,
        last_used: Instant,
    ) {
        if sessions
            .get(id)
            .is_some_and(|session| session.retire(last_used))
        {
            if let Some(session) = sessions.remove(id) {
                self.hand_over_if_due(id, &session);
            }
            tracing::debug!(session = %id, "freed a session");
        }
    }

    /// The bytes that all sessions keep.
    #[cfg(any(test, fuzzing))]
    pub(super) fn bytes(&self) -> usize {
        self.budget.used()
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
