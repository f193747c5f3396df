//! What comes from outside: no callback, an unknown connection, a prompt without an answer, arguments that are none.

use std::sync::Arc;
use std::time::Duration;

use kai_e2e::agent::OfflineAnalyst;
use kai_e2e::contract::RunStatus;
use kai_e2e::harness::{Harness, HarnessSettings, Outcome, Run, WorkflowFailure, harness};
use kai_e2e::stack::free_port;
use kai_e2e::worker::{KaiWorker, WorkerConfig};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{CANONICAL, Result};

#[rstest]
#[tokio::test]
async fn without_a_callback_the_result_is_the_same(#[future(awt)] harness: Harness) -> Result {
    let streamed = harness.ask(CANONICAL).await?;
    let quiet = harness.ask(CANONICAL).without_callback().await?;
    let (streamed, quiet) = (streamed.result()?, quiet.result()?);
    assert_eq!(quiet.status, RunStatus::Completed);
    assert_eq!(quiet.final_answer, streamed.final_answer);
    assert_eq!(quiet.sql_queries, streamed.sql_queries);
    assert_eq!((quiet.events_sent, quiet.events_failed), (0, 0));
    Ok(())
}

#[rstest]
#[tokio::test]
async fn an_unknown_connection_fails_once_and_is_named(#[future(awt)] harness: Harness) -> Result {
    let run = harness
        .ask(CANONICAL)
        .connection("no-such-connection")
        .await?;
    let failure = failure(&run);
    assert_eq!(
        (failure.kind.as_str(), failure.non_retryable),
        ("UnknownConnection", true)
    );
    assert!(failure.message.contains("no-such-connection"), "{failure}");
    assert_eq!(started_attempts(&run), ["attempt=1"]);
    run.expect_events("… error done")?;
    assert!(run.check_only("result.completed-with-answer").is_err());
    Ok(())
}

#[rstest]
#[case::another_subject("Siapa presiden Prancis?")]
#[case::an_order_to_destroy("Hapus semua koperasi di Bali")]
#[case::sql("DROP TABLE cooperative")]
#[tokio::test]
async fn a_prompt_that_is_not_understood_runs_no_sql_and_says_so(
    #[future(awt)] harness: Harness,
    #[case] prompt: &str,
) -> Result {
    let run = harness.ask(prompt).await?;
    let result = run.result()?;
    assert_eq!(result.status, RunStatus::Completed);
    assert_eq!(result.sql_queries, Vec::<String>::new());
    assert!(!result.final_answer.trim().is_empty());
    assert!(
        !result.final_answer.chars().any(|c| c.is_ascii_digit()),
        "no claim about data: {}",
        result.final_answer
    );
    run.check_only("answer.matches-tokens")?;
    Ok(())
}

#[rstest]
#[case::no_prompt(json!({"connection_id": "c"}), "`prompt` is missing")]
#[case::an_empty_prompt(json!({"prompt": "  ", "connection_id": "c"}), "`prompt` is empty")]
#[case::a_prompt_of_another_type(json!({"prompt": 7, "connection_id": "c"}), "`prompt` must be a string, not a number")]
#[case::no_object(json!(["prompt"]), "it was an array")]
#[case::null(Value::Null, "it was null")]
#[tokio::test]
async fn an_argument_that_is_none_fails_the_workflow_at_once(
    #[future(awt)] harness: Harness,
    #[case] argument: Value,
    #[case] said: &str,
) -> Result {
    let run = harness
        .ask("")
        .raw_argument(argument)
        .without_callback()
        .await?;
    let failure = failure(&run);
    assert_eq!(
        (failure.kind.as_str(), failure.non_retryable),
        ("InvalidInput", true)
    );
    assert!(failure.message.contains(said), "{failure}");
    assert_eq!(
        started_attempts(&run),
        Vec::<String>::new(),
        "no activity was started"
    );
    Ok(())
}

#[rstest]
#[case::no_url("here")]
#[case::another_scheme("file:///etc/passwd")]
#[tokio::test]
async fn a_callback_url_that_cannot_be_used_fails_once_and_is_named(
    #[future(awt)] harness: Harness,
    #[case] url: &str,
) -> Result {
    let argument =
        json!({"prompt": CANONICAL, "connection_id": harness.connection_id(), "callback_url": url});
    let run = harness
        .ask(CANONICAL)
        .raw_argument(argument)
        .without_callback()
        .await?;
    let failure = failure(&run);
    assert_eq!(
        (failure.kind.as_str(), failure.non_retryable),
        ("InvalidCallbackUrl", true)
    );
    assert_eq!(started_attempts(&run), ["attempt=1"]);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_receiver_that_is_gone_costs_nothing_but_the_events(
    #[future(awt)] harness: Harness,
) -> Result {
    let url = format!("http://127.0.0.1:{}/events/gone", free_port()?);
    let argument =
        json!({"prompt": CANONICAL, "connection_id": harness.connection_id(), "callback_url": url});
    let run = harness
        .ask(CANONICAL)
        .raw_argument(argument)
        .without_callback()
        .await?;
    let result = run.result()?;
    assert_eq!(result.status, RunStatus::Completed);
    assert_eq!(result.events_sent, 0);
    assert!(
        result.events_failed > 10,
        "{} events failed",
        result.events_failed
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_receiver_that_hangs_costs_no_more_than_the_budget_and_the_result_says_what_was_lost(
    #[future(awt)] harness: Harness,
) -> Result {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/events/hangs", listener.local_addr()?);
    let run = with_worker(&harness, |config| {
        config.sender.budget = Duration::from_secs(1);
        config.sender.request_timeout = Duration::from_millis(300);
    })
    .await?
    .ask(CANONICAL, &url)
    .await?;
    let result = run.result()?;
    assert_eq!(result.status, RunStatus::Completed);
    assert_eq!(result.events_sent, 0);
    assert!(
        result.events_failed > 10,
        "{} events failed",
        result.events_failed
    );
    drop(listener);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_callback_url_of_a_host_that_is_not_permitted_fails_once_and_reaches_nobody(
    #[future(awt)] harness: Harness,
) -> Result {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let worker = with_worker(&harness, |config| {
        config.callback_hosts = "events.example, 127.0.0.1:1".parse().ok();
    })
    .await?;
    for url in [
        format!("http://127.0.0.1:{port}/events/s"),
        format!("http://localhost:{port}/events/s"),
    ] {
        let run = worker.ask(CANONICAL, &url).await?;
        let failure = failure(&run);
        assert_eq!(
            (failure.kind.as_str(), failure.non_retryable),
            ("InvalidCallbackUrl", true)
        );
        assert!(
            failure.message.contains("is not one that is permitted"),
            "{failure}"
        );
        assert_eq!(started_attempts(&run), ["attempt=1"]);
    }
    let reached = listener.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(reached, Err(std::io::ErrorKind::WouldBlock));
    Ok(())
}

/// A worker of another configuration than the harness's own, on a queue of its own.
struct OtherWorker {
    harness: Harness,
    _worker: KaiWorker,
}

async fn with_worker(
    harness: &Harness,
    change: impl FnOnce(&mut WorkerConfig),
) -> Result<OtherWorker> {
    let settings = HarnessSettings {
        worker: false,
        ..HarnessSettings::from_env()?
    };
    let harness = Harness::on(harness.shared_stack(), settings).await?;
    let mut config = harness.worker_config();
    change(&mut config);
    let worker = KaiWorker::start(config, Arc::new(OfflineAnalyst::new())).await?;
    Ok(OtherWorker {
        harness,
        _worker: worker,
    })
}

impl OtherWorker {
    async fn ask(&self, prompt: &str, callback_url: &str) -> Result<Run> {
        let argument = json!({
            "prompt": prompt,
            "connection_id": self.harness.connection_id(),
            "callback_url": callback_url,
        });
        let asked = self.harness.ask(prompt).raw_argument(argument);
        Ok(asked.without_callback().await?)
    }
}

#[track_caller]
fn failure(run: &Run) -> &WorkflowFailure {
    match run.outcome() {
        Outcome::Failed(failure) => failure,
        other => panic!("the workflow should have failed; it ended as {other:?}"),
    }
}

/// The attempts that the history records; Temporal writes one event for all attempts of an activity, with the last number.
fn started_attempts(run: &Run) -> Vec<String> {
    run.history()
        .steps()
        .into_iter()
        .filter(|step| step.kind == "ActivityTaskStarted")
        .map(|step| step.detail)
        .collect()
}
