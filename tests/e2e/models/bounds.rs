//! The bounds of a run, met by a model that goes on for ever.

use std::time::Duration;

use kai_e2e::agent::LoopBounds;
use kai_e2e::agent::models::{Reply, ScriptedServer};
use kai_e2e::contract::RunStatus;
use kai_e2e::harness::{Harness, HarnessSettings, Run, harness};
use kai_e2e::worker::ActivityTimeouts;
use rstest::rstest;
use serde_json::json;

use super::live;
use crate::support::Result;

/// Asks a model that answers every request so.
async fn run(harness: &Harness, reply: Reply, settings: HarnessSettings) -> Result<Run> {
    let server = ScriptedServer::replies(vec![reply]).await?;
    let settings = HarnessSettings {
        model: live(&server)?,
        ..settings
    };
    let with = Harness::on(harness.shared_stack(), settings).await?;
    Ok(with.ask("Apa saja?").await?)
}

#[rstest]
#[tokio::test]
async fn a_run_ends_with_done_before_its_activity_is_cut_off(
    #[future(awt)] harness: Harness,
) -> Result {
    let settings = HarnessSettings {
        timeouts: ActivityTimeouts {
            start_to_close: Duration::from_secs(12),
            ..ActivityTimeouts::default()
        },
        ..HarnessSettings::from_env()?
    };
    let silent = Reply::stream().text(&["Satu.\nDua"]).hang();
    let run = run(&harness, silent, settings).await?;
    let result = run.result()?;
    assert_eq!(result.status, RunStatus::Failed);
    assert_eq!(
        result.error.as_deref(),
        Some("the run was stopped because it took longer than 6 s")
    );
    // What was told cannot be taken back, and is what the result has.
    assert_eq!(result.final_answer, "Satu.\nDua");
    run.expect_events("token error done")?;
    run.check_only("answer.matches-tokens")?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_model_that_never_stops_calling_tools_is_stopped(
    #[future(awt)] harness: Harness,
) -> Result {
    let settings = HarnessSettings {
        bounds: LoopBounds {
            tool_calls: 3,
            ..LoopBounds::default()
        },
        ..HarnessSettings::from_env()?
    };
    let calls = Reply::calls(&[
        ("get_instructions", json!({})),
        ("get_instructions", json!({})),
    ]);
    let run = run(&harness, calls, settings).await?;
    assert_eq!(
        run.result()?.error.as_deref(),
        Some("the run reached its limit of 3 tool calls without an answer")
    );
    let pairs = "tool_start(get_instructions) tool_end(get_instructions) ".repeat(3);
    run.expect_events(&format!("{pairs} error done"))?;
    Ok(())
}
