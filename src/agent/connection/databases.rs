//! Opening databases, and keeping connections open for the next statement.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls};

use super::idle::Idle;
use super::{ConnectionError, Target, said};
use crate::agent::SqlLimits;
use crate::contract::Secret;

/// What `DISCARD ALL` does, except that prepared statements stay: they are the driver's own (for looking up types), it
/// counts on them, and no query that passes the guard can make or use one. The transaction was rolled back before.
const RESET: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
                     SELECT pg_advisory_unlock_all(); DISCARD PLANS; DISCARD TEMP; DISCARD SEQUENCES";
/// How long a reset may take; a connection that needs longer is closed.
const RESET_TIMEOUT: Duration = Duration::from_secs(2);

/// An open connection in somebody's hands. Dropped, it is closed; only [`Databases::give_back`] keeps it.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// Whether it was kept from an earlier statement, so that the server may have closed it since.
    pub(crate) reused: bool,
    id: String,
    uri: Secret,
    _place: OwnedSemaphorePermit,
}

/// A kept connection, once its state is cleared; nothing, when that failed.
type Clearing = JoinHandle<Option<Client>>;

/// All databases that the agent has open.
pub(crate) struct Databases {
    limits: SqlLimits,
    idle: Mutex<Idle<Clearing>>,
    places: Arc<Semaphore>,
}

impl Databases {
    pub(crate) fn new(limits: SqlLimits) -> Self {
        let idle = Mutex::new(Idle::new(limits.max_connections, limits.idle_timeout));
        let places = Arc::new(Semaphore::new(limits.max_connections.max(1)));
        Self {
            limits,
            idle,
            places,
        }
    }

    pub(crate) fn limits(&self) -> &SqlLimits {
        &self.limits
    }

    /// A kept connection when there is one, else a fresh one; waits while too many are in use.
    pub(crate) async fn session(&self, target: &Target) -> Result<Session, ConnectionError> {
        let place = self.place(target).await?;
        loop {
            let kept = self.idle().take(target.id(), target.uri(), Instant::now());
            let Some(clearing) = kept else {
                return self.open(target, place).await;
            };
            match clearing.await {
                Ok(Some(client)) if !client.is_closed() => {
                    return Ok(hold(client, target, true, place));
                }
                _ => {}
            }
        }
    }

    /// A fresh connection; waits while too many are in use.
    pub(crate) async fn connect(&self, target: &Target) -> Result<Session, ConnectionError> {
        let place = self.place(target).await?;
        self.open(target, place).await
    }

    async fn place(&self, target: &Target) -> Result<OwnedSemaphorePermit, ConnectionError> {
        let place = self.places.clone().acquire_owned().await;
        // Nobody closes the semaphore; were it closed, there would be no connections any more.
        place.map_err(|closed| target.unreachable(closed.to_string()))
    }

    async fn open(
        &self,
        target: &Target,
        place: OwnedSemaphorePermit,
    ) -> Result<Session, ConnectionError> {
        let limit = self.limits.connect_timeout;
        let mut config = target.config().clone();
        config.connect_timeout(limit);
        let (client, connection) = match timeout(limit, config.connect(NoTls)).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => return Err(target.unreachable(said(&error))),
            Err(_) => {
                let reason = format!("no connection within {} s", limit.as_secs());
                return Err(target.unreachable(reason));
            }
        };
        let id = target.id().to_owned();
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(connection = id, reason = %said(&error), "a connection ended");
            }
        });
        Ok(hold(client, target, false, place))
    }

    /// Keeps the connection for the next statement. Its state is cleared meanwhile: whoever waits for the rows of this
    /// statement does not wait for that.
    pub(crate) fn give_back(&self, session: Session) {
        let (id, uri) = (session.id.clone(), session.uri.clone());
        let clearing = tokio::spawn(cleared(session));
        self.idle().put(&id, &uri, clearing, Instant::now());
    }

    /// Closes the connections that nobody uses at the moment.
    pub(crate) fn close_idle(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Idle<Clearing>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hold(client: Client, target: &Target, reused: bool, place: OwnedSemaphorePermit) -> Session {
    Session {
        client,
        reused,
        id: target.id().to_owned(),
        uri: target.uri().clone(),
        _place: place,
    }
}

/// Clears a session's state. Its place stays taken until then.
async fn cleared(session: Session) -> Option<Client> {
    match timeout(RESET_TIMEOUT, session.client.batch_execute(RESET)).await {
        Ok(Ok(())) => return Some(session.client),
        Ok(Err(error)) => {
            tracing::debug!(connection = session.id, reason = %said(&error), "not kept: reset failed");
        }
        Err(_) => tracing::debug!(connection = session.id, "not kept: reset took too long"),
    }
    None
}
