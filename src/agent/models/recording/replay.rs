//! Answering from a recording.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};

use super::error::RecordingError;
use super::exchange::{Chunk, End, Recording, Response};
use super::request::RecordedRequest;
use super::tape::Tape;
use crate::agent::models::loopback::{Answered, Answers, Asked, Loopback};
use crate::agent::models::{ChatCompletions, ChatSettings, Endpoint};
use crate::agent::{ChatModel, DeltaSink, ModelError, ModelRequest, ModelTurn};

/// A server of chat completions on this machine that answers from a recording, for any worker. It stops when it is dropped.
///
/// What was not recorded is answered with status 404 and an error that shows the nearest recorded request.
#[derive(Debug)]
pub struct ReplayServer {
    loopback: Loopback,
}

impl ReplayServer {
    /// Serves a recording. `speed` is how fast: 0 is without any waiting, 1 as it was, 2 twice as slow.
    ///
    /// # Errors
    /// When no port of this machine can be listened on.
    pub async fn start(recording: Recording, speed: f64) -> Result<Self, RecordingError> {
        let replay = Replay {
            tape: Tape::new(recording),
            slowness: if speed.is_finite() {
                speed.max(0.0)
            } else {
                0.0
            },
        };
        let loopback = Loopback::start(Arc::new(replay))
            .await
            .map_err(RecordingError::Listen)?;
        Ok(Self { loopback })
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        self.loopback.base()
    }
}

struct Replay {
    tape: Tape,
    /// What delays are multiplied with.
    slowness: f64,
}

#[async_trait]
impl Answers for Replay {
    async fn answer(&self, asked: Asked) -> Answered {
        let request = match RecordedRequest::read(&asked.body) {
            Ok(request) => request,
            Err(reason) => return Answered::error(400, "invalid_request_error", &reason),
        };
        match self.tape.find(&request) {
            Ok(exchange) => {
                self.pause(exchange.response.delay).await;
                self.again(&exchange.response)
            }
            Err(nearest) => Answered::error(404, "not_recorded", &nearest),
        }
    }
}

impl Replay {
    async fn pause(&self, delay: Duration) {
        wait(delay, self.slowness).await;
    }

    fn again(&self, response: &Response) -> Answered {
        let content_type = response.content_type.clone();
        let content_type = content_type.map(|kind| (CONTENT_TYPE, kind));
        let retry_after = response.retry_after.as_ref().map(|after| {
            // A date has passed; seconds shrink as all delays do.
            let seconds = after.parse::<f64>().unwrap_or(0.0) * self.slowness;
            (RETRY_AFTER, seconds.to_string())
        });
        let slowness = self.slowness;
        let chunks = futures::stream::iter(response.chunks.clone()).then(move |chunk| async move {
            let Chunk { delay, bytes } = chunk;
            wait(delay, slowness).await;
            Ok(bytes)
        });
        let cut = match response.end {
            End::Complete => None,
            End::Cut => Some(cut()),
        };
        Answered {
            status: response.status,
            headers: content_type.into_iter().chain(retry_after).collect(),
            body: Box::pin(chunks.chain(futures::stream::iter(cut).then(|cut| cut))),
        }
    }
}

async fn cut() -> io::Result<Bytes> {
    // What was sent before is on its way only when the server had nothing to do for a moment.
    tokio::task::yield_now().await;
    Err(io::Error::other("the recorded connection broke off here"))
}

async fn wait(delay: Duration, slowness: f64) {
    let delay = delay.mul_f64(slowness);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

/// A recorded model: the client that speaks to live ones, and a server that answers from the recording.
#[derive(Debug)]
pub struct ReplayModel {
    client: ChatCompletions,
    _server: ReplayServer,
}

impl ReplayModel {
    /// Replays a file; see [`ReplayServer::start`] for `speed`.
    ///
    /// # Errors
    /// When the file cannot be read, or no port of this machine can be listened on.
    pub async fn open(path: impl AsRef<Path>, speed: f64) -> Result<Self, RecordingError> {
        Self::of(Recording::read(path)?, speed).await
    }

    /// Replays a recording.
    ///
    /// # Errors
    /// When no port of this machine can be listened on.
    pub async fn of(recording: Recording, speed: f64) -> Result<Self, RecordingError> {
        let first = recording.exchanges.first();
        let parameter = |name: &str| first.and_then(|first| first.request.parameters.get(name));
        let (temperature, seed) = (
            parameter("temperature").and_then(|value| value.as_f64()),
            parameter("seed").and_then(|value| value.as_u64()),
        );
        let (model, context_bytes) = (recording.model().to_owned(), recording.context_bytes);
        // As patient as whoever recorded it.
        let repetitions = recording.repetitions();
        let server = ReplayServer::start(recording, speed).await?;
        let endpoint = Endpoint::new(&server.url())
            .map_err(|error| RecordingError::Listen(io::Error::other(error)))?;
        let defaults = ChatSettings::new(endpoint, model);
        let settings = ChatSettings {
            temperature,
            seed,
            context_bytes: context_bytes.unwrap_or(defaults.context_bytes),
            retries: defaults.retries.max(repetitions),
            retry_pause: defaults.retry_pause.mul_f64(speed.clamp(0.0, 1.0)),
            ..defaults
        };
        Ok(Self {
            client: ChatCompletions::new(settings)?,
            _server: server,
        })
    }
}

#[async_trait]
impl ChatModel for ReplayModel {
    fn name(&self) -> &str {
        self.client.name()
    }

    fn context_bytes(&self) -> Option<usize> {
        self.client.context_bytes()
    }

    async fn turn(
        &self,
        request: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        self.client.turn(request, sink).await
    }
}
