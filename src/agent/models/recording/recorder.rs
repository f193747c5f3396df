//! Standing between a worker and its model's server, and keeping what they say.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use tokio::sync::watch;

use super::assembled::Assembled;
use super::error::RecordingError;
use super::exchange::{Chunk, End, Exchange, Recording, Response};
use super::request::RecordedRequest;
use crate::agent::models::Endpoint;
use crate::agent::models::http::Http;
use crate::agent::models::loopback::{Answered, Answers, Asked, Loopback};

/// How long to wait for answers that are still under way when the recording ends.
const SETTLE: Duration = Duration::from_secs(5);

/// A server on this machine that hands requests on to a model's server, and keeps them and their answers.
///
/// It has no key of its own: whoever asks sends one, and it is handed on, not kept. What was given up before it was answered
/// is not kept either.
#[derive(Debug)]
pub struct Recorder {
    loopback: Loopback,
    kept: Arc<Kept>,
}

#[derive(Debug)]
struct Kept {
    state: Mutex<State>,
    under_way: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    /// One place for each call, in the order of their arrival; taken when its answer is whole.
    exchanges: Vec<Option<Exchange>>,
    /// What callers authenticated with.
    keys: Vec<String>,
    /// Why something was not kept, the last time.
    lost: Option<String>,
}

impl Kept {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// Stands before this server.
    ///
    /// # Errors
    /// When no port of this machine can be listened on, or the server's address cannot be used.
    pub async fn start(server: &Endpoint, connect: Duration) -> Result<Self, RecordingError> {
        let kept = Arc::new(Kept {
            state: Mutex::default(),
            under_way: watch::channel(0).0,
        });
        let proxy = Proxy {
            // The caller's key is used.
            http: Http::new(&server.clone().without_key(), connect)?,
            kept: Arc::clone(&kept),
        };
        let loopback = Loopback::start(Arc::new(proxy))
            .await
            .map_err(RecordingError::Listen)?;
        Ok(Self { loopback, kept })
    }

    /// The base URL that the worker is to use instead of the server's own.
    pub fn url(&self) -> String {
        self.loopback.base()
    }

    /// What was recorded.
    pub async fn finish(self) -> Recording {
        Recording {
            context_bytes: None,
            exchanges: self.settled().await,
        }
    }

    /// Writes what was recorded to a file, and gives it.
    ///
    /// # Errors
    /// As [`Recording::write`]; a key with which the server was asked is such a secret too.
    pub async fn write(
        self,
        path: impl AsRef<Path>,
        context_bytes: Option<usize>,
    ) -> Result<Recording, RecordingError> {
        let path = path.as_ref();
        let recording = Recording {
            context_bytes,
            exchanges: self.settled().await,
        };
        let state = self.kept.state();
        match (recording.exchanges.is_empty(), &state.lost) {
            (true, Some(lost)) => Err(RecordingError::Empty {
                path: path.to_owned(),
                reason: format!(": {lost}"),
            }),
            _ => {
                recording.write_without(path, &state.keys)?;
                Ok(recording)
            }
        }
    }

    async fn settled(&self) -> Vec<Exchange> {
        let mut under_way = self.kept.under_way.subscribe();
        let settled = under_way.wait_for(|under_way| *under_way == 0);
        if tokio::time::timeout(SETTLE, settled).await.is_err() {
            tracing::warn!("a model call is still under way; it is not in the recording");
        }
        let mut state = self.kept.state();
        let exchanges = std::mem::take(&mut state.exchanges);
        exchanges.into_iter().flatten().collect()
    }
}

struct Proxy {
    http: Http,
    kept: Arc<Kept>,
}

#[async_trait]
impl Answers for Proxy {
    async fn answer(&self, asked: Asked) -> Answered {
        let request = match RecordedRequest::read(&asked.body) {
            Ok(request) => request,
            Err(reason) => return Answered::error(400, "invalid_request_error", &reason),
        };
        let call = Call::begin(
            Arc::clone(&self.kept),
            request,
            asked.authorization.as_ref(),
        );
        let began = Instant::now();
        match self.http.post_as(asked.body, asked.authorization).await {
            Ok(answer) => call.answered(answer, began),
            Err(reason) => {
                let lost = format!("the model's server cannot be reached: {reason}");
                self.kept.state().lost = Some(lost.clone());
                Answered::error(502, "server_error", &lost)
            }
        }
    }
}

/// A call that is under way.
struct Call {
    kept: Arc<Kept>,
    place: usize,
    request: Option<RecordedRequest>,
    response: Option<Response>,
}

impl Call {
    fn begin(
        kept: Arc<Kept>,
        request: RecordedRequest,
        authorization: Option<&HeaderValue>,
    ) -> Self {
        let key = authorization
            .and_then(|value| value.to_str().ok())
            .map(|value| value.strip_prefix("Bearer ").unwrap_or(value))
            // A word of a few letters, as local servers are given one, would be found in any text.
            .filter(|key| key.len() >= 8);
        let place = {
            let mut state = kept.state();
            if let Some(key) = key.filter(|key| !state.keys.iter().any(|known| known == key)) {
                state.keys.push(key.to_owned());
            }
            state.exchanges.push(None);
            state.exchanges.len() - 1
        };
        kept.under_way.send_modify(|under_way| *under_way += 1);
        Self {
            kept,
            place,
            request: Some(request),
            response: None,
        }
    }

    fn answered(mut self, answer: hyper::Response<Incoming>, began: Instant) -> Answered {
        let (parts, body) = answer.into_parts();
        let header = |name| {
            let value = parts.headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let (content_type, retry_after) = (header(&CONTENT_TYPE), header(&RETRY_AFTER));
        self.response = Some(Response {
            status: parts.status.as_u16(),
            content_type: content_type.clone(),
            retry_after: retry_after.clone(),
            delay: began.elapsed(),
            chunks: Vec::new(),
            // Until it is seen to be whole.
            end: End::Cut,
        });
        let headers = [(CONTENT_TYPE, content_type), (RETRY_AFTER, retry_after)];
        Answered {
            status: parts.status.as_u16(),
            headers: headers
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
            body: Box::pin(handed_on(body, self)),
        }
    }

    fn chunk(&mut self, bytes: &Bytes, delay: Duration) {
        if let Some(response) = &mut self.response {
            response.chunks.push(Chunk {
                delay,
                bytes: bytes.clone(),
            });
        }
    }

    /// The answer has ended.
    fn ended(&mut self, end: End) {
        if let (Some(request), Some(response)) = (self.request.take(), self.response.take()) {
            let response = Response { end, ..response };
            let mut state = self.kept.state();
            state.exchanges[self.place] = Some(Exchange { request, response });
        }
    }
}

impl Drop for Call {
    /// Whoever asked has enough when the turn is finished, and need not wait for the end of the connection.
    fn drop(&mut self) {
        let finished = self
            .response
            .as_ref()
            .is_some_and(|response| Assembled::of(&response.body()).is_finished);
        if finished {
            self.ended(End::Complete);
        } else if self.request.is_some() {
            let mut state = self.kept.state();
            let lost = "a call was given up before it was answered";
            state.lost.get_or_insert_with(|| lost.to_owned());
        }
        self.kept
            .under_way
            .send_modify(|under_way| *under_way = under_way.saturating_sub(1));
    }
}

/// The body, chunk by chunk.
fn handed_on(body: Incoming, call: Call) -> impl futures::Stream<Item = io::Result<Bytes>> + Send {
    let start = (Some(body), call, Instant::now());
    futures::stream::unfold(start, |(body, mut call, since)| async move {
        let mut body = body?;
        loop {
            match body.frame().await {
                None => {
                    call.ended(End::Complete);
                    return None;
                }
                Some(Ok(frame)) => {
                    let Ok(bytes) = frame.into_data() else {
                        continue;
                    };
                    call.chunk(&bytes, since.elapsed());
                    return Some((Ok(bytes), (Some(body), call, Instant::now())));
                }
                Some(Err(error)) => {
                    call.ended(End::Cut);
                    return Some((Err(io::Error::other(error)), (None, call, since)));
                }
            }
        }
    })
}
