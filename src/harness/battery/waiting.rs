//! A statement that has to wait: what the worker does meanwhile, and what becomes of it.

use std::time::{Duration, Instant, SystemTime};

use super::BatteryError;
use super::battery::Bench;
use crate::checks::{Beat, RunEvidence, Scenario, by_itself};
use crate::harness::faults::TableLock;
use crate::harness::{RunningAsk, WorkerCommand, WorkerProcess, observe};
use crate::stack::Backoff;

/// How long a statement of a run that has ended may take to be gone.
const GONE: Duration = Duration::from_secs(5);

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
    let waited = wait.began.elapsed();
    observe::cancel(asked.handle(), bench.harness.settings.call_timeout).await?;
    // A worker that does not listen ends only when its statement does. How it ended is seen below.
    let ended = asked.handle().get_result(Default::default());
    let _ = tokio::time::timeout(bench.settings.patience, ended).await;
    let gone = lock.until(false, GONE).await;
    let left = !gone.map_err(|reason| database(Scenario::Cancelled, reason))?;
    // Before the evidence is collected: reported statements are run again for it, and would wait too.
    release(lock, Scenario::Cancelled).await?;
    let run = asked.ended_or_given_up(bench.settings.patience).await?;
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
    // One that has been given up meanwhile ends its run: then there is nothing to take over.
    let waits = lock.waiting().await;
    let waits = waits.map_err(|reason| database(Scenario::TakenOver, reason))? > 0;
    if begun.is_some()
        && waits
        && let Some(killed) = worker.take()
    {
        killed.kill().await;
    }
    release(lock, Scenario::TakenOver).await?;
    if worker.is_none() {
        let ready = bench.settings.ready;
        *worker = Some(WorkerProcess::start(command, bench.harness, ready).await?);
    }
    // A busy Temporal may lose the next attempt's task: then another heartbeat time-out passes until the one after it.
    let patience = bench.settings.give_up * 2;
    let run = asked.ended_or_given_up(patience).await?;
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

/// Watches the heartbeats until the statement is given up, the patience ends, or (if that is enough) one has come by itself.
async fn watch(
    bench: &Bench<'_>,
    asked: &RunningAsk<'_>,
    lock: &TableLock,
    wait: &mut Wait,
    one_is_enough: bool,
) -> Result<(), BatteryError> {
    let deadline = wait.began + bench.settings.patience;
    let mut backoff = Backoff::new();
    let call_bound = bench.harness.settings.call_timeout;
    loop {
        let beat = observe::heartbeat_now(asked.handle(), call_bound).await?;
        let waits = lock.waiting().await;
        let given_up = waits.map_err(|reason| database(Scenario::Silence, reason))? == 0;
        // Once the statement is over, events cause heartbeats again.
        if let Some(beat) = beat
            && !given_up
            && wait.beats.last() != Some(&beat)
        {
            wait.beats.push(beat);
        }
        let came = by_itself(&wait.beats, wait.since).is_some();
        if given_up || (came && one_is_enough) || !backoff.pause_within(deadline).await {
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
