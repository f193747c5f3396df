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

/// How fast a recording is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReplayPace {
    /// Without any waiting.
    #[default]
    Full,
    /// With the pauses that there were when it was recorded.
    Real,
}

/// A server of chat completions on this machine that answers from a recording, for any worker. It stops when it is dropped.
///
/// What was not recorded is answered with status 404 and an error that shows the nearest recorded request.
#[derive(Debug)]
pub struct ReplayServer {
    loopback: Loopback,
}

impl ReplayServer {
    /// Serves a recording.
    ///
    /// # Errors
    /// When no port of this machine can be listened on.
    pub async fn start(recording: Recording, pace: ReplayPace) -> Result<Self, RecordingError> {
        let replay = Replay {
            tape: Tape::new(recording),
            pace,
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
    pace: ReplayPace,
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
                self.pace.wait(exchange.response.delay).await;
                self.again(&exchange.response)
            }
            Err(nearest) => Answered::error(404, "not_recorded", &nearest),
        }
    }
}

impl Replay {
    fn again(&self, response: &Response) -> Answered {
        let content_type = response.content_type.clone();
        let content_type = content_type.map(|kind| (CONTENT_TYPE, kind));
        let pace = self.pace;
        let retry_after = response.retry_after.as_ref().map(|after| {
            let after = match pace {
                ReplayPace::Full => "0",
                ReplayPace::Real => after,
            };
            (RETRY_AFTER, after.to_owned())
        });
        let chunks = futures::stream::iter(response.chunks.clone()).then(move |chunk| async move {
            let Chunk { delay, bytes } = chunk;
            pace.wait(delay).await;
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

impl ReplayPace {
    async fn wait(self, delay: Duration) {
        if self == Self::Real && !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }
}

/// A recorded model: the client that speaks to live ones, and a server that answers from the recording.
#[derive(Debug)]
pub struct ReplayModel {
    client: ChatCompletions,
    _server: ReplayServer,
}

impl ReplayModel {
    /// Replays a file.
    ///
    /// # Errors
    /// When the file cannot be read, or no port of this machine can be listened on.
    pub async fn open(path: impl AsRef<Path>, pace: ReplayPace) -> Result<Self, RecordingError> {
        Self::of(Recording::read(path)?, pace).await
    }

    /// Replays a recording.
    ///
    /// # Errors
    /// When no port of this machine can be listened on.
    pub async fn of(recording: Recording, pace: ReplayPace) -> Result<Self, RecordingError> {
        let first = recording.exchanges.first();
        let parameter = |name: &str| first.and_then(|first| first.request.parameters.get(name));
        let (temperature, seed) = (
            parameter("temperature").and_then(|value| value.as_f64()),
            parameter("seed").and_then(|value| value.as_u64()),
        );
        let (model, context_bytes) = (recording.model().to_owned(), recording.context_bytes);
        // As patient as whoever recorded it.
        let repetitions = recording.repetitions();
        let server = ReplayServer::start(recording, pace).await?;
        let endpoint = Endpoint::new(&server.url())
            .map_err(|error| RecordingError::Listen(io::Error::other(error)))?;
        let defaults = ChatSettings::new(endpoint, model);
        let settings = ChatSettings {
            temperature,
            seed,
            context_bytes: context_bytes.unwrap_or(defaults.context_bytes),
            retries: defaults.retries.max(repetitions),
            retry_pause: match pace {
                ReplayPace::Full => Duration::ZERO,
                ReplayPace::Real => defaults.retry_pause,
            },
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
