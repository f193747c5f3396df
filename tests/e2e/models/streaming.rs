//! Text that reaches the stream while the model still talks.

use std::sync::Arc;
use std::time::Duration;

use kai_e2e::agent::models::{ChatSettings, Endpoint, ModelChoice, Reply, ScriptedServer};
use kai_e2e::contract::{Event, RunStatus};
use kai_e2e::harness::{Harness, HarnessSettings, Outcome, harness};
use kai_e2e::worker::RetrySettings;
use rstest::rstest;
use serde_json::json;
use tokio::sync::Notify;

use super::{live, scripts, with_model};
use crate::external_callers::cancel;
use crate::support::Result;

/// On everything that is waited for, far beyond what is needed.
const BOUND: Duration = Duration::from_secs(60);

#[rstest]
#[tokio::test]
async fn tokens_reach_a_subscriber_while_the_model_still_talks(
    #[future(awt)] harness: Harness,
) -> Result {
    let heard = Arc::new(Notify::new());
    let reply = Reply::stream()
        .text(&["Satu.\n", "Dua"])
        .wait(&heard)
        .text(&[" dan tiga."])
        .finish("stop");
    let server = ScriptedServer::replies(vec![reply]).await?;
    let with = with_model(&harness, live(&server)?).await?;
    // The model goes on only when a subscriber has seen its second piece: told at the end, the run would never end.
    let run = with
        .ask("Hitung sampai tiga")
        .on_event(move |seen| {
            if matches!(&seen.event, Event::Token { content } if content == "Dua") {
                heard.notify_one();
            }
        })
        .await?;
    assert_eq!(run.result()?.final_answer, "Satu.\nDua dan tiga.");
    run.check_only("answer.matches-tokens")?;
    run.expect_events("token token token done")?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn what_was_told_before_a_call_stays_in_the_answer(
    #[future(awt)] harness: Harness,
) -> Result {
    let first = Reply::stream()
        .text(&["Saya jelaskan dulu.\n", "Lalu saya lihat."])
        .tool_calls(&[("get_instructions", json!({}))])
        .finish("tool_calls");
    let server = ScriptedServer::replies(vec![first, Reply::says(&["Selesai."])]).await?;
    let with = with_model(&harness, live(&server)?).await?;
    let run = with.ask("Jelaskan").await?;
    assert_eq!(
        run.result()?.final_answer,
        "Saya jelaskan dulu.\nLalu saya lihat.\n\nSelesai."
    );
    run.check_only("answer.matches-tokens")?;
    run.expect_events("token+ tool_start(get_instructions) tool_end token+ done")?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn cancelling_while_the_model_talks_ends_its_turn_and_keeps_what_it_said(
    #[future(awt)] harness: Harness,
) -> Result {
    let reply = Reply::stream().text(&["Satu.\n", "Dua"]).hang();
    let server = ScriptedServer::replies(vec![reply]).await?;
    let with = with_model(&harness, live(&server)?).await?;
    let heard = Arc::new(Notify::new());
    let hears = Arc::clone(&heard);
    let asked = with
        .ask("Hitung sampai tiga")
        .without_watching_progress()
        .on_event(move |seen| {
            if matches!(&seen.event, Event::Token { content } if content == "Dua") {
                hears.notify_one();
            }
        })
        .start()
        .await?;
    let bound = |what: &'static str| move |_| format!("{what} within {BOUND:?}");
    tokio::time::timeout(BOUND, heard.notified())
        .await
        .map_err(bound("nobody heard the model"))?;
    cancel(&with, asked.workflow_id()).await?;

    let run = asked.finish().await?;
    assert_eq!(run.outcome(), &Outcome::Cancelled);
    run.expect_events("token token error done")?;
    let done = run
        .events()
        .last()
        .and_then(|seen| seen.event.done_result())
        .ok_or("done carries no result")?;
    assert_eq!(done.final_answer, "Satu.\nDua");
    // The model is not left talking to nobody.
    tokio::time::timeout(BOUND, server.abandoned(1))
        .await
        .map_err(bound("the model's connection was not closed"))?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_connection_that_breaks_off_is_another_attempt_and_its_tokens_are_not_mixed(
    #[future(awt)] harness: Harness,
) -> Result {
    let cut = Reply::stream().text(&["Satu.\n", "Du"]).cut();
    let server = ScriptedServer::replies(vec![cut, Reply::says(&["Satu.\n", "Dua."])]).await?;
    let with = with_model(&harness, live(&server)?).await?;
    let run = with.ask("Hitung sampai dua").await?;
    let result = run.result()?;
    assert_eq!(
        (result.status, &*result.final_answer),
        (RunStatus::Completed, "Satu.\nDua.")
    );
    let attempts: Vec<_> = run.events().iter().map(|seen| seen.attempt()).collect();
    assert!(
        attempts.contains(&Some(1)) && attempts.last() == Some(&Some(2)),
        "{attempts:?}"
    );
    run.check_only("answer.matches-tokens")?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_server_that_stays_away_fails_the_run_with_its_name_and_without_its_key(
    #[future(awt)] harness: Harness,
) -> Result {
    const KEY: &str = "sk-proj-Abcdefghij0123456789";
    let refusal = Reply::error(401, &format!("Incorrect API key provided: {KEY}"));
    let server = ScriptedServer::replies(vec![refusal]).await?;
    let endpoint = Endpoint::new(&server.url())?.with_key(KEY);
    let model = ModelChoice::chat(ChatSettings::new(endpoint, scripts::MODEL));
    let with = with_model(&harness, model).await?;
    let run = with.ask("Apa saja?").await?;
    run.expect_events("… error done")?;
    let shown = format!(
        "{} {}",
        run.raw_result(),
        json!(
            run.events()
                .iter()
                .map(|seen| seen.event.to_object())
                .collect::<Vec<_>>()
        )
    );
    assert!(
        shown.contains("401 Unauthorized") && !shown.contains(KEY),
        "{shown}"
    );
    assert_eq!(run.result()?.status, RunStatus::Failed);
    assert_eq!(server.requests().len(), 1);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn temporal_waits_as_long_as_a_busy_server_asks_for(
    #[future(awt)] harness: Harness,
) -> Result {
    // Longer than the client waits by itself, and longer than a test may take: it must be Temporal that waits.
    let busy = Reply::error(429, "slow down").retry_after("3600");
    let server = ScriptedServer::replies(vec![busy]).await?;
    let settings = HarnessSettings {
        model: live(&server)?,
        retry: RetrySettings {
            maximum_attempts: 2,
            ..RetrySettings::default()
        },
        ..HarnessSettings::from_env()?
    };
    let with = Harness::on(harness.shared_stack(), settings).await?;
    let running = with.ask("Apa saja?").start().await?;
    crate::support::eventually(
        "an attempt that waits for an hour",
        async || {
            let described = running.handle().describe(Default::default()).await?;
            let pending = described.raw().pending_activities.first();
            let wait = pending.and_then(|pending| {
                let (from, to) = (
                    pending.last_attempt_complete_time?,
                    pending.next_attempt_schedule_time?,
                );
                Some(to.seconds - from.seconds)
            });
            Ok(wait)
        },
        |wait| wait.is_some_and(|seconds| (3599..=3601).contains(&seconds)),
    )
    .await?;
    running.handle().cancel(Default::default()).await?;
    let run = running.finish().await?;
    assert!(
        matches!(run.outcome(), Outcome::Cancelled),
        "{:?}",
        run.outcome()
    );
    Ok(())
}
