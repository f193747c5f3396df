//! From the moment before an event is posted to the moment when a subscriber has read it, posted at a steady pace.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::client::{Poster, Reader, callback, number};
use crate::servers::Server;

/// Sorted times of all events at all subscribers.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn of(all: impl IntoIterator<Item = Self>) -> Self {
        let mut all: Vec<_> = all.into_iter().flat_map(|one| one.0).collect();
        all.sort_unstable();
        Self(all)
    }

    /// The time that so many of a hundred do not exceed.
    pub fn percentile(&self, hundredths: usize) -> Duration {
        let at = self.0.len() * hundredths / 100;
        self.0
            .get(at.min(self.0.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    }
}

pub async fn measure(
    server: &Server,
    session: &str,
    subscribers: usize,
    events: u64,
    pace: Duration,
) -> Result<Latencies> {
    let origin = Instant::now();
    let now = move || u64::try_from(origin.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let mut readers = JoinSet::new();
    for _ in 0..subscribers {
        let mut reader = Reader::open(server.address, session).await?;
        readers.spawn(async move {
            let mut times = Vec::new();
            let mut take = |frame: &str| {
                let (at, n) = (number(frame, "\"at\""), number(frame, "\"n\""));
                // The first events find everything cold.
                if let (Some(at), Some(10..)) = (at, n) {
                    times.push(Duration::from_nanos(now().saturating_sub(at)));
                }
            };
            while reader.read(&mut take).await? {}
            anyhow::Ok(times)
        });
    }
    let mut poster = Poster::connect(server.address).await?;
    let mut ticks = tokio::time::interval(pace);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for seq in 1..=events {
        ticks.tick().await;
        let body = callback(session, seq, seq == events, now());
        let status = poster.post(session, &body).await?;
        ensure!(status == 200, "answered {status}");
    }
    let mut all = Vec::new();
    while let Some(times) = readers.join_next().await {
        all.push(Latencies(times??));
    }
    Ok(Latencies::of(all))
}
