//! A worker that keeps no workflow in memory: each workflow task replays its workflow from the start.

use std::time::Duration;

use kai_e2e::agent::SqlLimits;
use kai_e2e::harness::{Harness, HarnessSettings, Outcome, Run, harness};
use rstest::rstest;
use temporalio_common::protos::temporal::api::enums::v1::TaskQueueKind;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use tokio_postgres::NoTls;

use crate::external_callers::cancel;
use crate::support::{CANONICAL, Result, active_queries, eventually};

async fn without_cache(harness: &Harness) -> Result<Harness> {
    let settings = HarnessSettings {
        cached_workflows: 0,
        sql: SqlLimits {
            lock_timeout: Duration::from_secs(60),
            statement_timeout: Duration::from_secs(60),
            ..SqlLimits::default()
        },
        ..HarnessSettings::from_env()?
    };
    Ok(Harness::on(harness.shared_stack(), settings).await?)
}

/// No workflow task failed or was given to a cache, and the history replays.
async fn assert_replayed_from_the_start(run: &Run) -> Result {
    let tasks: Vec<_> = run
        .history()
        .events()
        .iter()
        .filter_map(|event| match &event.attributes {
            Some(Attributes::WorkflowTaskScheduledEventAttributes(task)) => {
                task.task_queue.as_ref()
            }
            _ => None,
        })
        .map(|queue| queue.kind())
        .collect();
    assert!(
        tasks.len() > 1,
        "one task only would not have been replayed: {tasks:?}"
    );
    assert!(
        tasks.iter().all(|kind| *kind == TaskQueueKind::Normal),
        "{tasks:?}"
    );
    let failed = run
        .verdicts()
        .into_iter()
        .find(|verdict| verdict.id == "history.no-failed-workflow-tasks" && verdict.is_broken());
    assert!(failed.is_none(), "{failed:?}");
    run.history().replay().await?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn an_answer_a_follow_up_and_a_failure_keep_every_promise(
    #[future(awt)] harness: Harness,
) -> Result {
    let harness = without_cache(&harness).await?;
    let ranking = harness.ask(CANONICAL).await?;
    ranking.check()?;
    assert_replayed_from_the_start(&ranking).await?;

    let lowest = harness
        .ask("kalau yang terendah?")
        .continuing(ranking.session())
        .await?;
    lowest.check()?;
    assert_replayed_from_the_start(&lowest).await?;

    let failed = harness.ask(CANONICAL).connection("nobody").await?;
    assert!(
        matches!(failed.outcome(), Outcome::Failed(_)),
        "{:?}",
        failed.outcome()
    );
    assert_eq!(failed.violations(), []);
    assert_replayed_from_the_start(&failed).await
}

#[rstest]
#[tokio::test]
async fn a_cancelled_run_ends_its_stream(#[future(awt)] harness: Harness) -> Result {
    let harness = without_cache(&harness).await?;
    let postgres = harness.postgres();
    let (lock, driver) =
        tokio_postgres::connect(&postgres.admin_url(&postgres.database), NoTls).await?;
    let driver = tokio::spawn(driver);
    lock.batch_execute("BEGIN; LOCK TABLE cooperative IN ACCESS EXCLUSIVE MODE")
        .await?;
    let asked = harness
        .ask("Berapa jumlah koperasi?")
        .without_watching_progress()
        .start()
        .await?;
    let active = || active_queries(postgres);
    eventually("the agent's query waits for the lock", active, |count| {
        count == 1
    })
    .await?;
    cancel(&harness, asked.workflow_id()).await?;
    let run = asked.finish().await?;
    assert_eq!(run.outcome(), &Outcome::Cancelled);
    run.expect_events("… error done")?;
    assert_eq!(run.violations(), []);
    assert_replayed_from_the_start(&run).await?;
    drop(lock);
    driver.await??;
    Ok(())
}
