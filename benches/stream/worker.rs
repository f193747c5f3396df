//! The worker's sender, compiled from its own files: it is no part of the library's face, and a run needs nothing else of it.

#[allow(dead_code, unused_imports)]
#[path = "../../src/worker/heartbeat.rs"]
mod heartbeat;
#[allow(dead_code, unused_imports)]
#[path = "../../src/worker/sender/mod.rs"]
mod sender;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use async_trait::async_trait;
use kai_e2e::contract::{Event, SessionId};
pub use kai_e2e::worker::SenderSettings;
use url::Url;

use crate::servers::Server;
use heartbeat::{Heartbeats, Pulse};
use sender::{CallbackSender, Destination};

/// A heartbeat that nobody hears.
struct Silent;

#[async_trait]
impl Pulse for Silent {
    async fn beat(&self, _details: String) {}
}

/// A run of so many events and a `done` against a receiver that hangs: it is stopped (SIGSTOP), so that it takes connections
/// and never answers. Returns how long the run took and how many events were delivered.
pub async fn against_a_hanging_receiver(server: &Server, events: usize) -> Result<(Duration, u64)> {
    server.signal("STOP")?;
    let url: Url = format!("http://{}/events/hanging", server.address).parse()?;
    let heartbeats = Heartbeats::start(Arc::new(Silent), Duration::from_secs(3_600));
    let destination = Destination {
        url,
        session: SessionId::new("hanging"),
        attempt: 1,
    };
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .context("a client")?;
    let settings = SenderSettings::default();
    let began = Instant::now();
    let listener = heartbeats.listener();
    let mut sender = CallbackSender::start(client, Some(destination), settings, listener);
    for n in 0..events {
        let content = n.to_string();
        sender.send(&Event::Token { content }).await;
    }
    let done = [("type".to_owned(), "done".into())];
    sender
        .finish(Some(Event::Other(done.into_iter().collect())))
        .await;
    let took = began.elapsed();
    server.signal("CONT")?;
    Ok((took, heartbeats.counts().sent()))
}
