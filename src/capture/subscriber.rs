//! The client of a stream, for tests and the harness.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use axum::body::Bytes;
use futures::{Stream, StreamExt};
use reqwest::{Client, RequestBuilder, Response, StatusCode, header};
use serde_json::{Map, Value};

use super::{EventId, SubscribeError, frame, transcript};
use crate::contract::Event;
use crate::contract::sse::{Frame, Parser, TooLarge};

/// How a [`Subscriber`] behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberOptions {
    /// Read only what follows this id; `latest` for what comes from now on. Default none: from the start.
    pub last_event_id: Option<String>,
    /// How often, in all, a stream that broke off is connected again. Default 5.
    pub reconnects: u32,
    /// How long to wait before connecting again; doubled each time, up to 16 times as long. Default none: as long as
    /// the stream says (`retry:`, at most 10 s), else 50 ms.
    pub pause: Option<Duration>,
    /// How long the receiver may send nothing, not even a comment, before the connection counts as lost. Default 60 s,
    /// four of the keep-alive intervals of our receiver.
    pub quiet: Duration,
    /// The most bytes of one frame. Default 64 MiB.
    pub frame_bytes: usize,
}

impl Default for SubscriberOptions {
    fn default() -> Self {
        Self {
            last_event_id: None,
            reconnects: 5,
            pause: None,
            quiet: Duration::from_secs(60),
            frame_bytes: 64 << 20,
        }
    }
}

/// An event that a [`Subscriber`] received.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedEvent {
    /// The frame's `id:`; none from receivers that know only KAI.
    pub id: Option<String>,
    /// The event.
    pub event: Map<String, Value>,
    /// When it was received, by the wall clock.
    pub received_at: SystemTime,
    /// When it was received, for measuring times between events.
    pub received: Instant,
}

impl ReceivedEvent {
    /// The event's `type`.
    pub fn kind(&self) -> &str {
        transcript::kind(&self.event)
    }

    /// Where the event stands, when the frame's id says so in our form.
    pub fn position(&self) -> Option<EventId> {
        self.id.as_ref()?.parse().ok()
    }

    /// The event as a type of the contract.
    pub fn to_event(&self) -> Event {
        Event::from_object(self.event.clone())
    }
}

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEnd {
    /// The receiver closed it after a `done`.
    Done,
    /// The receiver closed it with `event: timeout`: no event came for too long.
    Timeout,
    /// The receiver says that nothing follows the id to resume after, and that was not a `done`'s.
    Over,
}

type Chunks = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// A subscriber of one stream.
///
/// Connects again, after the last id it saw, when the connection is lost or the receiver closes the stream without a
/// `done`. It reports what it is sent and nothing else: it repeats or drops events only if the receiver does.
pub struct Subscriber {
    client: Client,
    /// The URL to connect to.
    target: String,
    /// The URL as errors show it.
    url: String,
    options: SubscriberOptions,
    chunks: Option<Chunks>,
    parser: Parser,
    frames: VecDeque<Frame>,
    /// When the chunk that completed `frames` came.
    received: (SystemTime, Instant),
    events: u64,
    last_kind: String,
    /// The id of the last event that was handed out; the parser may be further.
    last_id: Option<String>,
    reconnects: u32,
    /// How long the receiver said to wait before connecting again.
    retry: Option<Duration>,
    /// What ended the stream, to be said after the events that came before it.
    failure: Option<SubscribeError>,
    end: Option<StreamEnd>,
}

impl std::fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscriber")
            .field("url", &self.url)
            .field("last_seen", &self.last_seen())
            .field("reconnects", &self.reconnects)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl Subscriber {
    /// Subscribes from the start. When this returns, the receiver has accepted the subscription.
    ///
    /// # Errors
    /// When the URL is wrong, nothing answers, or the answer is no event stream.
    pub async fn connect(url: &str) -> Result<Self, SubscribeError> {
        Self::connect_with(url, SubscriberOptions::default()).await
    }

    /// Subscribes with other options.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_with(
        url: &str,
        options: SubscriberOptions,
    ) -> Result<Self, SubscribeError> {
        let shown = without_key(url);
        let wrong = |source| SubscribeError::Url {
            url: shown.clone(),
            source,
        };
        let parsed = url::Url::parse(url).map_err(|source| wrong(Some(source)))?;
        if parsed.scheme() != "http" {
            return Err(wrong(None));
        }
        let client = Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(options.quiet)
            .build()
            .map_err(|source| SubscribeError::Client {
                url: shown.clone(),
                source: source.without_url(),
            })?;
        let parser = Parser::new(options.frame_bytes, options.last_event_id.clone());
        let mut subscriber = Self {
            client,
            target: url.to_owned(),
            url: shown.clone(),
            chunks: None,
            parser,
            frames: VecDeque::new(),
            received: (SystemTime::now(), Instant::now()),
            events: 0,
            last_kind: String::new(),
            last_id: options.last_event_id.clone(),
            reconnects: 0,
            retry: None,
            failure: None,
            end: None,
            options,
        };
        let response =
            subscriber
                .request()
                .send()
                .await
                .map_err(|source| SubscribeError::Connect {
                    url: shown,
                    source: source.without_url(),
                })?;
        subscriber.open(response).await?;
        Ok(subscriber)
    }

    /// The next event; none when the stream has ended, or after an error, unless it is
    /// [`SubscribeError::HistoryDropped`]: then the stream goes on with what there is.
    pub async fn next(&mut self) -> Option<Result<ReceivedEvent, SubscribeError>> {
        let next = self.advance().await;
        if matches!(&next, Err(error) if !matches!(error, SubscribeError::HistoryDropped { .. })) {
            self.chunks = None;
            self.frames.clear();
        }
        next.transpose()
    }

    /// All events until the end of the stream.
    ///
    /// # Errors
    /// When the stream breaks off; the events before that are lost then, so use [`next`](Self::next) to keep them.
    pub async fn rest(&mut self) -> Result<Vec<ReceivedEvent>, SubscribeError> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event?);
        }
        Ok(events)
    }

    /// How the stream ended; none while it has not, or when it ended with an error.
    pub fn end(&self) -> Option<StreamEnd> {
        self.end
    }

    /// How often the stream was connected again.
    pub fn reconnects(&self) -> u32 {
        self.reconnects
    }

    async fn advance(&mut self) -> Result<Option<ReceivedEvent>, SubscribeError> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                if frame.kind == "timeout" && frame.data == "{}" {
                    self.end = Some(StreamEnd::Timeout);
                    self.chunks = None;
                    return Ok(None);
                }
                if frame.kind == frame::HISTORY_DROPPED && frame.id.is_none() {
                    return Err(self.history_dropped(&frame));
                }
                return self.receive(frame).map(Some);
            }
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            let Some(chunks) = &mut self.chunks else {
                return Ok(None);
            };
            match chunks.next().await {
                Some(Ok(chunk)) => {
                    self.received = (SystemTime::now(), Instant::now());
                    let pushed = self.parser.push(&chunk, &mut self.frames);
                    self.retry = self.parser.retry().or(self.retry);
                    if let Err(TooLarge) = pushed {
                        self.failure = Some(SubscribeError::TooLarge {
                            url: self.url.clone(),
                            limit: self.options.frame_bytes,
                            last: self.last_seen(),
                        });
                    }
                }
                Some(Err(error)) => self.resume(Some(error.without_url())).await?,
                None => self.resume(None).await?,
            }
        }
    }

    fn history_dropped(&self, frame: &Frame) -> SubscribeError {
        let data: Value = serde_json::from_str(&frame.data).unwrap_or_default();
        let id = |key: &str, none: &str| {
            let id = data.get(key).and_then(Value::as_str);
            id.map_or_else(|| none.to_owned(), |id| format!("id {id}"))
        };
        SubscribeError::HistoryDropped {
            url: self.url.clone(),
            after: id("after", "the start"),
            before: id("before", "the next event"),
            last: self.last_seen(),
        }
    }

    fn receive(&mut self, frame: Frame) -> Result<ReceivedEvent, SubscribeError> {
        let event = serde_json::from_str(&frame.data).map_err(|source| SubscribeError::Data {
            url: self.url.clone(),
            kind: frame.kind,
            last: self.last_seen(),
            source,
        })?;
        let received = ReceivedEvent {
            id: frame.id,
            event,
            received_at: self.received.0,
            received: self.received.1,
        };
        self.events += 1;
        received.kind().clone_into(&mut self.last_kind);
        if received.id.is_some() {
            self.last_id.clone_from(&received.id);
        }
        Ok(received)
    }

    /// Goes on after the connection ended, in whatever way: either the stream is over, or it is connected again.
    async fn resume(&mut self, cause: Option<reqwest::Error>) -> Result<(), SubscribeError> {
        self.chunks = None;
        if self.last_kind == "done" {
            self.end = Some(StreamEnd::Done);
            return Ok(());
        }
        if self.events > 0 && self.parser.last_id().is_none() {
            return Err(SubscribeError::NotResumable {
                url: self.url.clone(),
                last: self.last_seen(),
                source: cause,
            });
        }
        let mut cause = cause;
        while self.reconnects < self.options.reconnects {
            let doubled = 1_u32 << self.reconnects.min(4);
            tokio::time::sleep(self.pause() * doubled).await;
            self.reconnects += 1;
            match self.request().send().await {
                // The receiver has no room for the moment, or is only half there.
                Ok(response) if busy(response.status()) => {}
                Ok(response) => return self.open(response).await,
                Err(error) => cause = Some(error.without_url()),
            }
        }
        Err(SubscribeError::Lost {
            url: self.url.clone(),
            reconnects: self.reconnects,
            last: self.last_seen(),
            source: cause,
        })
    }

    fn pause(&self) -> Duration {
        const UNTOLD: Duration = Duration::from_millis(50);
        const LONGEST: Duration = Duration::from_secs(10);
        let told = || self.retry.map(|retry| retry.min(LONGEST));
        self.options.pause.or_else(told).unwrap_or(UNTOLD)
    }

    fn request(&self) -> RequestBuilder {
        let mut request = self
            .client
            .get(&self.target)
            .header(header::ACCEPT, "text/event-stream");
        if let Some(id) = self.parser.last_id() {
            request = request.header("Last-Event-ID", id);
        }
        request
    }

    /// Takes over an answer as the stream, from its first byte.
    async fn open(&mut self, response: Response) -> Result<(), SubscribeError> {
        let status = response.status();
        if status == StatusCode::NO_CONTENT {
            self.end = Some(StreamEnd::Over);
            return Ok(());
        }
        if status != StatusCode::OK {
            return Err(SubscribeError::Refused {
                url: self.url.clone(),
                status: status.as_u16(),
                reason: beginning(response).await,
                last: self.last_seen(),
            });
        }
        let content_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .map_or_else(String::new, |value| {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            });
        if !content_type.starts_with("text/event-stream") {
            return Err(SubscribeError::NotAStream {
                url: self.url.clone(),
                content_type,
                last: self.last_seen(),
            });
        }
        let last_id = self.parser.last_id().map(str::to_owned);
        self.parser = Parser::new(self.options.frame_bytes, last_id);
        self.chunks = Some(Box::pin(response.bytes_stream()));
        Ok(())
    }

    /// The last event, for errors.
    fn last_seen(&self) -> String {
        let id = self
            .last_id
            .as_ref()
            .map_or_else(|| "no id".to_owned(), |id| format!("id {id}"));
        match self.events {
            0 => format!("no event ({id})"),
            1 => format!("`{}` ({id}), the only event", self.last_kind),
            n => format!("`{}` ({id}), the last of {n} events", self.last_kind),
        }
    }
}

/// A URL without the value of its `key`, which must not be seen.
fn without_key(url: &str) -> String {
    let Some((start, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let parameters: Vec<_> = query
        .split('&')
        .map(|parameter| match parameter.starts_with("key=") {
            true => "key=[redacted]",
            false => parameter,
        })
        .collect();
    format!("{start}?{}", parameters.join("&"))
}

/// Whether a receiver that answers so may answer otherwise soon.
fn busy(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

/// The beginning of a body, on one line.
async fn beginning(response: Response) -> String {
    const LENGTH: usize = 300;
    let mut chunks = response.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(Ok(chunk)) = chunks.next().await
        && bytes.len() < LENGTH
    {
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8_lossy(&bytes)
        .chars()
        .take(LENGTH)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
#[path = "subscriber_tests.rs"]
mod tests;
