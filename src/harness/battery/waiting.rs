//! A statement that has to wait: what the worker does meanwhile, and what becomes of it.

use std::time::{Duration, Instant, SystemTime};

use super::battery::Bench;
use super::lock::TableLock;
use super::worker_process::WorkerProcess;
use super::{BatteryError, WorkerCommand};
use crate::checks::{Beat, RunEvidence, Scenario};
use crate::harness::RunningAsk;
use crate::harness::observe;
use crate::stack::Backoff;

/// How long a statement of a run that has ended may take to be gone.
const GONE: Duration = Duration::from_secs(5);

/// How many heartbeats tell that they come by themselves: one may have been caused by an event.
const ENOUGH: usize = 2;

/// What was seen while the statement waited.
struct Wait {
    since: SystemTime,
    began: Instant,
    beats: Vec<Beat>,
}

/// Nobody listens, and the statement waits until it is given up or the battery's patience ends.
pub(super) async fn silence(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let lock = lock(bench, Scenario::Silence).await?;
    let ask = bench.ask(&bench.settings.locked_prompt);
    let asked = ask.without_callback().start().await?;
    let wait = begun(bench, &lock, Scenario::Silence).await?;
    let mut waited = None;
    if let Some(mut wait) = wait {
        watch(bench, &asked, &lock, &mut wait, false).await?;
        waited = Some((wait.since, wait.began.elapsed(), wait.beats));
    }
    release(lock, Scenario::Silence).await?;
    let run = asked.ended_or_given_up(bench.settings.give_up).await?;
    let mut evidence = run.evidence().clone();
    if let Some((since, duration, beats)) = waited {
        evidence.facts.waited = Some((since, duration));
        evidence.beats.extend(beats);
    }
    Ok(evidence)
}

/// The workflow is cancelled while the statement waits.
pub(super) async fn cancelled(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let lock = lock(bench, Scenario::Cancelled).await?;
    let ask = bench.ask(&bench.settings.locked_prompt);
    let asked = ask.without_watching_progress().start().await?;
    let Some(mut wait) = begun(bench, &lock, Scenario::Cancelled).await? else {
        release(lock, Scenario::Cancelled).await?;
        let run = asked.ended_or_given_up(bench.settings.give_up).await?;
        return Ok(run.evidence().clone());
    };
    watch(bench, &asked, &lock, &mut wait, true).await?;
    observe::cancel(asked.handle(), bench.harness.settings.call_timeout).await?;
    let waited = wait.began.elapsed();
    // A worker that does not listen ends only when its statement does.
    let run = asked.ended_or_given_up(bench.settings.patience).await?;
    let gone = lock.until(false, GONE).await;
    let left = !gone.map_err(|reason| database(Scenario::Cancelled, reason))?;
    release(lock, Scenario::Cancelled).await?;
    let mut evidence = run.evidence().clone();
    evidence.facts.waited = Some((wait.since, waited));
    evidence.facts.statement_left = Some(left);
    evidence.beats.extend(wait.beats);
    Ok(evidence)
}

/// The worker is killed while the statement waits, and started again.
pub(super) async fn taken_over(
    bench: &Bench<'_>,
    command: &WorkerCommand,
    worker: &mut Option<WorkerProcess>,
) -> Result<RunEvidence, BatteryError> {
    let lock = lock(bench, Scenario::TakenOver).await?;
    let ask = bench.ask(&bench.settings.locked_prompt);
    let asked = ask.without_watching_progress().start().await?;
    let begun = begun(bench, &lock, Scenario::TakenOver).await?;
    if begun.is_some()
        && let Some(killed) = worker.take()
    {
        killed.kill().await;
    }
    release(lock, Scenario::TakenOver).await?;
    if worker.is_none() {
        let ready = bench.settings.ready;
        *worker = Some(WorkerProcess::start(command, bench.harness, ready).await?);
    }
    let run = asked.ended_or_given_up(bench.settings.give_up).await?;
    Ok(run.evidence().clone())
}

/// Waits until the run's statement waits; none when it never does.
async fn begun(
    bench: &Bench<'_>,
    lock: &TableLock,
    scenario: Scenario,
) -> Result<Option<Wait>, BatteryError> {
    let waits = lock.until(true, bench.settings.first_statement).await;
    Ok(waits
        .map_err(|reason| database(scenario, reason))?
        .then(|| Wait {
            since: SystemTime::now(),
            began: Instant::now(),
            beats: Vec::new(),
        }))
}

/// Watches the heartbeats until the statement is given up, the patience ends, or (if they are enough) two have come.
async fn watch(
    bench: &Bench<'_>,
    asked: &RunningAsk<'_>,
    lock: &TableLock,
    wait: &mut Wait,
    two_are_enough: bool,
) -> Result<(), BatteryError> {
    let deadline = wait.began + bench.settings.patience;
    let mut backoff = Backoff::new();
    let call_bound = bench.harness.settings.call_timeout;
    loop {
        if let Some(beat) = observe::heartbeat_now(asked.handle(), call_bound).await?
            && wait.beats.last() != Some(&beat)
        {
            wait.beats.push(beat);
        }
        let since = wait.since;
        let after = |beat: &&Beat| beat.at.is_some_and(|at| at > since);
        let came = wait.beats.iter().filter(after).count() >= ENOUGH;
        let waits = lock.waiting().await;
        let given_up = waits.map_err(|reason| database(Scenario::Silence, reason))? == 0;
        if given_up || (came && two_are_enough) || !backoff.pause_within(deadline).await {
            return Ok(());
        }
    }
}

async fn lock(bench: &Bench<'_>, scenario: Scenario) -> Result<TableLock, BatteryError> {
    TableLock::take(bench.harness.postgres(), &bench.settings.locked_table)
        .await
        .map_err(|reason| database(scenario, reason))
}

async fn release(lock: TableLock, scenario: Scenario) -> Result<(), BatteryError> {
    let released = lock.release().await;
    released.map_err(|reason| database(scenario, reason))
}

fn database(scenario: Scenario, reason: String) -> BatteryError {
    BatteryError::Database { scenario, reason }
}
