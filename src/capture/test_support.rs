//! What the tests of this room share.

use std::time::Duration;

use axum::body::Bytes;
use futures::StreamExt;
use serde_json::{Value, json};

use super::delivery::Delivery;
use super::log::{Log, Rules};
use super::{CaptureConfig, CaptureServer, EventId};
use crate::contract::SessionId;

pub(super) fn id(text: &str) -> EventId {
    text.parse().expect("an id")
}

pub(super) fn session(text: &str) -> SessionId {
    SessionId::new(text)
}

/// A callback body of a worker that numbers its events.
pub(super) fn numbered(attempt: u32, seq: u64, event: Value) -> Value {
    json!({"session_id": "s", "event": event, "attempt": attempt, "seq": seq})
}

/// A callback body of a worker that knows only KAI.
pub(super) fn plain(event: Value) -> Value {
    json!({"session_id": "s", "event": event})
}

pub(super) fn token(content: impl ToString) -> Value {
    json!({"type": "token", "content": content.to_string()})
}

pub(super) fn done() -> Value {
    json!({"type": "done", "result": {"status": "completed"}, "execution_time_ms": 1})
}

pub(super) fn delivery(body: &Value) -> Delivery {
    Delivery::read(&session("s"), body.to_string().as_bytes()).expect("a good body")
}

/// The server with its defaults, but for what `change` does to them.
pub(super) async fn server(change: impl FnOnce(&mut CaptureConfig)) -> CaptureServer {
    let mut config = CaptureConfig::default();
    change(&mut config);
    CaptureServer::start(config).await.expect("starts")
}

/// The bound on every wait that a test makes for another task: far beyond what is needed, and never the thing tested.
pub(super) async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .unwrap_or_else(|_| panic!("waited 30 s in vain for: {what}"))
}

/// Posts a body and returns the answer.
pub(super) async fn post(client: &reqwest::Client, url: &str, body: &Value) -> (u16, Value) {
    send(client.post(url).json(body)).await
}

/// Sends a request and returns status and JSON of the answer.
pub(super) async fn send(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = soon("an answer", request.send()).await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.expect("a JSON answer"))
}

/// Posts a body that is expected to be accepted.
pub(super) async fn accept(client: &reqwest::Client, url: &str, body: &Value) {
    let answer = post(client, url, body).await;
    assert_eq!(answer, (200, json!({"status": "ok"})), "{body}");
}

/// Reads a response's body until it contains a text; what came so far is returned.
pub(super) async fn read_until(response: &mut reqwest::Response, wanted: &str) -> String {
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains(wanted) {
        let chunk = soon(wanted, response.chunk()).await.expect("no error");
        text.extend_from_slice(&chunk.unwrap_or_else(|| panic!("ended before {wanted:?}")));
    }
    String::from_utf8(text).expect("UTF-8")
}

/// All of a stream of text. Not bounded: time may be paused, and a stream ends by itself after silence.
pub(super) async fn whole<E: std::fmt::Debug>(
    stream: impl futures::Stream<Item = Result<Bytes, E>>,
) -> String {
    let chunks: Vec<_> = stream.collect().await;
    let chunks: Vec<Bytes> = chunks
        .into_iter()
        .map(|chunk| chunk.expect("text"))
        .collect();
    String::from_utf8(chunks.concat()).expect("UTF-8")
}

/// The ids of the frames in a text, in order.
pub(super) fn ids(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .map(str::to_owned)
        .collect()
}

/// A log without patience for events that are missing.
pub(super) fn impatient_log() -> Log {
    Log::new(Rules {
        max_events: 100,
        max_bytes: 1 << 20,
        max_body: 1 << 20,
        reorder_wait: std::time::Duration::ZERO,
        reorder_window: 0,
        overflow: super::Overflow::Refuse,
    })
}
