//! Services that die and come back with what they knew.

use std::sync::Arc;
use std::time::Duration;

use kai_e2e::harness::faults::{Point, TableLock};
use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, Outcome, Run};
use kai_e2e::stack::Service;
use kai_e2e::worker::RetrySettings;

use super::scene::{Kept, SOON, all_kept, answer, owner, restartable, settings};
use crate::support::{CANONICAL, Result};

async fn harness(stack: &Arc<AnyStack>, retry: RetrySettings) -> Result<Harness> {
    let settings = HarnessSettings {
        worker: true,
        links: false,
        retry,
        ..settings()
    };
    Ok(Harness::on(Arc::clone(stack), settings).await?)
}

/// The fifth attempt comes after 1 + 2 + 4 + 8 seconds.
fn patient() -> RetrySettings {
    RetrySettings {
        initial_interval: Duration::from_secs(1),
        maximum_attempts: 10,
        ..settings().retry
    }
}

/// The attempts that a run had.
fn attempts(run: &Run) -> Result<Vec<u32>> {
    let attempts = run
        .evidence()
        .activities
        .first()
        .map_or(0, |it| it.attempts);
    Ok((1..=u32::try_from(attempts)?).collect())
}

async fn stopped(harness: Harness, stack: Arc<AnyStack>) -> Result {
    harness.stop().await?;
    match Arc::into_inner(stack) {
        Some(AnyStack::Owned(owned)) => Ok(owned.stop().await?),
        _ => Err("the harness still holds the stack".into()),
    }
}

#[tokio::test]
async fn temporal_that_is_restarted_in_the_middle_of_a_run_still_delivers_its_result() -> Result {
    let stack = restartable().await?;
    let harness = harness(&stack, settings().retry).await?;
    let before = harness.ask(CANONICAL).await?;
    before.check()?;
    let point = Point::event("sql_result");
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    owner(&stack)?.kill(Service::Temporal).await?;
    owner(&stack)?.start_again(Service::Temporal).await?;
    asked.release();
    let run = asked.finish().await?;
    assert_eq!(answer(&run)?, answer(&before)?);
    all_kept(Kept::default().broken_by(&harness, &run))?;
    // What it knew before is still there.
    before.history().replay().await?;
    harness.ask(CANONICAL).await?.check()?;
    stopped(harness, stack).await
}

#[tokio::test]
async fn postgres_that_is_restarted_in_the_middle_of_a_statement_costs_an_attempt() -> Result {
    let stack = restartable().await?;
    let harness = harness(&stack, patient()).await?;
    let before = harness.ask("Berapa jumlah koperasi?").await?;
    before.check()?;
    let lock = TableLock::take(harness.postgres(), "cooperative").await?;
    let asked = harness
        .ask("Berapa jumlah koperasi?")
        .without_watching_progress()
        .start()
        .await?;
    assert!(lock.until(true, SOON).await?, "no statement waits");
    owner(&stack)?.kill(Service::Postgres).await?;
    owner(&stack)?.start_again(Service::Postgres).await?;
    let run = asked.finish().await?;
    assert_eq!(answer(&run)?, answer(&before)?);
    // How many attempts came before the server was up again depends on how long that took.
    let numbers = attempts(&run)?;
    assert!(numbers.len() >= 2, "{numbers:?}");
    let kept = Kept {
        attempts: &numbers,
        ..Kept::taken_over()
    };
    all_kept(kept.broken_by(&harness, &run))?;
    stopped(harness, stack).await
}

#[tokio::test]
async fn postgres_that_is_gone_for_several_attempts_is_waited_for_with_growing_pauses() -> Result {
    let stack = restartable().await?;
    let harness = harness(&stack, patient()).await?;
    owner(&stack)?.end(Service::Postgres).await?;
    let asked = harness
        .ask(CANONICAL)
        .without_watching_progress()
        .start()
        .await;
    // The harness looks into Postgres's log itself, and is told that it is gone: prompts are to be sent before.
    assert!(asked.is_err());
    owner(&stack)?.start_again(Service::Postgres).await?;

    // Before the statement, which the agent does not begin while the event that announces it is held.
    let point = Point::event("tool_start").of_tool("sql_query");
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    owner(&stack)?.kill(Service::Postgres).await?;
    asked.release();
    if let Err(error) = asked.until_attempt(5, SOON).await {
        let run = asked.finish().await?;
        return Err(format!("{error}: {:?} {:?}", run.outcome(), run.event_kinds()).into());
    }
    owner(&stack)?.start_again(Service::Postgres).await?;
    let run = asked.finish().await?;
    answer(&run)?;
    let numbers = attempts(&run)?;
    let kept = Kept {
        attempts: &numbers,
        but: &["history.one-activity"],
        ..Kept::default()
    };
    all_kept(kept.broken_by(&harness, &run))?;
    stopped(harness, stack).await
}

#[tokio::test]
async fn typesense_that_is_restarted_knows_what_it_knew() -> Result {
    let stack = restartable().await?;
    let harness = harness(&stack, settings().retry).await?;
    let before = harness.ask(CANONICAL).await?;
    before.check()?;
    owner(&stack)?.kill(Service::Typesense).await?;
    let failed = harness.ask(CANONICAL).without_watching_progress().await?;
    let Outcome::Failed(failure) = failed.outcome() else {
        return Err(format!("the run ended as {:?}", failed.outcome()).into());
    };
    assert_eq!(failure.kind, "ServiceUnavailable");
    owner(&stack)?.start_again(Service::Typesense).await?;
    let after = harness.ask(CANONICAL).await?;
    after.check()?;
    assert_eq!(answer(&after)?, answer(&before)?);
    stopped(harness, stack).await
}
