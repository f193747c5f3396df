//! What the harness costs, next to what the bare services cost, measured in one run on one machine.
//!
//! Two tables: the seed loaded (by `psql`, then by the stack), and one whole run of the canonical prompt (a bare
//! one-activity workflow and the run's own SQL, then the run). Figures of different runs are not comparable: machines are
//! noisy. What the services take to start is measured by the benchmark `stack`.

mod bare;
#[path = "../figures.rs"]
mod figures;
mod one_activity;
mod parts;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use figures::{Series, milliseconds};
use kai_e2e::harness::{AnyStack, Harness, HarnessSettings};
use kai_e2e::stack::{OwnedStack, StackConfig, drop_database, seed_database};
use parts::Parts;
use tokio_postgres::NoTls;

const PROMPT: &str = "Tampilkan top 5 provinsi dengan rata-rata modal awal koperasi tertinggi";
const SEEDINGS: usize = 5;
const RUNS: usize = 60;
const WARM_UP: usize = 5;

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
    let config = StackConfig::from_env()?;
    let stack = OwnedStack::start(&config, &|line: &str| eprintln!("{line}")).await?;
    println!("the koperasi seed, loaded {SEEDINGS} times, in turn\n");
    let postgres = &stack.endpoints().postgres;
    let (mut seed, mut psql) = (Series::default(), Series::default());
    for round in 0..SEEDINGS {
        let name = format!("loaded_{round}");
        seed.push(seed_database(postgres, &name, config.seed_scale()).await?);
        drop_database(postgres, &name).await?;
        psql.push(bare::seeded_by_psql(&stack).await?);
        drop_database(postgres, bare::DATABASE).await?;
    }
    println!("seed loaded                         psql (ms)   by the stack (ms)");
    println!(
        "  {:<32}{:>11}{:>20}\n",
        "koperasi",
        psql.median(),
        seed.median()
    );
    whole_runs(stack).await
}

async fn whole_runs(owned: OwnedStack) -> Result<()> {
    let stack = Arc::new(AnyStack::Owned(owned));
    let harness = Harness::on(Arc::clone(&stack), HarnessSettings::default()).await?;
    let one = one_activity::OneActivity::start(&stack.endpoints().temporal_address).await?;
    let first = harness.ask(PROMPT).await?;
    first.check()?;
    let statements = first.result()?.sql_queries.clone();
    let postgres = &stack.endpoints().postgres;
    let (client, connection) =
        tokio_postgres::connect(&postgres.reader_url(&postgres.database), NoTls).await?;
    tokio::spawn(connection);

    let (mut bare, mut sql, mut runs) = (Series::default(), Series::default(), Series::default());
    let mut quiet = Series::default();
    let (mut bare_parts, mut run_parts) = (Parts::default(), Parts::default());
    let mut agent = Series::default();
    for round in 0..WARM_UP + RUNS {
        let (workflow, workflow_steps) = one.run().await?;
        let began = Instant::now();
        for statement in &statements {
            client.query(statement.as_str(), &[]).await?;
        }
        let query = began.elapsed();
        let unstreamed = harness.ask(PROMPT).without_callback().await?.duration();
        let run = harness.ask(PROMPT).without_watching_progress().await?;
        anyhow::ensure!(
            run.result()?.sql_queries == statements,
            "the run changed under the benchmark"
        );
        if round >= WARM_UP {
            bare.push(workflow);
            sql.push(query);
            runs.push(run.duration());
            quiet.push(unstreamed);
            bare_parts.push(&workflow_steps);
            run_parts.push(&run.history().steps());
            agent.push(Duration::from_millis(run.result()?.execution_time_ms));
        }
    }
    println!("one whole run, {RUNS} times, in turn            p50 (ms)    p90 (ms)");
    for (name, series) in [
        ("bare one-activity workflow", &bare),
        ("the run's SQL alone", &sql),
        ("the run without a stream", &quiet),
        ("the whole run", &runs),
    ] {
        println!("  {name:<38}{:>12}{:>12}", series.median(), series.p90());
    }
    for (title, parts) in [
        ("of the bare workflow", &bare_parts),
        ("of the whole run", &run_parts),
    ] {
        println!("  {title}");
        for (name, series) in parts.named() {
            println!("  {name:<42}{:>8}{:>12}", series.median(), series.p90());
        }
    }
    println!(
        "    {:<40}{:>8}{:>12}",
        "the worker's own execution_time_ms",
        agent.median(),
        agent.p90()
    );
    let whole = runs.median_duration().as_secs_f64();
    let (bare, sql) = (bare.median_duration(), sql.median_duration());
    for (name, allowed) in [
        ("1.5 × (bare + SQL)", (bare + sql).mul_f64(1.5)),
        ("1.5 × bare + SQL", bare.mul_f64(1.5) + sql),
    ] {
        println!(
            "  {name:<38}{:>12}   the run takes {:.2} of it",
            milliseconds(allowed),
            whole / allowed.as_secs_f64()
        );
    }
    one.stop().await?;
    harness.stop().await?;
    if let Some(AnyStack::Owned(owned)) = Arc::into_inner(stack) {
        owned.stop().await?;
    }
    Ok(())
}
