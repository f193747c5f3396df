//! The receiver next to the one that users have (FastAPI and a queue a session) and to the least that is possible (axum and a
//! broadcast channel), measured by one client in one run; then what ours must withstand; then each target, met or missed.
//!
//! Every receiver is a process of its own on loopback. Rounds go in turn, so that a busy machine is busy for all of them; the
//! figures are medians of rounds, five unless `KAI_E2E_BENCH_ROUNDS` says another number. `cargo bench --bench stream`; on Linux,
//! whose `/proc` tells what a process uses. A part alone: `-- rates`, `latencies`, `memory`, `proofs` or `sender`.

#[path = "../peers/bare.rs"]
mod bare;
mod client;
mod latency;
mod memory;
#[allow(dead_code, unused_imports)]
#[path = "../../src/mutants/mod.rs"]
mod mutants;
mod proofs;
mod servers;
mod throughput;
mod verdicts;
mod worker;

/// The sender's files name the contract so.
mod contract {
    pub use kai_e2e::contract::*;
}

use std::time::Duration;

use anyhow::Result;
use latency::Latencies;
use servers::{Kind, Server};
use throughput::Throughput;
use verdicts::Verdicts;

const SCENARIOS: [(u64, u64); 2] = [(50, 500), (200, 200)];
/// Subscribers, events, and the pause between two events.
const PACED: [(usize, u64, u64); 4] = [(1, 300, 5), (10, 300, 5), (100, 100, 20), (1_000, 40, 200)];

fn main() -> Result<()> {
    let argument = std::env::args().nth(1);
    // `cargo test --benches` asks every benchmark to do nothing quickly; ours have no such mode.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let mut runtime = match argument.as_deref() == Some(servers::BARE) {
        true => tokio::runtime::Builder::new_multi_thread(),
        // One thread: the client shall not take the servers' processor.
        false => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    match argument.as_deref() {
        Some(servers::BARE) => runtime.block_on(bare::serve()),
        _ => runtime.block_on(measure()),
    }
}

async fn measure() -> Result<()> {
    let mut verdicts = Verdicts::default();
    let rounds = match std::env::var("KAI_E2E_BENCH_ROUNDS") {
        Ok(rounds) => rounds.parse()?,
        Err(_) => 5,
    };
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let processors = std::thread::available_parallelism()?;
    println!("{processors} processors, load before: {}\n", load.trim());
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let is = |part: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == part);
    if is("rates") {
        rates(&mut verdicts, rounds).await?;
    }
    if is("latencies") {
        latencies(&mut verdicts, rounds).await?;
    }
    if is("memory") {
        memories().await?;
    }
    if is("proofs") {
        withstands(&mut verdicts).await?;
    }
    if is("sender") {
        hanging(&mut verdicts).await?;
    }
    let load = std::fs::read_to_string("/proc/loadavg")?;
    println!("\nload after: {}\n", load.trim());
    print!("{verdicts}");
    Ok(())
}

async fn rates(verdicts: &mut Verdicts, rounds: usize) -> Result<()> {
    println!(
        "{:<32}{:>12}{:>16}{:>20}{:>20}{:>8}",
        "sessions × events", "receiver", "events/s", "its CPU/1000 (ms)", "client's (ms)", "lost"
    );
    for (sessions, events) in SCENARIOS {
        let mut all: [Vec<Throughput>; 3] = Default::default();
        for round in 0..=rounds {
            for (kind, series) in Kind::ALL.into_iter().zip(&mut all) {
                let server = Server::start(kind)?;
                // The first round finds everything cold.
                throughput::measure(&server, round, 2, 500).await?;
                let figures = throughput::measure(&server, round, sessions, events).await?;
                if round > 0 {
                    series.push(figures);
                }
            }
        }
        for (kind, series) in Kind::ALL.into_iter().zip(&mut all) {
            series.sort_by(|one, other| one.rate.total_cmp(&other.rate));
            let middle = series[series.len() / 2];
            println!(
                "{:<32}{:>12}{:>16.0}{:>20.1}{:>20.1}{:>8}",
                format!("{sessions} × {events}"),
                kind.name(),
                middle.rate,
                milliseconds(middle.server),
                milliseconds(middle.client),
                series.iter().map(|round| round.lost).sum::<u64>(),
            );
        }
        let [ours, peer, bare] = all.map(|series| series[series.len() / 2]);
        verdicts.at_least(
            format!("events/s against FastAPI, {sessions} × {events}"),
            ours.rate / peer.rate,
            15.0,
        );
        // What the practical limit reaches of the target here, where client and server share the processors; and what is left
        // when they do not: the peer has one processor at most, and a quotient of processor times is one of events a second.
        let times = |one: f64, other: f64| format!("{:.2}×", one / other);
        for (what, figure) in [
            ("ours of bare", times(ours.rate, bare.rate)),
            ("bare of FastAPI", times(bare.rate, peer.rate)),
            (
                "FastAPI's CPU of ours",
                times(peer.server.as_secs_f64(), ours.server.as_secs_f64()),
            ),
        ] {
            println!("{:<32}{what:>24}{figure:>8}", "");
        }
    }
    Ok(())
}

async fn latencies(verdicts: &mut Verdicts, rounds: usize) -> Result<()> {
    println!(
        "\n{:<32}{:>12}{:>16}{:>20}",
        "subscribers (POST to subscriber)", "receiver", "p50 (ms)", "p99 (ms)"
    );
    for (subscribers, events, pause) in PACED {
        // Its subscribers share the events of a session, so that there is nothing to compare with more than one.
        let kinds: Vec<_> = Kind::ALL
            .into_iter()
            .filter(|kind| *kind != Kind::Fastapi || subscribers == 1)
            .collect();
        let mut medians: Vec<(Kind, Vec<Latencies>)> = Vec::new();
        let servers = kinds.iter().map(|kind| Server::start(*kind));
        let servers: Vec<_> = servers.collect::<Result<_>>()?;
        for kind in &kinds {
            medians.push((*kind, Vec::new()));
        }
        for round in 0..rounds {
            for (server, (_, series)) in servers.iter().zip(&mut medians) {
                let session = format!("paced-{subscribers}-{round}");
                let pace = Duration::from_millis(pause);
                series.push(latency::measure(server, &session, subscribers, events, pace).await?);
            }
        }
        let mut halves = Vec::new();
        for (kind, series) in medians {
            let mut of_rounds: Vec<_> = series.iter().map(|round| round.percentile(50)).collect();
            of_rounds.sort_unstable();
            let half = of_rounds[of_rounds.len() / 2];
            let all = Latencies::of(series);
            println!(
                "{subscribers:<32}{:>12}{:>16.3}{:>20.3}",
                kind.name(),
                milliseconds(half),
                milliseconds(all.percentile(99)),
            );
            halves.push((kind, half));
        }
        let of = |wanted| {
            halves
                .iter()
                .find(|(kind, _)| *kind == wanted)
                .map(|(_, half)| *half)
        };
        if let (Some(ours), Some(bare), 1 | 10) = (of(Kind::Ours), of(Kind::Bare), subscribers) {
            verdicts.at_most(
                format!("p50 against bare, {subscribers} subscribers"),
                ours.as_secs_f64() / bare.as_secs_f64(),
                1.3,
            );
        }
    }
    Ok(())
}

async fn memories() -> Result<()> {
    println!(
        "\n{:<32}{:>12}{:>16}{:>20}",
        "memory, with nobody reading", "receiver", "a session (B)", "an event (B)"
    );
    for kind in Kind::ALL {
        let (session, event) = memory::measure(&Server::start(kind)?).await?;
        println!("{:<32}{:>12}{session:>16.0}{event:>20.0}", "", kind.name());
    }
    Ok(())
}

async fn withstands(verdicts: &mut Verdicts) -> Result<()> {
    println!("\nwhat ours withstands");
    let (defects, took) = proofs::fan_out(1_000, 1_000).await?;
    println!(
        "  1,000 subscribers × 1,000 events in {:.1} s: {} lost, {} repeated, {} reordered",
        took.as_secs_f64(),
        defects.lost,
        defects.repeated,
        defects.reordered
    );
    let faults = defects.lost + defects.repeated + defects.reordered;
    verdicts.at_most(
        "1,000 × 1,000: lost, repeated or reordered",
        faults as f64,
        0.0,
    );
    for (name, arguments) in [
        ("refusing", &[][..]),
        ("dropping", &["--when-full=drop-oldest"]),
    ] {
        let growth = proofs::deaf_subscriber(arguments).await?;
        println!(
            "  200,000 events to a subscriber that never reads, {name}: {} refused, {:.1} MiB more",
            growth.refused,
            mebibytes(growth.bytes)
        );
        // A session's 16 MiB, and as much again for what an allocator keeps.
        verdicts.at_most(
            format!("MiB for 200,000 events never read, {name}"),
            mebibytes(growth.bytes),
            32.0,
        );
    }
    let [first, second] = proofs::unread_sessions().await?;
    println!(
        "  20,000 sessions of 5 events never read: {:.1} MiB; as many again: {:.1} MiB; {} refused",
        mebibytes(first.bytes),
        mebibytes(second.bytes),
        first.refused + second.refused
    );
    // 256 MiB for all sessions are the limit.
    verdicts.at_most(
        "MiB for 20,000 sessions, twice",
        mebibytes(second.bytes),
        256.0,
    );
    verdicts.at_most(
        "growth by the second 20,000 sessions",
        second.bytes as f64 / first.bytes.max(1) as f64,
        1.25,
    );
    for kind in Kind::ALL {
        let ended = proofs::stop(kind).await?;
        let said = ended.map_or("not within 10 s".to_owned(), |took| {
            format!("{:.0} ms", milliseconds(took))
        });
        println!("  SIGTERM with 1,000 open streams, {}: {said}", kind.name());
        if kind == Kind::Ours {
            let took = ended.map_or(f64::INFINITY, |took| took.as_secs_f64());
            verdicts.at_most("seconds from SIGTERM to the end", took, 1.0);
        }
    }
    Ok(())
}

async fn hanging(verdicts: &mut Verdicts) -> Result<()> {
    let server = Server::start(Kind::Ours)?;
    let (took, sent) = worker::against_a_hanging_receiver(&server, 300).await?;
    let budget = worker::SenderSettings::default().budget;
    println!(
        "  a run of 300 events against a receiver that hangs: {:.2} s, {sent} delivered",
        took.as_secs_f64()
    );
    // What a timer and a busy machine add.
    let allowed = budget + Duration::from_millis(250);
    verdicts.at_most(
        "seconds of a run against a receiver that hangs",
        took.as_secs_f64(),
        allowed.as_secs_f64(),
    );
    Ok(())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// And the catalogue that the mutants' own tests look into.
#[cfg(test)]
mod checks {
    pub use kai_e2e::checks::*;
}
