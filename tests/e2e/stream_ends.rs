//! Every stream ends with one `done`, whatever happened, and with no `done` before its end.

use std::sync::Arc;
use std::time::Duration;

use kai_e2e::agent::{OfflineAnalyst, SqlLimits};
use kai_e2e::contract::RunStatus;
use kai_e2e::harness::{Harness, HarnessSettings, harness};
use kai_e2e::worker::{KaiWorker, WorkerConfig};
use rstest::rstest;
use serde_json::{Value, json};
use tokio_postgres::NoTls;

use crate::support::{CANONICAL, Result, active_queries, eventually};

#[rstest]
#[case::no_prompt(json!({"connection_id": "c"}), "`prompt` is missing")]
#[case::an_empty_prompt(json!({"prompt": " ", "connection_id": "c"}), "`prompt` is empty")]
#[case::a_connection_of_another_type(json!({"prompt": "p", "connection_id": 7}), "`connection_id` must be a string")]
#[case::a_prompt_with_a_nul(json!({"prompt": "p\0", "connection_id": "c"}), "`prompt` contains a NUL")]
#[case::a_conversation_of_another_type(json!({"prompt": "p", "connection_id": "c", "conversation_id": []}), "`conversation_id` must be a string")]
#[tokio::test]
async fn of_a_run_whose_input_is_wrong(
    #[future(awt)] harness: Harness,
    #[case] argument: Value,
    #[case] said: &str,
) -> Result {
    let asked = harness.ask("").edit_argument(move |whole| {
        whole.remove("prompt");
        whole.extend(argument.as_object().cloned().unwrap_or_default());
    });
    let run = asked.await?;
    let failure = run.result().expect_err("the input is wrong");
    assert_eq!(
        (failure.kind.as_str(), failure.non_retryable),
        ("InvalidInput", true)
    );
    assert!(failure.message.contains(said), "{failure}");
    run.expect_events("error done")?;
    assert_eq!(run.violations(), []);
    let done = run
        .events()
        .last()
        .and_then(|seen| seen.event.done_result());
    let done = done.ok_or("done carries no result")?;
    assert_eq!(done.status, RunStatus::Failed);
    assert!(done.error.is_some_and(|error| error.contains(said)));
    Ok(())
}

/// The run goes on in another worker, so the stream of the first one must not end.
#[rstest]
#[tokio::test]
async fn of_a_run_that_another_worker_takes_over_from_one_that_stops(
    #[future(awt)] harness: Harness,
) -> Result {
    let settings = HarnessSettings {
        worker: false,
        ..HarnessSettings::from_env()?
    };
    let harness = Harness::on(harness.shared_stack(), settings).await?;
    let postgres = harness.postgres();
    let database = &postgres.database;
    let (admin, driver) = tokio_postgres::connect(&postgres.admin_url(database), NoTls).await?;
    let driver = tokio::spawn(driver);
    admin
        .batch_execute("BEGIN; LOCK TABLE cooperative IN ACCESS EXCLUSIVE MODE")
        .await?;
    // It gives what is under way no time, and waits for the lock for as long as it must.
    let mut impatient = harness.worker_config();
    impatient.graceful_shutdown = Duration::ZERO;
    impatient.agent.sql = SqlLimits {
        lock_timeout: Duration::from_secs(60),
        statement_timeout: Duration::from_secs(60),
        ..impatient.agent.sql
    };
    let first = start(impatient).await?;

    let asked = harness
        .ask("Berapa jumlah koperasi?")
        .without_watching_progress()
        .start()
        .await?;
    let active = || active_queries(postgres);
    eventually("the agent's query waits for the lock", active, |n| n == 1).await?;
    first.stop().await?;
    admin.batch_execute("ROLLBACK").await?;
    let second = start(harness.worker_config()).await?;

    let run = asked.finish().await?;
    assert_eq!(run.result()?.status, RunStatus::Completed);
    let attempts: Vec<_> = run.events().iter().map(|seen| seen.attempt()).collect();
    assert!(
        attempts.contains(&Some(1)) && attempts.last() == Some(&Some(2)),
        "{attempts:?}"
    );
    assert_eq!(run.violations(), []);
    second.stop().await?;
    drop(admin);
    driver.await??;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn of_a_run_that_nobody_interrupts(#[future(awt)] harness: Harness) -> Result {
    let run = harness.ask(CANONICAL).await?;
    run.check()?;
    assert_eq!(run.violations(), []);
    Ok(())
}

async fn start(config: WorkerConfig) -> Result<KaiWorker> {
    Ok(KaiWorker::start(config, Arc::new(OfflineAnalyst::new())).await?)
}
