//! The least that passes events on: axum, and a broadcast channel for each session. No log, no checks, no ids: the practical
//! limit, and what loses events as soon as a reader is slow.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast::{self, Sender, error::RecvError};

/// How many events a channel keeps for its slowest reader.
const CAPACITY: usize = 1_024;

type Channels = Arc<Mutex<HashMap<String, Sender<Arc<str>>>>>;

#[derive(Deserialize)]
struct Delivery {
    event: Box<RawValue>,
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
}

/// Serves for as long as the process lives, and prints its address first.
pub async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    let router = Router::new()
        .route("/events/{session}", post(receive))
        .route("/stream/{session}", get(stream))
        .with_state(Channels::default());
    // Without it every event would wait for the last one's acknowledgement.
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

fn channel(channels: &Channels, session: String) -> Sender<Arc<str>> {
    let mut channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
    let channel = channels.entry(session);
    channel
        .or_insert_with(|| broadcast::channel(CAPACITY).0)
        .clone()
}

async fn receive(
    State(channels): State<Channels>,
    Path(session): Path<String>,
    Json(delivery): Json<Delivery>,
) -> Json<Value> {
    let text = delivery.event.get();
    let kind = serde_json::from_str::<Kind<'_>>(text).map_or("message", |event| event.kind);
    let frame = format!("event: {kind}\ndata: {text}\n\n");
    // Fails when nobody reads.
    let _ = channel(&channels, session).send(frame.into());
    Json(json!({ "status": "ok" }))
}

async fn stream(State(channels): State<Channels>, Path(session): Path<String>) -> Response {
    let receiver = channel(&channels, session).subscribe();
    let frames = futures::stream::unfold(Some(receiver), |receiver| async move {
        let mut receiver = receiver?;
        loop {
            match receiver.recv().await {
                Ok(frame) => {
                    let more = !frame.starts_with("event: done\n");
                    return Some((frame, more.then_some(receiver)));
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    let frames =
        frames.map(|frame| Ok::<_, Infallible>(axum::body::Bytes::from(frame.to_string())));
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    (headers, axum::body::Body::from_stream(frames)).into_response()
}
