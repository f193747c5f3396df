//! What a failing test leaves behind. The tests that fail on purpose are `failing`; a process of its own runs them.

use std::fs;
use std::path::{Path, PathBuf};

use kai_e2e::harness::{Harness, harness};
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Result, child_tests, on_processes, output, shown};

/// Each way of failing, and what the artefacts say about it.
const WAYS: [(&str, &str); 10] = [
    ("panics", "assertion `left == right` failed"),
    ("breaks_a_promise", "result.sql-queries"),
    ("sees_other_events", "the events do not match"),
    ("expects_another_answer", "the answer does not say"),
    ("waits_in_vain", "last seen false"),
    ("differs_from_its_snapshot", "snapshot assertion"),
    ("runs_out_of_time", "no worker has taken its workflow task"),
    ("fails_while_a_run_is_under_way", "on purpose"),
    ("fails_after_its_harness_was_stopped", "on purpose"),
    ("cannot_be_set_up", "was not set up within"),
];

const FILES: [&str; 8] = [
    "environment.json",
    "events.jsonl",
    "history.json",
    "postgres.log",
    "repeat.txt",
    "statements.jsonl",
    "temporal.log",
    "typesense.log",
];

#[rstest]
#[tokio::test]
async fn every_way_of_failing_leaves_its_artefacts(#[future(awt)] harness: Harness) -> Result {
    let root = TempDir::new()?;
    let stale = root
        .path()
        .join("artefacts.failing.panics/of-an-older-failure");
    fs::create_dir_all(&stale)?;
    let mut command = child_tests("artefacts::failing::")?;
    command.env("KAI_E2E_ARTEFACTS", root.path());
    let ended = output(command).await?;
    let said = shown(&ended);
    assert_eq!(ended.status.code(), Some(101), "{said}");

    for (test, why) in WAYS {
        let name = format!("artefacts::failing::{test}");
        let text = failure_text(&said, &name)?;
        let directory = root.path().join(name.replace("::", "."));
        assert_eq!(last_line(text), directory.display().to_string(), "{text}");
        assert_eq!(files(&directory)?, FILES, "{test}");
        let repeat = fs::read_to_string(directory.join("repeat.txt"))?;
        let command = format!("cargo test --test e2e {name} -- --exact --include-ignored\n");
        assert!(repeat.ends_with(&command), "{repeat}");
        let environment: Value = read(&directory.join("environment.json"))?;
        assert_eq!(environment["test"], Value::from(name));
        assert!(
            environment["failures"].to_string().contains(why),
            "{test}: {environment:#}"
        );
        let programs = &environment["harnesses"][0]["stack"]["programs"];
        let kind = if on_processes() { "binaries" } else { "images" };
        assert!(
            programs[kind]["postgres"]["id"].is_string(),
            "{test}: {environment:#}"
        );
        no_secret_in(&harness, &directory)?;
    }
    assert!(!stale.exists(), "what an older failure left is replaced");
    // It looked at the failed check and went on: it has not failed.
    let passed = root
        .path()
        .join("artefacts.failing.expects_a_broken_promise");
    assert!(!passed.exists());

    a_finished_run_is_kept_whole(&root.path().join("artefacts.failing.panics"))?;
    a_run_under_way_is_kept_as_far_as_it_was_seen(
        &root
            .path()
            .join("artefacts.failing.fails_while_a_run_is_under_way"),
    )
}

fn a_finished_run_is_kept_whole(directory: &Path) -> Result {
    let events = fs::read_to_string(directory.join("events.jsonl"))?;
    let kinds: Vec<Value> = events
        .lines()
        .map(|line| Ok(serde_json::from_str::<Value>(line)?["event"]["type"].clone()))
        .collect::<Result<_>>()?;
    assert!(kinds.contains(&Value::from("sql_result")), "{events}");
    assert_eq!(kinds.last(), Some(&Value::from("done")));
    let runs: Value = read(&directory.join("history.json"))?;
    let history = runs[0]["history"]["events"].as_array().ok_or("events")?;
    assert!(history.len() > 5, "{runs:#}");
    let statements = fs::read_to_string(directory.join("statements.jsonl"))?;
    let ran = |user: &str, part: &str| {
        statements
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .any(|line| {
                line["user"] == user && line["sql"].as_str().is_some_and(|sql| sql.contains(part))
            })
    };
    assert!(ran("kai_reader", "SELECT"), "{statements}");
    let log = fs::read_to_string(directory.join("postgres.log"))?;
    assert!(log.contains("SELECT"), "{log}");
    // The test ran SQL that fails, and SQL with passwords in it.
    assert!(statements.contains("no_such_table"), "{statements}");
    assert!(
        statements.contains("postgresql://postgres:[redacted]@"),
        "{statements}"
    );
    Ok(())
}

fn a_run_under_way_is_kept_as_far_as_it_was_seen(directory: &Path) -> Result {
    assert!(!fs::read_to_string(directory.join("events.jsonl"))?.is_empty());
    let runs: Value = read(&directory.join("history.json"))?;
    assert_eq!(runs[0]["outcome"], "it was under way when the test failed");
    assert!(runs[0]["history"]["events"].is_array(), "{runs:#}");
    Ok(())
}

#[tokio::test]
async fn they_lie_in_cargos_target_directory_unless_told_otherwise() -> Result {
    let mut command = child_tests("artefacts::failing::breaks_a_promise")?;
    command.arg("--exact").env_remove("KAI_E2E_ARTEFACTS");
    let ended = output(command).await?;
    let said = shown(&ended);
    let text = failure_text(&said, "artefacts::failing::breaks_a_promise")?;
    let directory = PathBuf::from(last_line(text));
    assert!(
        directory.ends_with("kai-e2e/artefacts.failing.breaks_a_promise"),
        "{said}"
    );
    let executable = std::env::current_exe()?;
    let target = directory.ancestors().nth(2).ok_or("a target directory")?;
    assert!(executable.starts_with(target), "{}", target.display());
    assert_eq!(files(&directory)?, FILES);
    fs::remove_dir_all(directory)?;
    Ok(())
}

#[tokio::test]
async fn a_stack_that_cannot_be_started_leaves_what_there_is() -> Result {
    let root = TempDir::new()?;
    let mut command = child_tests("artefacts::failing::panics")?;
    command
        .arg("--exact")
        .env("KAI_E2E_ARTEFACTS", root.path())
        // The engine is no obstacle unless containers are asked for.
        .env("KAI_E2E_PROVIDER", "containers")
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let ended = output(command).await?;
    let said = shown(&ended);
    let text = failure_text(&said, "artefacts::failing::panics")?;
    let directory = root.path().join("artefacts.failing.panics");
    assert_eq!(last_line(text), directory.display().to_string(), "{text}");
    assert_eq!(files(&directory)?, FILES);
    let environment: Value = read(&directory.join("environment.json"))?;
    let why = environment["failures"].to_string();
    assert!(why.contains("/nowhere/docker.sock"), "{environment:#}");
    Ok(())
}

/// What the runner shows of one failed test.
fn failure_text<'a>(output: &'a str, test: &str) -> Result<&'a str> {
    let heading = format!("---- {test} stdout ----\n");
    let (_, text) = output
        .split_once(&heading)
        .ok_or_else(|| format!("{test} has not failed:\n{output}"))?;
    let end = [text.find("\n---- "), text.find("\nfailures:\n")];
    let end = end.into_iter().flatten().min().unwrap_or(text.len());
    Ok(&text[..end])
}

fn last_line(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or_default()
}

fn files(directory: &Path) -> Result<Vec<String>> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .map_err(|error| format!("{}: {error}", directory.display()))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// The child's harness is on the same shared stack as this test's.
fn no_secret_in(harness: &Harness, directory: &Path) -> Result {
    let endpoints = harness.stack().endpoints();
    let secrets = [
        endpoints.postgres.admin_password.reveal(),
        endpoints.postgres.reader_password.reveal(),
        endpoints.typesense.api_key.reveal(),
    ];
    for file in files(directory)? {
        let text = fs::read_to_string(directory.join(&file))?;
        for secret in secrets {
            assert!(!text.contains(secret), "a secret is in {file}");
        }
    }
    Ok(())
}

mod failing {
    use std::sync::Arc;
    use std::time::Duration;

    use kai_e2e::assert_run_snapshot;
    use kai_e2e::harness::{Harness, HarnessSettings, expect_eventually_within, harness};
    use rstest::rstest;
    use tokio::sync::Notify;

    use crate::support::{CANONICAL, Result, golden};

    const REFUSED: &str = "Siapa presiden Prancis?";

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn panics(#[future(awt)] harness: Harness) -> Result {
        let postgres = &harness.stack().endpoints().postgres;
        let secrets = [
            postgres.admin_url("koperasi"),
            postgres.reader_password.reveal().to_owned(),
        ];
        golden(&harness, &format!("SELECT '{}'", secrets.join(" "))).await?;
        let failed = golden(&harness, "SELECT * FROM no_such_table").await;
        assert!(failed.is_err());
        let run = harness.ask(CANONICAL).await?;
        assert_eq!(run.rows().len(), 6);
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn breaks_a_promise(#[future(awt)] harness: Harness) -> Result {
        harness.ask(REFUSED).await?.check()?;
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "is part of a test that runs it, and does not fail"]
    async fn expects_a_broken_promise(#[future(awt)] harness: Harness) -> Result {
        let run = harness.ask(REFUSED).await?;
        let broken = run.check().expect_err("no SQL was run");
        assert!(!broken.verdicts().is_empty());
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn sees_other_events(#[future(awt)] harness: Harness) -> Result {
        let run = harness.ask(CANONICAL).await?;
        run.expect_events("token done")?;
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn expects_another_answer(#[future(awt)] harness: Harness) -> Result {
        let run = harness.ask(CANONICAL).await?;
        let expect = run.expect().completes();
        expect.answer("I do not know").check()?;
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn waits_in_vain(#[future(awt)] harness: Harness) -> Result {
        harness.ask(CANONICAL).await?;
        let look = async || Ok::<_, std::convert::Infallible>(false);
        expect_eventually_within(Duration::from_millis(20), "it is", look, |seen| *seen).await?;
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn differs_from_its_snapshot(#[future(awt)] harness: Harness) -> Result {
        let run = harness.ask(CANONICAL).await?;
        assert_run_snapshot!("there_is_no_such_snapshot", run);
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn runs_out_of_time(#[future(awt)] harness: Harness) -> Result {
        let settings = HarnessSettings {
            worker: false,
            ..HarnessSettings::default()
        };
        let caller = Harness::on(harness.shared_stack(), settings).await?;
        caller
            .ask(CANONICAL)
            .timeout(Duration::from_millis(200))
            .await?;
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn fails_while_a_run_is_under_way(#[future(awt)] harness: Harness) -> Result {
        let began = Arc::new(Notify::new());
        let first = Arc::clone(&began);
        let running = harness
            .ask(CANONICAL)
            .on_event(move |_| first.notify_one())
            .start()
            .await?;
        // The run is held in its middle from its sixth event on, until its heartbeat is seen.
        began.notified().await;
        panic!("on purpose, in the middle of {}", running.workflow_id());
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn fails_after_its_harness_was_stopped(#[future(awt)] harness: Harness) -> Result {
        let run = harness.ask(CANONICAL).await?;
        harness.stop().await?;
        assert!(run.rows().is_empty(), "on purpose");
        Ok(())
    }

    #[rstest]
    #[tokio::test]
    #[ignore = "fails on purpose"]
    async fn cannot_be_set_up(#[future(awt)] harness: Harness) -> Result {
        let settings = HarnessSettings {
            setup_timeout: Duration::from_millis(1),
            ..HarnessSettings::default()
        };
        Harness::on(harness.shared_stack(), settings)
            .await?
            .stop()
            .await?;
        Ok(())
    }
}
