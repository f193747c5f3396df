//! What must hold for our receiver at sizes that real ones have died of.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::task::JoinSet;

use crate::client::{Poster, Reader, callback};
use crate::memory::fill;
use crate::servers::{Kind, Server};

/// Events lost, repeated and out of order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Defects {
    pub lost: u64,
    pub repeated: u64,
    pub reordered: u64,
}

/// One session, read by many from its beginning.
pub async fn fan_out(subscribers: u64, events: u64) -> Result<(Defects, Duration)> {
    let server = Server::start(Kind::Ours)?;
    let mut readers = JoinSet::new();
    for _ in 0..subscribers {
        let mut reader = Reader::open(server.address, "all").await?;
        readers.spawn(async move {
            let mut seqs: Vec<u64> = Vec::new();
            let mut take = |frame: &str| {
                let id = frame.lines().find_map(|line| line.strip_prefix("id: 1-1-"));
                seqs.extend(id.and_then(|id| id.parse::<u64>().ok()));
            };
            while reader.read(&mut take).await? {}
            anyhow::Ok(seqs)
        });
    }
    let began = Instant::now();
    let mut poster = Poster::connect(server.address).await?;
    for seq in 1..=events {
        let status = poster
            .post("all", &callback("all", seq, seq == events, 0))
            .await?;
        ensure!(status == 200, "answered {status}");
    }
    let mut defects = Defects::default();
    while let Some(seqs) = readers.join_next().await {
        let seqs = seqs??;
        let disorder = seqs.windows(2).filter(|pair| pair[0] > pair[1]).count();
        defects.reordered += disorder as u64;
        let mut once = seqs.clone();
        once.sort_unstable();
        once.dedup();
        defects.repeated += (seqs.len() - once.len()) as u64;
        defects.lost += events.saturating_sub(once.len() as u64);
    }
    Ok((defects, began.elapsed()))
}

/// What memory grew by, and how many deliveries were refused.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    pub bytes: u64,
    pub refused: u64,
}

/// One session of 200,000 events, with a subscriber that never reads.
pub async fn deaf_subscriber(arguments: &[&str]) -> Result<Growth> {
    let server = Server::start_with(Kind::Ours, arguments)?;
    fill(&server, "warm", 100, 20).await?;
    let before = server.memory()?;
    let deaf = Reader::open(server.address, "long-0").await?;
    let refused = fill(&server, "long", 1, 200_000).await?;
    let bytes = server.memory()?.saturating_sub(before);
    drop(deaf);
    Ok(Growth { bytes, refused })
}

/// Twenty thousand sessions that end and that nobody reads, twice: the second time they take the place of the first.
pub async fn unread_sessions() -> Result<[Growth; 2]> {
    let server = Server::start(Kind::Ours)?;
    fill(&server, "warm", 100, 20).await?;
    let before = server.memory()?;
    let mut growths = Vec::new();
    for round in 0..2 {
        let mut poster = Poster::connect(server.address).await?;
        let mut refused = 0;
        for n in 0..20_000 {
            let session = format!("unread-{round}-{n}");
            for seq in 1..=5 {
                let body = callback(&session, seq, seq == 5, 0);
                refused += u64::from(poster.post(&session, &body).await? != 200);
            }
        }
        let bytes = server.memory()?.saturating_sub(before);
        growths.push(Growth { bytes, refused });
    }
    Ok([growths[0], growths[1]])
}

/// How long the process lives after SIGTERM with a thousand streams open; none when it outlives ten seconds.
pub async fn stop(kind: Kind) -> Result<Option<Duration>> {
    let mut server = Server::start(kind)?;
    let mut poster = Poster::connect(server.address).await?;
    poster.post("open", &callback("open", 1, false, 0)).await?;
    let mut open = Vec::new();
    for _ in 0..1_000 {
        open.push(Reader::open(server.address, "open").await?);
    }
    server.signal("TERM")?;
    let ended = server.ended(Duration::from_secs(10)).await?;
    drop(open);
    Ok(ended)
}
