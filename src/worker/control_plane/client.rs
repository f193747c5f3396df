//! The three requests.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{ControlPlane, Facts};
use crate::contract::error_chain;

/// The longest id that is believed, in bytes: it becomes part of a path.
const LONGEST_ID: usize = 200;

/// The most of an answer that is read, in bytes.
const MOST: usize = 64 * 1024;

/// Why a request was in vain.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestError {
    /// No answer, or none in time.
    #[error("no answer: {0}")]
    Unanswered(String),
    /// Another answer than 2xx.
    #[error("it answered {0}")]
    Status(u16),
    /// An answer that is none of the contract's.
    #[error("its answer is none of the contract's: {0}")]
    Answer(&'static str),
}

/// A control plane, as one worker sees it.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    plane: ControlPlane,
}

#[derive(Deserialize)]
struct Registered {
    worker_id: Value,
}

impl Client {
    pub(super) fn new(plane: ControlPlane) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .no_proxy()
            // The key goes to the host that is configured, and to no other.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(plane.request_timeout)
            .build()?;
        Ok(Self { http, plane })
    }

    /// Makes the worker known, and gives the id that it has there.
    pub(super) async fn register(&self, facts: &Facts) -> Result<String, RequestError> {
        let body = json!({
            "task_queue": facts.task_queue,
            "hostname": facts.hostname,
            "worker_identity": facts.identity,
            "metadata": {"temporal_host": facts.temporal_host},
        });
        let answer = self.post("register", &body).await?;
        let Registered { worker_id } = serde_json::from_slice(&answer)
            .map_err(|_| RequestError::Answer("it has no `worker_id`"))?;
        let id = match worker_id {
            Value::String(id) => id,
            Value::Number(id) => id.to_string(),
            _ => {
                return Err(RequestError::Answer(
                    "its `worker_id` is no text and no number",
                ));
            }
        };
        let usable = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let is_path = !matches!(id.as_str(), "" | "." | "..") && id.len() <= LONGEST_ID;
        match is_path && id.bytes().all(usable) {
            true => Ok(id),
            false => Err(RequestError::Answer(
                "its `worker_id` has other characters than letters, digits, `-`, `_` and `.`, or too many",
            )),
        }
    }

    pub(super) async fn heartbeat(&self, id: &str, sessions: usize) -> Result<(), RequestError> {
        let body = json!({ "active_sessions": sessions });
        self.post(&format!("{id}/heartbeat"), &body).await.map(drop)
    }

    pub(super) async fn disconnect(&self, id: &str) -> Result<(), RequestError> {
        let path = format!("{id}/disconnect");
        self.post(&path, &json!({})).await.map(drop)
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Vec<u8>, RequestError> {
        let url = format!("{}/v4/kai/worker/{path}", self.plane.base);
        // The text of an error may have the URL in it, which holds no secret.
        let unanswered = |error: reqwest::Error| RequestError::Unanswered(error_chain(&error));
        let mut answer = self
            .http
            .post(url)
            .header("X-Org-Api-Key", self.plane.api_key.reveal())
            .json(body)
            .send()
            .await
            .map_err(unanswered)?;
        if !answer.status().is_success() {
            return Err(RequestError::Status(answer.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unanswered)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MOST {
                return Err(RequestError::Answer("it has more than 64 KiB"));
            }
        }
        Ok(bytes)
    }
}
