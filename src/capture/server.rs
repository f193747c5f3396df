//! The receiver as a whole: start, address, transcripts, stop.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Point;
use super::config::CaptureConfig;
use super::gate::Hold;
use super::misbehave::{Misbehaving, Misbehaviour};
use super::routes::{self, Shared};
use super::transcript::Transcript;
use super::transcript_file::TranscriptFiles;
use super::urls::{self, Urls};
use super::{CaptureError, archive, origins, serve};
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
/// # server.shutdown().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CaptureServer {
    address: SocketAddr,
    pub(super) shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
    /// What writes transcripts, where that is set.
    keeping: Option<JoinHandle<Result<(), CaptureError>>>,
    stop: DropGuard,
}

impl CaptureServer {
    /// Listens, and serves on the current Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on, or a setting cannot work; the error names which.
    pub async fn start(config: CaptureConfig) -> Result<Self, CaptureError> {
        config.validate()?;
        let mut config = config;
        config.origins = config
            .origins
            .iter()
            .filter_map(|origin| origins::as_sent(origin))
            .collect();
        let refused = |source| CaptureError::Bind {
            address: config.listen,
            source,
        };
        let files = match &config.transcripts {
            Some(directory) => Some(TranscriptFiles::open(directory).map_err(|source| {
                CaptureError::Transcripts {
                    directory: directory.clone(),
                    source,
                }
            })?),
            None => None,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let stop = CancellationToken::new();
        let (outbox, inbox) = mpsc::unbounded_channel();
        let public = config.public_url.as_deref();
        let base = public.map_or_else(
            || urls::local(address),
            |url| url.trim_end_matches('/').to_owned(),
        );
        let outbox = files.is_some().then_some(outbox);
        let shared = Arc::new(Shared::new(config, base, outbox, stop.clone()));
        let router = routes::router(Arc::clone(&shared));
        let served = CancellationToken::new();
        let serving = serve::serve(listener, router, stop.clone());
        let serving = {
            let served = served.clone().drop_guard();
            async move {
                serving.await;
                drop(served);
            }
        };
        let tasks = vec![
            tokio::spawn(serving),
            tokio::spawn(sweep(Arc::clone(&shared))),
        ];
        let keeping = files.map(|files| {
            let keeping = archive::keep(files, inbox, Arc::clone(&shared), served);
            tokio::spawn(keeping)
        });
        tracing::debug!(%address, "the receiver listens");
        Ok(Self {
            address,
            shared,
            tasks,
            keeping,
            stop: stop.drop_guard(),
        })
    }

    /// The address that it listens on, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a worker posts the events of a session; with the key to write, where there are keys.
    pub fn callback_url(&self, session: &SessionId) -> String {
        self.urls().callback(session)
    }

    /// Where a session's events are read; with the key to read, where there are keys.
    pub fn stream_url(&self, session: &SessionId) -> String {
        self.urls().stream(session)
    }

    /// Where a session's transcript is read, as JSON; with the key to read, where there are keys.
    pub fn transcript_url(&self, session: &SessionId) -> String {
        self.urls().transcript(session)
    }

    /// Where people watch a session in a browser; with the key to read, where there are keys.
    pub fn page_url(&self, session: &SessionId) -> String {
        self.urls().page(session)
    }

    /// Where people pick a session in a browser, or open one by its stream URL.
    pub fn start_page_url(&self) -> String {
        self.urls().start_page()
    }

    fn urls(&self) -> Urls<'_> {
        Urls {
            base: self.shared.base.clone(),
            keys: self.shared.keys.as_ref(),
        }
    }

    /// What a session has received so far; none when it has neither events nor subscribers, or was freed.
    pub fn transcript(&self, session: &SessionId) -> Option<Transcript> {
        let found = self.shared.store.get(session)?;
        let (contents, refusals) = found.contents();
        Some(Transcript::of(session.clone(), contents, refusals))
    }

    /// How many deliveries of a session were kept so far.
    pub fn accepted(&self, session: &SessionId) -> u64 {
        let found = self.shared.store.get(session);
        found.map_or(0, |session| session.accepted())
    }

    /// Holds back the reply to one of a session's events.
    ///
    /// The event itself is taken in and streamed; the worker that posted it waits until the [`Hold`] is released or
    /// dropped, the server stops, or `bound` has passed since the event came. A repetition of that event is held as
    /// well, and counts as no other event. Set the hold before the run starts: a reply that is out cannot be held.
    pub fn hold_reply(
        &self,
        session: &SessionId,
        point: impl Into<Point>,
        bound: Duration,
    ) -> Hold {
        let shared = Arc::clone(&self.shared);
        Hold::new(shared, session.clone(), point.into(), bound)
    }

    /// Misbehaves towards the worker that posts to a session: for some of its requests (from 1, counted from now on), until what
    /// is returned is dropped.
    pub fn misbehave(
        &self,
        session: &SessionId,
        requests: RangeInclusive<u64>,
        what: Misbehaviour,
    ) -> Misbehaving {
        Misbehaving::new(Arc::clone(&self.shared), session.clone(), requests, what)
    }

    /// Stops listening, ends all streams and held replies, and waits for that: well under a second. Then it writes the
    /// transcripts that are not on disk yet, where that is set.
    ///
    /// A stream that is ended so has no `done` at its end, unless the run sent it.
    ///
    /// # Errors
    /// When a transcript could not be written, now or when its session was freed; it has stopped all the same.
    pub async fn shutdown(self) -> Result<(), CaptureError> {
        let Self {
            stop,
            tasks,
            keeping,
            ..
        } = self;
        drop(stop);
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the receiver failed");
            }
        }
        match keeping {
            Some(keeping) => keeping.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a task of the receiver failed");
                Ok(())
            }),
            None => Ok(()),
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

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
