//! Holding back replies: a moment in the middle of a run that a test can rely on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::HoldError;
use super::Point;
use super::routes::Shared;
use crate::contract::{Callback, SessionId};

/// The replies that are to be held.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// How many there are, so that deliveries need no lock when there are none.
    count: AtomicUsize,
    gates: Mutex<HashMap<SessionId, Vec<Arc<Gate>>>>,
}

#[derive(Debug)]
struct Gate {
    point: Point,
    seen: Mutex<Seen>,
    bound: Duration,
    state: watch::Sender<GateState>,
}

/// What a gate has seen of its session.
#[derive(Debug, Default)]
struct Seen {
    /// How many events fitted its point so far.
    fitting: u64,
    /// The ordinal of the last one that did.
    last: u64,
    /// The ordinal of the one that it is for.
    its: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GateState {
    /// The delivery has not come.
    Awaited,
    /// The delivery is in the log and its reply is held.
    Holding,
    /// The reply is not held, or no longer.
    Open,
}

impl Gates {
    fn gates(&self) -> MutexGuard<'_, HashMap<SessionId, Vec<Arc<Gate>>>> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, session: SessionId, gate: Arc<Gate>) {
        self.gates().entry(session).or_default().push(gate);
        self.count.fetch_add(1, Ordering::AcqRel);
    }

    fn remove(&self, session: &SessionId, gate: &Arc<Gate>) {
        let mut gates = self.gates();
        if let Some(of_session) = gates.get_mut(session) {
            of_session.retain(|other| !Arc::ptr_eq(other, gate));
            if of_session.is_empty() {
                gates.remove(session);
            }
        }
        self.count.fetch_sub(1, Ordering::AcqRel);
    }

    /// Waits for as long as the reply to a delivery is held.
    pub(super) async fn pass(
        &self,
        session: &SessionId,
        ordinal: u64,
        body: &[u8],
        stop: &CancellationToken,
    ) {
        if self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        let of_session = match self.gates().get(session) {
            Some(gates) => gates.clone(),
            None => return,
        };
        // It was taken in, so it can be read.
        let Ok(callback) = Callback::from_slice(body) else {
            return;
        };
        let gates: Vec<_> = of_session
            .into_iter()
            .filter(|gate| gate.is_for(ordinal, &callback.event))
            .collect();
        for gate in gates {
            gate.pass(stop).await;
        }
    }
}

impl Gate {
    /// Whether an event is the one whose reply is to be held. A repetition has the ordinal that it had before.
    fn is_for(&self, ordinal: u64, event: &Map<String, Value>) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.its.is_some() || ordinal <= seen.last {
            return seen.its == Some(ordinal);
        }
        let Some(is) = self.point.is(ordinal, seen.fitting, event) else {
            return false;
        };
        seen.fitting += 1;
        seen.last = ordinal;
        if is {
            seen.its = Some(ordinal);
        }
        is
    }

    async fn pass(&self, stop: &CancellationToken) {
        let mut state = self.state.subscribe();
        // A worker that gave up waiting repeats the delivery: it is held as well, or holding would last no longer
        // than the worker's patience.
        self.state.send_if_modified(|state| {
            let came = *state == GateState::Awaited;
            if came {
                *state = GateState::Holding;
            }
            came
        });
        let opened = state.wait_for(|state| *state == GateState::Open);
        tokio::select! {
            biased;
            // Fails only when the gate is gone, and this is one of its methods.
            _ = opened => {}
            () = stop.cancelled() => {}
            () = tokio::time::sleep(self.bound) => {
                self.state.send_replace(GateState::Open);
            }
        }
    }
}

/// A reply that is held; see [`CaptureServer::hold_reply`](super::CaptureServer::hold_reply).
#[derive(Debug)]
#[must_use = "dropping a hold releases the reply"]
pub struct Hold {
    shared: Arc<Shared>,
    session: SessionId,
    gate: Arc<Gate>,
}

impl Hold {
    pub(super) fn new(
        shared: Arc<Shared>,
        session: SessionId,
        point: Point,
        bound: Duration,
    ) -> Self {
        let gate = Arc::new(Gate {
            point,
            seen: Mutex::default(),
            bound,
            state: watch::Sender::new(GateState::Awaited),
        });
        shared.gates.add(session.clone(), Arc::clone(&gate));
        Self {
            shared,
            session,
            gate,
        }
    }

    /// Waits until the delivery is in the log and its reply is being held (or was, until the bound passed).
    ///
    /// # Errors
    /// When that does not happen `within` a time, or the server stops.
    pub async fn reached(&self, within: Duration) -> Result<(), HoldError> {
        let mut state = self.gate.state.subscribe();
        let held = state.wait_for(|state| *state != GateState::Awaited);
        let in_time = tokio::select! {
            biased;
            // Fails only when the gate is gone, and this holds it.
            _ = held => true,
            () = self.shared.stop.cancelled() => {
                return Err(HoldError::Stopped {
                    session: self.session.to_string(),
                    point: self.gate.point.clone(),
                });
            }
            () = tokio::time::sleep(within) => false,
        };
        if in_time {
            return Ok(());
        }
        let session = self.shared.store.get(&self.session);
        Err(HoldError::NotReached {
            session: self.session.to_string(),
            point: self.gate.point.clone(),
            within,
            accepted: session.map_or(0, |session| session.accepted()),
        })
    }

    /// Lets the reply go out.
    pub fn release(self) {}
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.gate.state.send_replace(GateState::Open);
        self.shared.gates.remove(&self.session, &self.gate);
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
