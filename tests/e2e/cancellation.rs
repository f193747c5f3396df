//! A run that is cancelled from outside, through the real Temporal CLI, in the middle of its SQL.

use std::time::Duration;

use kai_e2e::agent::SqlLimits;
use kai_e2e::harness::faults::Point;
use kai_e2e::harness::{Harness, HarnessSettings, Outcome, harness};
use rstest::rstest;
use tokio_postgres::NoTls;

use crate::external_callers::cancel;
use crate::support::{Result, active_queries, eventually};

#[rstest]
#[tokio::test]
async fn cancelling_stops_the_agent_and_its_sql_and_ends_the_stream(
    #[future(awt)] harness: Harness,
) -> Result {
    // The wait for the lock must not end by itself before the cancellation comes, however slow the machine is.
    let patient = HarnessSettings {
        sql: SqlLimits {
            lock_timeout: Duration::from_secs(60),
            statement_timeout: Duration::from_secs(60),
            ..SqlLimits::default()
        },
        ..HarnessSettings::from_env()?
    };
    let harness = Harness::on(harness.shared_stack(), patient).await?;
    // The database is this harness's own, so that the lock stops nobody else's queries.
    let postgres = harness.postgres();
    let database = &postgres.database;
    let (admin, driver) = tokio_postgres::connect(&postgres.admin_url(database), NoTls).await?;
    let driver = tokio::spawn(driver);
    admin
        .batch_execute("BEGIN; LOCK TABLE cooperative IN ACCESS EXCLUSIVE MODE")
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
    run.expect_events("… tool_start(sql_query) tool_end(sql_query) error done")?;
    let done = run
        .events()
        .last()
        .and_then(|seen| seen.event.done_result())
        .ok_or("done carries no result")?;
    assert!(done.error.is_some_and(|error| error.contains("cancelled")));
    eventually(
        "the agent's query is gone while the lock is still held",
        active,
        |count| count == 0,
    )
    .await?;

    admin.batch_execute("ROLLBACK").await?;
    drop(admin);
    driver.await??;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_run_that_nobody_works_on_is_named_when_the_bound_passes(
    #[future(awt)] harness: Harness,
) -> Result {
    let queue = format!("nobody-{}", uuid::Uuid::new_v4().simple());
    let idle = HarnessSettings {
        worker: false,
        task_queue: Some(queue.clone()),
        ..Default::default()
    };
    let deserted = Harness::on(harness.shared_stack(), idle).await?;
    let error = deserted
        .ask("Berapa jumlah koperasi?")
        .timeout(Duration::from_millis(300))
        .await
        .expect_err("nobody works on this queue");
    let said = error.itself().to_string();
    assert!(
        said.contains("did not end within 300ms") && said.contains(&queue),
        "{said}"
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_run_that_nobody_cancels_is_named_when_its_cancellation_is_waited_for(
    #[future(awt)] harness: Harness,
) -> Result {
    let bound = Duration::from_millis(300);
    let mut asked = harness
        .ask("Berapa jumlah koperasi?")
        .hold_at(Point::event("tool_start"))
        .start()
        .await?;
    asked.at_point(Duration::from_secs(60)).await?;
    let error = asked
        .until_cancel_requested(bound)
        .await
        .expect_err("nobody has cancelled it");
    let said = error.to_string();
    assert!(
        said.contains(asked.workflow_id())
            && said.contains("within 300ms")
            && said.contains("PENDING_ACTIVITY_STATE_STARTED"),
        "{said}"
    );
    asked.release();
    Ok(asked.finish().await?.check()?)
}
