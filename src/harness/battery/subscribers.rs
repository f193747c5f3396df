//! Other subscribers of a run's stream, and a receiver that is full.

use serde_json::{Value, json};

use crate::capture::{CaptureConfig, CaptureServer, SubscribeError, Subscriber, SubscriberOptions};
use crate::checks::SeenEvent;
use crate::contract::SessionId;
use crate::harness::HarnessError;

/// Reads a stream whose connection is cut after some events, and goes on where it was.
pub(super) async fn cut_off(url: String, after: usize) -> Result<Vec<SeenEvent>, SubscribeError> {
    let mut events = Vec::new();
    let mut subscriber = Subscriber::connect(&url).await?;
    while events.len() < after
        && let Some(received) = subscriber.next().await
    {
        events.push(SeenEvent::from(received?));
    }
    let last = events.last().and_then(|seen: &SeenEvent| seen.id);
    drop(subscriber);
    // Only what comes while nobody is connected can be missed.
    let mut another = Subscriber::connect(&url).await?;
    for _ in 0..=after {
        if another.next().await.transpose()?.is_none() {
            break;
        }
    }
    drop(another);
    let options = SubscriberOptions {
        last_event_id: last.map(|id| id.to_string()),
        ..SubscriberOptions::default()
    };
    let mut subscriber = Subscriber::connect_with(&url, options).await?;
    while let Some(received) = subscriber.next().await {
        events.push(received?.into());
    }
    Ok(events)
}

/// Reads a stream that has ended, from its start.
pub(super) async fn late(url: &str) -> Result<Vec<SeenEvent>, SubscribeError> {
    let mut subscriber = Subscriber::connect(url).await?;
    let mut events = Vec::new();
    while let Some(received) = subscriber.next().await {
        events.push(received?.into());
    }
    Ok(events)
}

/// Whether a receiver with room for one session takes a second one once the first has ended.
pub(super) async fn is_freed() -> Result<bool, HarnessError> {
    let mut config = CaptureConfig::default();
    config.limits.sessions = 1;
    let server = CaptureServer::start(config).await?;
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap_or_default();
    let post = async |session: &str, event: Value| {
        let url = server.callback_url(&SessionId::new(session));
        let body = json!({"session_id": session, "event": event});
        let answer = http.post(url).json(&body).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    };
    let first = post("first", json!({"type": "done"})).await;
    let second = post("second", json!({"type": "done"})).await;
    server.shutdown().await?;
    Ok(first && second)
}
