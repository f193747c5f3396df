//! The worker as a process: its health, and how it stops.

use std::time::{Duration, Instant};

use super::BatteryError;
use super::battery::Bench;
use crate::checks::{ProcessEvidence, RunEvidence, Scenario};
use crate::harness::faults::TableLock;
use crate::harness::{WorkerCommand, WorkerProcess, namespace};
use crate::stack::Backoff;

/// The worker gets SIGTERM while a run is under way.
///
/// Another one is started once the process has ended: the last decision of a workflow may be left to it.
pub(super) async fn stopped(
    bench: &Bench<'_>,
    command: &WorkerCommand,
    current: &mut Option<WorkerProcess>,
) -> Result<RunEvidence, BatteryError> {
    let scenario = Scenario::Stopped;
    let ready = bench.settings.ready;
    let mut worker = match current.take() {
        Some(worker) => worker,
        None => WorkerProcess::start(command, bench.harness, ready).await?,
    };
    let said = |reason| BatteryError::Database { scenario, reason };
    let mut process = ProcessEvidence {
        healthy: until_ok(&worker, "healthz", bench.settings.patience).await,
        ready: until_ok(&worker, "readyz", bench.settings.patience).await,
        ..ProcessEvidence::default()
    };
    let lock = TableLock::take(bench.harness.postgres(), &bench.settings.locked_table)
        .await
        .map_err(said)?;
    let ask = bench.ask(&bench.settings.locked_prompt);
    let asked = ask.without_watching_progress().start().await?;
    let waits = lock
        .until(true, bench.settings.first_statement)
        .await
        .map_err(said)?;
    worker.terminate();
    lock.release().await.map_err(said)?;
    process.ended = worker.ended(bench.settings.patience).await;
    let output = worker.kill().await;
    *current = Some(WorkerProcess::start(command, bench.harness, ready).await?);
    let run = asked.ended_or_given_up(bench.settings.give_up).await?;
    let mut evidence = run.evidence().clone();
    evidence.facts.output = Some(output);
    if !waits {
        tracing::debug!("the run had no statement that waited when its worker was stopped");
    }
    evidence.facts.process = Some(process);
    Ok(evidence)
}

/// The worker's namespace is deleted, so that it cannot poll any more. `bench` has a namespace of its own.
pub(super) async fn poller_gone(
    bench: &Bench<'_>,
    command: &WorkerCommand,
) -> Result<RunEvidence, BatteryError> {
    let worker = WorkerProcess::start(command, bench.harness, bench.settings.ready).await?;
    let mut process = ProcessEvidence {
        healthy: until_ok(&worker, "healthz", bench.settings.patience).await,
        ready: until_ok(&worker, "readyz", bench.settings.patience).await,
        ..ProcessEvidence::default()
    };
    namespace::delete(&bench.harness.wiring).await?;
    let began = Instant::now();
    let deadline = began + bench.settings.poller_patience;
    let mut backoff = Backoff::new();
    let mut unhealthy = 0;
    // Twice in a row: one look may fail on a machine that is busy.
    while unhealthy < 2 {
        process.healthy_without_polling = worker.health("healthz").await;
        process.looked_for = began.elapsed();
        unhealthy = match process.healthy_without_polling {
            Some(200) => 0,
            _ => unhealthy + 1,
        };
        if !backoff.pause_within(deadline).await {
            break;
        }
    }
    let output = worker.kill().await;
    let mut evidence = RunEvidence::default();
    evidence.facts.output = Some(output);
    evidence.facts.process = Some(process);
    Ok(evidence)
}

/// What an endpoint of the health answers once it is green, or last within the bound.
async fn until_ok(worker: &WorkerProcess, endpoint: &str, bound: Duration) -> Option<u16> {
    let deadline = Instant::now() + bound;
    let mut backoff = Backoff::new();
    loop {
        let seen = worker.health(endpoint).await;
        if seen == Some(200) || !backoff.pause_within(deadline).await {
            return seen;
        }
    }
}
