//! The receiver as a whole: start, address, transcripts, stop.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::config::CaptureConfig;
use super::gate::{Gates, Hold};
use super::routes::{self, Shared};
use super::store::Store;
use super::transcript::Transcript;
use super::{CaptureError, serve};
use crate::contract::SessionId;

/// A running receiver.
///
/// Stops when it is dropped; [`shutdown`](Self::shutdown) also waits until it has stopped.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use kai_e2e::capture::{CaptureConfig, CaptureServer, Subscriber};
/// use kai_e2e::contract::SessionId;
///
/// let server = CaptureServer::start(CaptureConfig::default()).await?;
/// let session = SessionId::new("test-1");
/// let mut subscriber = Subscriber::connect(&server.stream_url(&session)).await?;
/// // A worker posts to `server.callback_url(&session)` …
/// let events = subscriber.rest().await?;
/// # server.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CaptureServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
    sweeping: JoinHandle<()>,
    stop: DropGuard,
}

impl CaptureServer {
    /// Listens, and serves on the current Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on, or a setting cannot work; the error names which.
    pub async fn start(config: CaptureConfig) -> Result<Self, CaptureError> {
        config.validate()?;
        let refused = |source| CaptureError::Bind {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            store: Store::new(config.clone()),
            gates: Gates::default(),
            stop: stop.clone(),
            config,
        });
        let router = routes::router(Arc::clone(&shared));
        tracing::debug!(%address, "the receiver listens");
        Ok(Self {
            address,
            serving: tokio::spawn(serve::serve(listener, router, stop.clone())),
            sweeping: tokio::spawn(sweep(Arc::clone(&shared))),
            shared,
            stop: stop.drop_guard(),
        })
    }

    /// The address that it listens on, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a worker posts the events of a session.
    pub fn callback_url(&self, session: &SessionId) -> String {
        self.url("events", session)
    }

    /// Where a session's events are read.
    pub fn stream_url(&self, session: &SessionId) -> String {
        self.url("stream", session)
    }

    fn url(&self, endpoint: &str, session: &SessionId) -> String {
        // "All addresses" is one to listen on, not one to connect to.
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let address = SocketAddr::new(ip, self.address.port());
        format!(
            "http://{address}/{endpoint}/{}",
            percent_encode(session.as_str())
        )
    }

    /// What a session has received so far; none when it has neither events nor subscribers, or was freed.
    pub fn transcript(&self, session: &SessionId) -> Option<Transcript> {
        let found = self.shared.store.get(session)?;
        let (contents, refusals) = found.contents();
        Some(Transcript::of(session.clone(), contents, refusals))
    }

    /// Holds back the reply to a session's `delivery`-th event (from 1, in the order of arrival).
    ///
    /// The event itself is taken in and streamed; the worker that posted it waits until the [`Hold`] is released or
    /// dropped, the server stops, or `bound` has passed since the event came. A repetition of that delivery is held as
    /// well, and counts as no other delivery. Set the hold before the run starts: a reply that is out cannot be held.
    pub fn hold_reply(&self, session: &SessionId, delivery: u64, bound: Duration) -> Hold {
        Hold::new(Arc::clone(&self.shared), session.clone(), delivery, bound)
    }

    /// Stops listening, ends all streams and held replies, and waits for that: well under a second.
    ///
    /// A stream that is ended so has no `done` at its end, unless the run sent it.
    pub async fn shutdown(self) {
        let Self {
            stop,
            serving,
            sweeping,
            ..
        } = self;
        drop(stop);
        for task in [serving, sweeping] {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the receiver failed");
            }
        }
    }
}

/// Frees expired sessions at intervals that are short against the time after which they expire.
async fn sweep(shared: Arc<Shared>) {
    let expiry = shared.config.limits.idle_expiry;
    let pause = (expiry / 8).clamp(Duration::from_millis(10), Duration::from_secs(60));
    while shared
        .stop
        .run_until_cancelled(tokio::time::sleep(pause))
        .await
        .is_some()
    {
        shared.store.free_expired();
    }
}

/// A text as one segment of a URL's path (RFC 3986: everything but the unreserved characters is encoded).
fn percent_encode(text: &str) -> String {
    use std::fmt::Write as _;

    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                segment.push(char::from(byte));
            }
            byte => {
                // Writing to memory cannot fail.
                let _ = write!(segment, "%{byte:02X}");
            }
        }
    }
    segment
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
