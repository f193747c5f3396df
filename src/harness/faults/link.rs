//! One connection point between a worker and a peer of its, through which everything between them goes.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::wire;

/// How a link treats what goes through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// Everything passes at once.
    Open,
    /// Every piece of data is this much later, in each direction.
    Slow(Duration),
    /// Nothing passes, and nobody is told: what was sent arrives when the link is open again, as after a short outage of a
    /// network.
    Silent,
    /// Connections are reset, new ones too.
    Cut,
}

/// The state of a link.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) condition: Condition,
    /// How often it was cut: a connection also notices a cut that is over already.
    pub(super) cuts: u64,
}

/// What the connections of a link share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) state: watch::Sender<State>,
    /// Connections that were passed on to the peer.
    pub(super) connections: AtomicU64,
    /// Connections that were reset.
    pub(super) resets: AtomicU64,
}

/// A TCP link to one peer: it listens on a port of its own and passes everything on, in the condition that it is set to.
pub struct Link {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Link {
    /// Listens, and passes on to `peer` (`host:port`), by tasks on the given runtime. They end when the link is dropped.
    pub(super) async fn to(peer: String, runtime: &Handle) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: watch::Sender::new(State {
                condition: Condition::Open,
                cuts: 0,
            }),
            connections: AtomicU64::new(0),
            resets: AtomicU64::new(0),
        });
        let listening = Arc::clone(&shared);
        let bound = runtime.spawn(async move {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let address = listener.local_addr()?;
            tokio::spawn(wire::accept(listener, peer, Arc::downgrade(&listening)));
            Ok::<_, io::Error>(address)
        });
        let address = bound.await.map_err(io::Error::other)??;
        Ok(Self { address, shared })
    }

    /// Where the worker finds the peer.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets everything pass again, what was held back first.
    pub fn heal(&self) {
        self.set(Condition::Open);
    }

    /// Resets all connections, and every new one until the link is [healed](Self::heal).
    pub fn cut(&self) {
        self.set(Condition::Cut);
    }

    /// Holds back everything that is sent from now on, without a sign.
    pub fn silence(&self) {
        self.set(Condition::Silent);
    }

    /// Makes every piece of data later by a time.
    pub fn slow(&self, by: Duration) {
        self.set(Condition::Slow(by));
    }

    /// Resets all connections once; new ones pass.
    pub fn drop_connections(&self) {
        self.set(Condition::Cut);
        self.set(Condition::Open);
    }

    /// Sets the condition.
    pub fn set(&self, condition: Condition) {
        tracing::debug!(address = %self.address, ?condition, "a link");
        self.shared.state.send_modify(|state| {
            state.condition = condition;
            state.cuts += u64::from(condition == Condition::Cut);
        });
    }

    /// How many connections were made through it.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Acquire)
    }

    /// How many connections it has reset: those that were open when it was cut, and those that came while it was.
    pub fn resets(&self) -> u64 {
        self.shared.resets.load(Ordering::Acquire)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("address", &self.address)
            .field("condition", &self.shared.state.borrow().condition)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
