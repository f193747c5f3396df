//! The canonical run: its snapshot, and each success criterion as a test of its own.

use kai_e2e::assert_run_snapshot;
use kai_e2e::harness::{Harness, harness};
use rstest::rstest;

use crate::support::{CANONICAL, Result, golden};

/// The canonical question's answer, in hand-written SQL.
pub const GOLDEN: &str = r#"SELECT p.name, round(avg(c.capital::numeric), 2)
      FROM cooperative c JOIN provinces p ON p.code = c."provinceId"::text
     WHERE c.capital ~ '^[0-9]+(\.[0-9]+)?$'
     GROUP BY p.name ORDER BY 2 DESC LIMIT 5"#;

#[rstest]
#[tokio::test]
async fn the_canonical_run_is_as_reviewed(#[future(awt)] harness: Harness) -> Result {
    let run = harness.ask(CANONICAL).await?;
    run.check()?;
    run.expect_events("… tool_start(sql_query) tool_end(sql_query) sql_result chart_config … token+ suggestions done")?;
    assert_run_snapshot!("canonical_run", run);
    Ok(())
}

#[rstest]
#[case::found_by_a_visibility_query("temporal.visible")]
#[case::heartbeat_progress_is_seen("temporal.heartbeat-progress")]
#[case::events_reach_a_subscriber_before_the_end("stream.before-end")]
#[case::the_sql_is_seen_in_postgres("sql.executed-as-reported")]
#[case::it_completes_with_an_answer("result.completed-with-answer")]
#[case::the_sql_is_reported("result.sql-queries")]
#[case::the_tokens_are_the_answer("answer.matches-tokens")]
#[tokio::test]
async fn success_criterion(#[future(awt)] harness: Harness, #[case] id: &str) -> Result {
    let run = harness.ask(CANONICAL).await?;
    Ok(run.check_only(id)?)
}

#[rstest]
#[tokio::test]
async fn the_rows_are_those_of_hand_written_sql(#[future(awt)] harness: Harness) -> Result {
    let run = harness.ask(CANONICAL).await?;
    let golden = golden(&harness, GOLDEN).await?;
    crate::questions::assert_same_rows(&run, &golden);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_history_replays_on_todays_workflow(#[future(awt)] harness: Harness) -> Result {
    use kai_e2e::worker::KaiChatWorkflow;
    use temporalio_sdk::workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions};

    let run = harness.ask(CANONICAL).await?;
    let options = WorkflowReplayerOptions::new()
        .register_workflow::<KaiChatWorkflow>()?
        .build();
    WorkflowReplayer::new(options)?
        .replay_workflow(run.history().for_replay())
        .await?;
    Ok(())
}
