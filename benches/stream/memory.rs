//! What a receiver's memory grows by: for a session, and for an event.

use anyhow::{Result, ensure};
use futures::future::try_join_all;

use crate::client::{Poster, callback};
use crate::servers::Server;

const CONNECTIONS: u64 = 8;

/// Posts so many events to each of so many sessions that nobody reads, `first` events having been posted before. Returns the
/// statuses other than 200, counted.
pub async fn fill(server: &Server, name: &str, sessions: u64, events: u64) -> Result<u64> {
    let senders = (0..CONNECTIONS.min(sessions)).map(|sender| async move {
        let mut poster = Poster::connect(server.address).await?;
        let mut refused = 0;
        for n in (sender..sessions).step_by(usize::try_from(CONNECTIONS)?) {
            let session = format!("{name}-{n}");
            for seq in 1..=events {
                let status = poster
                    .post(&session, &callback(&session, seq, false, 0))
                    .await?;
                ensure!(matches!(status, 200 | 429 | 507), "answered {status}");
                refused += u64::from(status != 200);
            }
        }
        anyhow::Ok(refused)
    });
    Ok(try_join_all(senders).await?.into_iter().sum())
}

/// The bytes that a session of one event costs, and that a further event does.
pub async fn measure(server: &Server) -> Result<(f64, f64)> {
    const SESSIONS: u64 = 5_000;
    const LONG: u64 = 20;
    const EVENTS: u64 = 2_000;
    // What the first requests bring is neither a session's nor an event's.
    fill(server, "warm", 100, 20).await?;
    let before = server.memory()?;
    fill(server, "short", SESSIONS, 1).await?;
    let between = server.memory()?;
    fill(server, "long", LONG, EVENTS).await?;
    let after = server.memory()?;
    let session = between.saturating_sub(before) as f64 / SESSIONS as f64;
    let event = after.saturating_sub(between) as f64 / (LONG * EVENTS) as f64;
    Ok((session, event))
}
