//! What a private world costs: one after the other, and many at once.
//!
//! A world is a whole harness: its database cloned from the template, its five collections filled, its connection stored, its
//! worker polling, its client connected, its receiver listening. Attaching to the stack, and what is done once a stack, is
//! not in it. The stack is this benchmark's own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures::future::try_join_all;
use kai_e2e::harness::{AnyStack, Harness, HarnessSettings};
use kai_e2e::stack::{OwnedStack, Silent, StackConfig, clone_database, drop_database};

const WARM_UP: usize = 3;
const ONE_BY_ONE: usize = 30;
const AT_ONCE: [usize; 6] = [1, 5, 10, 50, 100, 200];

fn main() -> Result<()> {
    // `cargo test --benches` asks every benchmark to do nothing quickly; ours have no such mode.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(measure())
}

async fn measure() -> Result<()> {
    // Two hundred copies of the whole seed take four gigabytes of memory; of this one, a good one.
    let config =
        StackConfig::from_env()?.with_seed_scale("0.05".parse().map_err(anyhow::Error::msg)?);
    let full = OwnedStack::start(&StackConfig::from_env()?, &Silent).await?;
    let (made, gone, cloned) = one_by_one(full).await?;
    println!("one isolated world, {ONE_BY_ONE} times, whole seed       p50 (ms)    p90 (ms)");
    for (name, series) in [
        ("its database alone", &cloned),
        ("all of it, worker included", &made),
        ("its removal, worker included", &gone),
    ] {
        println!(
            "  {name:<46}{:>12}{:>12}",
            milliseconds(at(series, 5)),
            milliseconds(at(series, 9))
        );
    }
    println!(
        "\nworlds at once, small seed                        all (ms)   each (ms)   all gone (ms)"
    );
    let stack = Arc::new(AnyStack::Owned(OwnedStack::start(&config, &Silent).await?));
    drop(Harness::on(Arc::clone(&stack), HarnessSettings::default()).await?);
    for number in AT_ONCE {
        let began = Instant::now();
        let starting =
            (0..number).map(|_| Harness::on(Arc::clone(&stack), HarnessSettings::default()));
        let harnesses = try_join_all(starting).await?;
        let all = began.elapsed();
        let began = Instant::now();
        try_join_all(harnesses.into_iter().map(Harness::stop)).await?;
        println!(
            "  {number:>4}{:>54}{:>12}{:>16}",
            milliseconds(all),
            milliseconds(all / u32::try_from(number)?),
            milliseconds(began.elapsed())
        );
    }
    stop(stack).await
}

/// Worlds made and removed in turn, and databases alone for comparison.
async fn one_by_one(owned: OwnedStack) -> Result<(Vec<Duration>, Vec<Duration>, Vec<Duration>)> {
    let stack = Arc::new(AnyStack::Owned(owned));
    let postgres = stack.endpoints().postgres.clone();
    let (mut made, mut gone, mut cloned) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..WARM_UP + ONE_BY_ONE {
        let began = Instant::now();
        clone_database(&postgres, "bench").await?;
        let alone = began.elapsed();
        drop_database(&postgres, "bench").await?;
        let began = Instant::now();
        let harness = Harness::on(Arc::clone(&stack), HarnessSettings::default()).await?;
        let took = began.elapsed();
        let began = Instant::now();
        harness.stop().await?;
        if round >= WARM_UP {
            cloned.push(alone);
            made.push(took);
            gone.push(began.elapsed());
        }
    }
    stop(stack).await?;
    for series in [&mut made, &mut gone, &mut cloned] {
        series.sort_unstable();
    }
    Ok((made, gone, cloned))
}

async fn stop(stack: Arc<AnyStack>) -> Result<()> {
    if let Some(AnyStack::Owned(owned)) = Arc::into_inner(stack) {
        owned.stop().await?;
    }
    Ok(())
}

/// So many tenths of a sorted series.
fn at(series: &[Duration], tenths: usize) -> Duration {
    series
        .get(series.len() * tenths / 10)
        .copied()
        .unwrap_or_default()
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1000.0)
}
