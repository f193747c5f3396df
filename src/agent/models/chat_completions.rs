//! A language model behind OpenAI's chat completions.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;

use super::http::{Http, HttpError};
use super::redact::redacted;
use super::refusal::{Refusal, shortened};
use super::retry::Retries;
use super::settings::ChatSettings;
use super::stream::{self, Broken};
use super::wire::{Draft, Flaw, body};
use crate::agent::{ChatModel, DeltaSink, ModelError, ModelRequest, ModelTurn};

/// A language model behind OpenAI's chat completions, hosted or local.
///
/// Only the configured server is ever contacted: redirects are refused, and proxy variables are not read. A turn is streamed.
/// A request that the server turned away for the moment (408, 429, 5xx, before anything was streamed) is sent again, at most
/// [`ChatSettings::retries`] times, after as long as the server asked for. Nothing else is tried again here: a stream that
/// breaks off is [`ModelError::Unavailable`], and whoever runs the agent decides about another attempt. Dropping the future of
/// a turn closes the connection, by which servers stop to generate.
pub struct ChatCompletions {
    settings: ChatSettings,
    http: Http,
}

impl ChatCompletions {
    /// Prepares to speak to the server; nothing is sent yet.
    ///
    /// # Errors
    /// When the key cannot be sent in a header, or no certificates are installed that an https server's could be checked
    /// against.
    pub fn new(settings: ChatSettings) -> Result<Self, HttpError> {
        let http = Http::new(&settings.endpoint, settings.timeouts.connect)?;
        Ok(Self { settings, http })
    }

    /// How it is used.
    pub fn settings(&self) -> &ChatSettings {
        &self.settings
    }

    async fn exchange(
        &self,
        request: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        let sent = Bytes::from(body(
            &self.settings.model,
            self.settings.sampling(),
            request,
        ));
        let answer = self.answer(sent).await?;
        let idle = self.settings.timeouts.idle;
        let mut draft = Draft::default();
        let read = if is_json(&answer) {
            match stream::read_whole(answer.into_body(), idle, &mut draft).await {
                Ok(deltas) => {
                    for delta in deltas {
                        sink.delta(delta).await;
                    }
                    Ok(())
                }
                Err(broken) => Err(broken),
            }
        } else {
            stream::read(answer.into_body(), idle, &mut draft, sink).await
        };
        read.map_err(|broken| match broken {
            Broken::Off(reason) => self.unavailable(&reason, None),
            Broken::Unusable(reason) => self.refused(&reason),
        })?;
        let (deltas, turn) = draft.finish(request.messages);
        for delta in deltas {
            sink.delta(delta).await;
        }
        turn.map_err(|flaw| match flaw {
            Flaw::Truncated => self.unavailable("its answer ended before it was whole", None),
            Flaw::CutShort { finish_reason } => self.refused(&format!(
                "it was stopped in the middle of its answer (finish_reason `{finish_reason}`)"
            )),
            Flaw::NamelessCall => self.refused("it called a tool without a name"),
        })
    }

    /// Sends the request until it is answered, refused for good, or was tried often enough.
    async fn answer(&self, sent: Bytes) -> Result<Response<Incoming>, ModelError> {
        let timeouts = self.settings.timeouts;
        let mut retries = Retries::new(&self.settings);
        loop {
            let answer = tokio::time::timeout(timeouts.first, self.http.post(sent.clone()))
                .await
                .map_err(|_| {
                    let first = timeouts.first.as_secs_f64();
                    self.unavailable(&format!("no answer began within {first} s"), None)
                })?
                .map_err(|reason| self.unavailable(&reason, None))?;
            if answer.status().is_success() {
                return Ok(answer);
            }
            let (parts, body) = answer.into_parts();
            // An error whose text does not come is still an error.
            let body = stream::whole(body, timeouts.idle).await.unwrap_or_default();
            let key = self.settings.endpoint.key();
            let refusal = Refusal::new(&parts, &body, key.map(|key| key.reveal()));
            if !refusal.is_transient {
                return Err(self.refused(&refusal.reason));
            }
            let Some(wait) = retries.next(refusal.retry_after) else {
                return Err(self.unavailable(&refusal.reason, refusal.retry_after));
            };
            tracing::info!(
                model = %self.settings.model,
                reason = %refusal.reason,
                wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                "the model's server turned a request away; it is sent again"
            );
            tokio::time::sleep(wait).await;
        }
    }

    fn unavailable(&self, reason: &str, retry_after: Option<Duration>) -> ModelError {
        ModelError::Unavailable {
            model: self.settings.model.clone(),
            reason: self.clean(reason),
            retry_after,
        }
    }

    fn refused(&self, reason: &str) -> ModelError {
        ModelError::Refused {
            model: self.settings.model.clone(),
            reason: self.clean(reason),
        }
    }

    /// What is told to others: with the server's name, without secrets.
    fn clean(&self, reason: &str) -> String {
        let key = self.settings.endpoint.key();
        let reason = redacted(&shortened(reason), key.map(|key| key.reveal()));
        format!("{} ({})", reason, self.settings.endpoint.origin())
    }
}

fn is_json(answer: &Response<Incoming>) -> bool {
    answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}

#[async_trait]
impl ChatModel for ChatCompletions {
    fn name(&self) -> &str {
        &self.settings.model
    }

    fn context_bytes(&self) -> Option<usize> {
        Some(self.settings.context_bytes)
    }

    async fn turn(
        &self,
        request: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        let limit = self.settings.timeouts.turn;
        tokio::time::timeout(limit, self.exchange(request, sink))
            .await
            .unwrap_or_else(|_| {
                let limit = limit.as_secs_f64();
                Err(self.unavailable(&format!("its turn took longer than {limit} s"), None))
            })
    }
}

impl fmt::Debug for ChatCompletions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatCompletions")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "chat_completions_tests.rs"]
mod tests;
