//! Histories of workflows: how the recorded ones are made, and `kai-e2e history`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kai_e2e::agent::SqlLimits;
use kai_e2e::harness::{Harness, HarnessSettings, Outcome, Run, RunHistory, harness};
use kai_e2e::worker::{ActivityTimeouts, RetrySettings};
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::command::{assert_nothing_left, isolated};
use crate::external_callers::{cancel, temporal_cli};
use crate::support::{CANONICAL, Result, active_queries, eventually, kai_e2e, output, shown};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/histories")
}

/// Makes the recordings again, from the workflow of today.
#[rstest]
#[tokio::test]
#[ignore = "writes fixtures/histories; histories of older workflows are worth more: see the folder's README"]
async fn record_again(#[future(awt)] harness: Harness) -> Result {
    let keep = |name: &str, run: &Run| {
        let text = run.history().shareable(Some(harness.stack()));
        std::fs::write(folder().join(format!("{name}.json")), text)
    };
    let completed = harness.ask(CANONICAL).await?;
    completed.check()?;
    keep("completed", &completed)?;
    let session = completed.session().to_owned();
    keep(
        "follow-up",
        &harness
            .ask("kalau yang terendah?")
            .continuing(session)
            .await?,
    )?;
    let failed = harness.ask(CANONICAL).connection("nobody").await?;
    assert!(
        matches!(failed.outcome(), Outcome::Failed(_)),
        "{:?}",
        failed.outcome()
    );
    keep("failed-unknown-connection", &failed)?;

    let waiting = held(&harness, 3).await?;
    let cancelled = waiting.cancelled().await?;
    assert_eq!(cancelled.outcome(), &Outcome::Cancelled);
    keep("cancelled", &cancelled)?;
    // A heartbeat once a second is too seldom for these.
    let once = held(&harness, 1).await?.timed_out().await?;
    assert!(
        matches!(once.outcome(), Outcome::Failed(_)),
        "{:?}",
        once.outcome()
    );
    keep("failed-heartbeat-time-out", &once)?;
    let again = held(&harness, 2)
        .await?
        .answered_by_the_second_attempt()
        .await?;
    again.result()?;
    keep("completed-second-attempt", &again)?;
    Ok(())
}

/// A harness whose table is locked, so that its run waits in the middle.
struct Held {
    harness: Harness,
    lock: tokio_postgres::Client,
    driver: tokio::task::JoinHandle<std::result::Result<(), tokio_postgres::Error>>,
}

const PROMPT: &str = "Berapa jumlah koperasi?";

async fn held(harness: &Harness, attempts: u32) -> Result<Held> {
    let defaults = HarnessSettings::from_env()?;
    let cancellable = attempts == 3;
    let settings = HarnessSettings {
        sql: SqlLimits {
            lock_timeout: Duration::from_secs(60),
            statement_timeout: Duration::from_secs(60),
            ..SqlLimits::default()
        },
        timeouts: match cancellable {
            true => ActivityTimeouts::default(),
            false => ActivityTimeouts {
                heartbeat: Duration::from_millis(600),
                ..ActivityTimeouts::default()
            },
        },
        retry: RetrySettings {
            maximum_attempts: attempts,
            ..defaults.retry
        },
        ..defaults
    };
    let harness = Harness::on(harness.shared_stack(), settings).await?;
    let postgres = harness.postgres();
    let (lock, driver) =
        tokio_postgres::connect(&postgres.admin_url(&postgres.database), NoTls).await?;
    let driver = tokio::spawn(driver);
    lock.batch_execute("BEGIN; LOCK TABLE cooperative IN ACCESS EXCLUSIVE MODE")
        .await?;
    Ok(Held {
        harness,
        lock,
        driver,
    })
}

impl Held {
    async fn waits(&self) -> Result {
        let active = || active_queries(self.harness.postgres());
        eventually("the agent's query waits for the lock", active, |count| {
            count == 1
        })
        .await?;
        Ok(())
    }

    async fn cancelled(self) -> Result<Run> {
        let asked = self
            .harness
            .ask(PROMPT)
            .without_watching_progress()
            .start()
            .await?;
        self.waits().await?;
        cancel(&self.harness, asked.workflow_id()).await?;
        let run = asked.finish().await?;
        self.released().await?;
        Ok(run)
    }

    async fn timed_out(self) -> Result<Run> {
        let asked = self
            .harness
            .ask(PROMPT)
            .without_watching_progress()
            .start()
            .await?;
        let run = asked.finish().await?;
        self.released().await?;
        Ok(run)
    }

    async fn answered_by_the_second_attempt(self) -> Result<Run> {
        let asked = self
            .harness
            .ask(PROMPT)
            .without_watching_progress()
            .start()
            .await?;
        let second = || async {
            let described = asked.handle().describe(Default::default()).await?;
            let pending = described
                .raw_description
                .pending_activities
                .first()
                .map(|activity| activity.attempt);
            Ok(pending.unwrap_or_default())
        };
        eventually("the second attempt", second, |attempt| attempt == 2).await?;
        self.lock.batch_execute("ROLLBACK").await?;
        let run = asked.finish().await?;
        self.released().await?;
        Ok(run)
    }

    async fn released(self) -> Result {
        drop(self.lock);
        self.driver.await??;
        self.harness.stop().await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_history_that_is_recorded_replays() -> Result {
    let state = TempDir::new()?;
    let file = state.path().with_extension("json");
    let mut command = isolated(&state);
    command
        .args([
            "history",
            "record",
            "--prompt",
            "Berapa jumlah koperasi?",
            "--to",
        ])
        .arg(&file);
    let recorded = output(command).await?;
    assert_eq!(recorded.status.code(), Some(0), "{}", shown(&recorded));
    let said = String::from_utf8_lossy(&recorded.stdout).into_owned();
    assert!(
        said.contains("recorded 11 events up to WorkflowExecutionCompleted"),
        "{said}"
    );
    assert_nothing_left(&state);

    let text = std::fs::read_to_string(&file)?;
    let history: Value = serde_json::from_str(&text)?;
    let started = &history["events"][0]["workflowExecutionStartedEventAttributes"];
    assert_eq!(started["input"][0]["prompt"], "Berapa jumlah koperasi?");
    assert_eq!(started["identity"], "client-1");
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")?;
    assert!(
        !text.contains(&format!("kai-worker-{}", host.trim())),
        "{text}"
    );

    let mut command = kai_e2e();
    command.args(["history", "replay"]).arg(&file);
    let replayed = output(command).await?;
    assert_eq!(replayed.status.code(), Some(0), "{}", shown(&replayed));
    assert_eq!(
        String::from_utf8_lossy(&replayed.stdout),
        format!("✓ {}  11 events replay\n", file.display())
    );
    std::fs::remove_file(file)?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_history_of_any_workflow_can_be_fetched(#[future(awt)] harness: Harness) -> Result {
    let run = harness.ask(PROMPT).await?;
    let place = TempDir::new()?;
    let file = place.path().join("fetched.json");
    let address = harness.stack().endpoints().temporal_address.clone();
    let record = async |workflow: &str, address: &str| {
        let mut command = kai_e2e();
        command
            .args([
                "history",
                "record",
                "--workflow-id",
                workflow,
                "--address",
                address,
            ])
            .args(["--namespace", harness.namespace(), "--to"])
            .arg(&file);
        output(command).await
    };
    let fetched = record(run.workflow_id(), &address).await?;
    assert_eq!(fetched.status.code(), Some(0), "{}", shown(&fetched));
    assert_eq!(
        std::fs::read_to_string(&file)?,
        run.history().shareable(Some(harness.stack()))
    );
    let unknown = record("no-such-workflow", &address).await?;
    assert_eq!(unknown.status.code(), Some(3), "{}", shown(&unknown));
    assert!(
        shown(&unknown).contains("no-such-workflow"),
        "{}",
        shown(&unknown)
    );
    let wrong = record("w", "no address").await?;
    assert_eq!(wrong.status.code(), Some(2), "{}", shown(&wrong));
    Ok(())
}

/// What Temporal's own tool writes is read as it is.
#[rstest]
#[tokio::test]
async fn what_the_temporal_cli_shows_is_replayed(#[future(awt)] harness: Harness) -> Result {
    let run = harness.ask(PROMPT).await?;
    let place = TempDir::new()?;
    for (name, more) in [
        ("full.json", "--no-json-shorthand-payloads"),
        ("short.json", "--detailed"),
    ] {
        let arguments = [
            "workflow",
            "show",
            "-o",
            "json",
            more,
            "--workflow-id",
            run.workflow_id(),
        ];
        let shown_by_it = temporal_cli(&harness, &arguments).await?;
        assert!(shown_by_it.status.success(), "{}", shown(&shown_by_it));
        std::fs::write(place.path().join(name), &shown_by_it.stdout)?;
        let read = RunHistory::read(&place.path().join(name))?;
        assert_eq!(read.events(), run.history().events());
    }
    let mut command = kai_e2e();
    command.args(["history", "replay"]).arg(place.path());
    let replayed = output(command).await?;
    assert_eq!(replayed.status.code(), Some(0), "{}", shown(&replayed));
    assert_eq!(String::from_utf8_lossy(&replayed.stdout).lines().count(), 2);
    Ok(())
}

#[tokio::test]
async fn a_history_that_differs_is_exit_1_and_its_event_is_named() -> Result {
    let place = TempDir::new()?;
    let recorded = folder().join("completed.json");
    let altered = place.path().join("altered.json");
    let text = std::fs::read_to_string(&recorded)?;
    std::fs::write(&altered, text.replace("chat_streaming", "answer"))?;
    let mut command = kai_e2e();
    command
        .args(["history", "replay"])
        .args([&recorded, &altered]);
    let replayed = output(command).await?;
    assert_eq!(replayed.status.code(), Some(1), "{}", shown(&replayed));
    let lines: Vec<_> = std::str::from_utf8(&replayed.stdout)?.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(
        lines[0],
        format!("✓ {}  11 events replay", recorded.display())
    );
    let differs = format!(
        "✗ {}  today's workflow decides otherwise at event 5, ActivityTaskScheduled (answer ",
        altered.display()
    );
    assert!(lines[1].starts_with(&differs), "{lines:?}");
    Ok(())
}

#[rstest]
#[case::no_file("missing.json", None, "missing.json cannot be read: No such file")]
#[case::no_json("text.json", Some("Progress:\n  ID  Time"), "it is no JSON")]
#[case::another_json(
    "other.json",
    Some(r#"{"history": []}"#),
    "it is no object with a list `events`"
)]
#[case::an_unknown_event(
    "event.json",
    Some(r#"{"events": [{"eventId": "1", "eventType": "EVENT_TYPE_OF_TOMORROW"}]}"#),
    "event 1: `EVENT_TYPE_OF_TOMORROW` is no number and no name of an enumeration"
)]
#[case::no_histories("", None, "no file in it ends in .json")]
#[tokio::test]
async fn what_is_no_history_is_exit_2_and_said(
    #[case] name: &str,
    #[case] text: Option<&str>,
    #[case] said: &str,
) -> Result {
    let place = TempDir::new()?;
    let file = place.path().join(name);
    if let Some(text) = text {
        std::fs::write(&file, text)?;
    }
    let mut command = kai_e2e();
    command.args(["history", "replay"]).arg(&file);
    let refused = output(command).await?;
    assert_eq!(refused.status.code(), Some(2), "{}", shown(&refused));
    assert!(shown(&refused).contains(said), "{}", shown(&refused));
    Ok(())
}
