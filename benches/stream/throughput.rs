//! Events a second: many sessions at once, each with one sender that waits for every answer, and one subscriber.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::client::{Poster, Reader, callback, number};
use crate::servers::{Server, cpu_of};

/// What one measurement gave.
#[derive(Debug, Clone, Copy)]
pub struct Throughput {
    /// Events that subscribers read, a second.
    pub rate: f64,
    /// The server's processor time for a thousand events.
    pub server: Duration,
    /// The client's, for as many.
    pub client: Duration,
    /// Events that did not come.
    pub lost: u64,
}

/// Measures from the first request to the last subscriber's end. Connections are open before that.
pub async fn measure(
    server: &Server,
    round: usize,
    sessions: u64,
    events: u64,
) -> Result<Throughput> {
    let ready = Arc::new(Barrier::new(2 * usize::try_from(sessions)? + 1));
    let mut tasks = JoinSet::new();
    for n in 0..sessions {
        let (address, session) = (server.address, format!("rate-{round}-{sessions}-{n}"));
        let (mine, name) = (Arc::clone(&ready), session.clone());
        tasks.spawn(async move {
            let mut reader = Reader::open(address, &name).await?;
            mine.wait().await;
            let (mut read, mut last, mut disorder) = (0, 0, false);
            let mut take = |frame: &str| {
                let n = number(frame, "\"n\"").unwrap_or_default();
                disorder |= n <= last;
                last = n;
                read += 1;
            };
            while reader.read(&mut take).await? {}
            ensure!(!disorder, "{name} came in disorder");
            Ok(read)
        });
        let mine = Arc::clone(&ready);
        tasks.spawn(async move {
            let mut poster = Poster::connect(address).await?;
            let bodies: Vec<_> = (1..=events)
                .map(|seq| callback(&session, seq, seq == events, 0))
                .collect();
            mine.wait().await;
            for body in bodies {
                let status = poster.post(&session, &body).await?;
                ensure!(status == 200, "answered {status}");
            }
            Ok(0_u64)
        });
    }
    ready.wait().await;
    let (began, server_before, client_before) = (Instant::now(), server.cpu()?, cpu_of("self")?);
    let mut read = 0;
    while let Some(task) = tasks.join_next().await {
        read += task??;
    }
    let took = began.elapsed().as_secs_f64();
    let all = sessions * events;
    let thousands = u32::try_from(all / 1_000)?;
    Ok(Throughput {
        rate: read as f64 / took,
        server: (server.cpu()? - server_before) / thousands,
        client: (cpu_of("self")? - client_before) / thousands,
        lost: all - read,
    })
}
