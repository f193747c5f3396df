//! `GET /stream/{session}`: a session's log as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::access::Readable;
use super::config::CaptureConfig;
use super::history::{Frames, Start};
use super::reply::Refused;
use super::routes::Shared;
use super::session::Session;
use super::start_at::{StartAt, StartAtError};
use super::{EventId, frame};
use crate::mutants::{self, Mutant};

/// How many bytes of frames are written at once, the first frame not counted: enough that a reader who is behind
/// catches up in few writes, and little enough that a slow one keeps little.
const BATCH: usize = 32 << 10;

#[derive(Deserialize)]
pub(super) struct Wishes {
    last_event_id: Option<String>,
    /// Whether each frame is to say when its event was received.
    #[serde(default)]
    times: bool,
}

pub(super) async fn get_stream(
    State(shared): State<Arc<Shared>>,
    Readable(id): Readable,
    wishes: Result<Query<Wishes>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let Query(wishes) =
        wishes.map_err(|error| Refused::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    let mut at = start_at(&headers, wishes.last_event_id)?;
    if mutants::is(Mutant::LostOnReconnect) && matches!(at, StartAt::After(_)) {
        at = StartAt::Latest;
    }
    let (session, grown) = shared.store.subscribe(&id)?;
    let (start, over) = session.start(at);
    if over && start.whole && matches!(at, StartAt::After(_)) {
        // The answer that keeps a browser's EventSource from connecting again (HTML, "Server-sent events").
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let reader = Reader::new(
        session,
        grown,
        (start, at),
        &shared.config,
        shared.stop.clone(),
    )
    .with_times(wishes.times);
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/event-stream"),
        (header::CACHE_CONTROL.as_str(), "no-cache"),
        ("x-accel-buffering", "no"),
    ];
    Ok((headers, Body::from_stream(reader.into_stream())).into_response())
}

/// Where the client wants to begin. The header wins: a browser that reconnects repeats the query it began with.
fn start_at(headers: &HeaderMap, query: Option<String>) -> Result<StartAt, Refused> {
    let header = headers
        .get("last-event-id")
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let text = header.or(query).unwrap_or_default();
    text.parse()
        .map_err(|error: StartAtError| Refused::new(StatusCode::BAD_REQUEST, error.to_string()))
}

/// One subscriber's position in a session.
struct Reader {
    session: Arc<Session>,
    /// Also what makes this a live subscriber.
    grown: watch::Receiver<()>,
    next: u64,
    /// The last event that the subscriber has seen.
    seen: Option<EventId>,
    /// Whether events before `next` that it has not seen are gone, and it does not know yet.
    missed: bool,
    /// Whether nothing has been written yet.
    opening: bool,
    /// Whether the end of a run that was over before does not end the stream: it waits for the next run.
    awaits_a_run: bool,
    /// Whether frames say when their events were received.
    times: bool,
    config: CaptureConfig,
    stop: CancellationToken,
    last_event: Instant,
    last_write: Instant,
    over: bool,
}

impl Reader {
    fn new(
        session: Arc<Session>,
        grown: watch::Receiver<()>,
        (start, at): (Start, StartAt),
        config: &CaptureConfig,
        stop: CancellationToken,
    ) -> Self {
        let now = Instant::now();
        Self {
            session,
            grown,
            next: start.position,
            seen: at.seen(),
            missed: !start.whole,
            opening: true,
            awaits_a_run: at == StartAt::Latest,
            times: false,
            config: config.clone(),
            stop,
            last_event: now,
            last_write: now,
            over: false,
        }
    }

    fn with_times(self, times: bool) -> Self {
        Self { times, ..self }
    }

    fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        futures::stream::unfold(self, |mut reader| async move {
            let text = reader.read().await?;
            Some((Ok(text), reader))
        })
    }

    /// The next piece of text; none when the stream is over.
    async fn read(&mut self) -> Option<Bytes> {
        while !self.over {
            // Before the log is read: only what is added after that need wake this reader.
            self.grown.borrow_and_update();
            let batch = self.session.read(self.next, BATCH);
            self.awaits_a_run &= batch.found.frames.is_empty();
            self.over = (batch.last && !self.awaits_a_run) || self.stop.is_cancelled();
            self.missed |= batch.found.from > self.next;
            if self.missed || !batch.found.frames.is_empty() {
                let now = Instant::now();
                if !batch.found.frames.is_empty() {
                    self.last_event = now;
                }
                self.last_write = now;
                return Some(self.render(batch.found));
            }
            if self.over {
                break;
            }
            if let Some(text) = self.wait(batch.due).await {
                self.last_write = Instant::now();
                return Some(Bytes::from_static(text.as_bytes()));
            }
        }
        None
    }

    /// Writes frames out, after whatever the subscriber has to know first, and moves on behind them.
    fn render(&mut self, found: Frames) -> Bytes {
        // An id line has at most 47 bytes, a time's 40, the lines before the first frame at most 256.
        let line = if self.times { 88 } else { 48 };
        let sizes = found.frames.iter().map(|(.., frame)| frame.len() + line);
        let size: usize = sizes.sum();
        let mut text = Vec::with_capacity(size + 256);
        if std::mem::take(&mut self.opening) {
            frame::push_retry(&mut text, self.config.retry);
        }
        if std::mem::take(&mut self.missed) {
            let before = found.frames.first().map(|(id, ..)| *id);
            frame::push_history_dropped(&mut text, self.seen, before);
        }
        self.next = found.from + found.frames.len() as u64;
        for (id, received_at, frame) in found.frames {
            if mutants::is(Mutant::SubscribersShare)
                && !mutants::is_first_to_take(Arc::as_ptr(&self.session).addr(), id)
            {
                continue;
            }
            if self.times {
                frame::push_received(&mut text, received_at);
            }
            frame::push_id(&mut text, id);
            text.extend_from_slice(&frame);
            self.seen = Some(id);
        }
        Bytes::from(text)
    }

    /// Waits until there is something to read, or to write without it.
    async fn wait(&mut self, due: Option<Instant>) -> Option<&'static str> {
        let silent = self.last_event + self.config.silence;
        let idle = self.last_write + self.config.keep_alive;
        let wake = due.into_iter().chain([silent, idle]).min()?;
        tokio::select! {
            biased;
            () = self.stop.cancelled() => return None,
            // Fails only when the session is gone, which this reader's own hold on it prevents.
            _ = self.grown.changed() => return None,
            () = tokio::time::sleep_until(wake) => {}
        }
        let now = Instant::now();
        if due.is_some_and(|due| due <= now) {
            self.session.release_overdue(now);
            return None;
        }
        if silent <= now {
            self.over = true;
            return Some(frame::TIMEOUT);
        }
        (idle <= now).then_some(frame::KEEP_ALIVE)
    }
}

/// A stream from the start, without a connection, for tests of other files.
#[cfg(any(test, fuzzing))]
pub(super) fn tests_reader(
    session: Arc<Session>,
    grown: watch::Receiver<()>,
    shared: &Shared,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
    let (start, _) = session.start(StartAt::Earliest);
    let stop = shared.stop.clone();
    Reader::new(
        session,
        grown,
        (start, StartAt::Earliest),
        &shared.config,
        stop,
    )
    .into_stream()
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
