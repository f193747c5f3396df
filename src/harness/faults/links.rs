//! The links of one harness.

use std::fmt;
use std::io;
use std::thread::JoinHandle;

use tokio::runtime;
use tokio::sync::oneshot;

use super::Link;
use crate::stack::Endpoints;

/// Whom a worker talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Peer {
    /// The Temporal server.
    Temporal,
    /// The database that the agent asks.
    Postgres,
    /// The store of schemas, metrics and memories.
    Typesense,
    /// The receiver of events.
    Receiver,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Temporal,
        Self::Postgres,
        Self::Typesense,
        Self::Receiver,
    ];
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Temporal => "temporal",
            Self::Postgres => "postgres",
            Self::Typesense => "typesense",
            Self::Receiver => "receiver",
        })
    }
}

/// The links between a harness's worker and everything that it talks to. The harness itself goes past them: it sees what
/// happens while the worker is cut off.
#[derive(Debug)]
pub struct Links {
    temporal: Link,
    postgres: Link,
    typesense: Link,
    receiver: Link,
    /// Dropped to end the thread.
    _over: oneshot::Sender<()>,
    _thread: JoinHandle<()>,
}

impl Links {
    /// Links to a stack's services and to a receiver's address, carried by a thread of their own: a test that blocks its own is
    /// not to stop the traffic.
    pub(in crate::harness) async fn to(
        endpoints: &Endpoints,
        receiver: String,
    ) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        let (over, ended) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("kai-e2e-links".to_owned())
            .spawn(move || {
                // The sender is never used: it is dropped.
                let _ = runtime.block_on(ended);
            })?;
        let (postgres, typesense) = (&endpoints.postgres, &endpoints.typesense);
        Ok(Self {
            temporal: Link::to(endpoints.temporal_address.clone(), &handle).await?,
            postgres: Link::to(format!("{}:{}", postgres.host, postgres.port), &handle).await?,
            typesense: Link::to(format!("{}:{}", typesense.host, typesense.port), &handle).await?,
            receiver: Link::to(receiver, &handle).await?,
            _over: over,
            _thread: thread,
        })
    }

    /// The link to one of them.
    pub fn get(&self, peer: Peer) -> &Link {
        match peer {
            Peer::Temporal => &self.temporal,
            Peer::Postgres => &self.postgres,
            Peer::Typesense => &self.typesense,
            Peer::Receiver => &self.receiver,
        }
    }

    /// Cuts the worker off from everything at once.
    pub fn cut_all(&self) {
        Peer::ALL.iter().for_each(|peer| self.get(*peer).cut());
    }

    /// Lets everything pass again.
    pub fn heal_all(&self) {
        Peer::ALL.iter().for_each(|peer| self.get(*peer).heal());
    }

    /// A stack's endpoints as the worker sees them.
    pub(in crate::harness) fn endpoints(&self, of: &Endpoints) -> Endpoints {
        let mut seen = of.clone();
        seen.temporal_address = self.temporal.address().to_string();
        seen.postgres.host = self.postgres.address().ip().to_string();
        seen.postgres.port = self.postgres.address().port();
        seen.typesense.host = self.typesense.address().ip().to_string();
        seen.typesense.port = self.typesense.address().port();
        seen
    }
}
