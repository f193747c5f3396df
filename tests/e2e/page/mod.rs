//! The receiver's live page, in a real browser.

mod attempts;
mod connection;
mod cutting_proxy;
mod hostile;
mod keyboard;
mod keys;
mod large;
mod list;
mod live;
mod modules;

use kai_e2e::capture::{CaptureConfig, CaptureServer};
use kai_e2e::contract::SessionId;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::Result;

/// A receiver with its defaults, but for what `change` does to them.
async fn receiver(change: impl FnOnce(&mut CaptureConfig)) -> Result<CaptureServer> {
    let mut config = CaptureConfig::default();
    change(&mut config);
    Ok(CaptureServer::start(config).await?)
}

fn session(id: &str) -> SessionId {
    SessionId::new(id)
}

/// Posts an event as a worker does that numbers its events.
async fn post(
    server: &CaptureServer,
    id: &str,
    (attempt, seq): (u32, u64),
    event: &Value,
) -> Result {
    let body = json!({"session_id": id, "event": event, "attempt": attempt, "seq": seq});
    send(&server.callback_url(&session(id)), &body).await
}

async fn send(url: &str, body: &Value) -> Result {
    let client = reqwest::Client::builder().no_proxy().build()?;
    client
        .post(url)
        .json(body)
        .send()
        .await?
        .error_for_status()?;
    Ok(())
}

/// Posts the events of an attempt, numbered from 1.
async fn post_all(server: &CaptureServer, id: &str, attempt: u32, events: &[Value]) -> Result {
    for (seq, event) in (1..).zip(events) {
        post(server, id, (attempt, seq), event).await?;
    }
    Ok(())
}

fn token(content: impl ToString) -> Value {
    json!({"type": "token", "content": content.to_string()})
}

fn done(status: &str, answer: &str) -> Value {
    json!({"type": "done", "result": {"status": status, "final_answer": answer}, "execution_time_ms": 1})
}

/// The texts of what a selector finds.
fn texts(selector: &str) -> String {
    format!("[...document.querySelectorAll('{selector}')].map((found) => found.textContent)")
}

/// The ids of the events in the timeline as it is shown, pieces one by one.
const IDS: &str =
    "[...document.querySelectorAll('.event .place')].map((place) => place.textContent)";

/// Shows pieces one by one.
async fn do_not_join(browser: &Browser) -> Result {
    browser.click("[data-part=joined]").await
}

/// Fails when the browser has complained about anything.
async fn no_complaints(browser: &Browser) -> Result {
    let complaints = browser.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:#?}");
    Ok(())
}
