//! The worker as a process of its own, configured by the environment variables of the contract.

use std::process::{Child, Command, Stdio};

use kai_e2e::harness::{Harness, HarnessSettings, expect_eventually, harness};
use kai_e2e::stack::free_port;
use rstest::rstest;

use crate::models::scripts::{MODEL, RANKING};
use crate::support::{CANONICAL, Result, eventually, kai_e2e};

#[rstest]
#[tokio::test]
async fn a_worker_process_answers_is_healthy_and_stops_in_order(
    #[future(awt)] harness: Harness,
) -> Result {
    let caller = caller(&harness).await?;
    let mut command = kai_e2e();
    command.stderr(Stdio::null());
    let (mut worker, port) = started(command, &caller).await?;

    let run = caller.ask(CANONICAL).await?;
    run.check()?;
    assert_eq!(status(port, "healthz").await?, Some(200));

    worker.terminate()?;
    let ended = worker.ended().await?;
    assert!(ended.success(), "SIGTERM is an orderly end: {ended}");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_worker_process_has_the_language_model_that_its_variables_name(
    #[future(awt)] harness: Harness,
) -> Result {
    const KEY: &str = "sk-proj-Abcdefghij0123456789";
    let model = RANKING.server().await?;
    let caller = caller(&harness).await?;
    let log = tempfile::NamedTempFile::new()?;
    let mut command = kai_e2e();
    command
        .env("CHAT_FAMILY", "openai-compatible")
        .env("CHAT_MODEL", MODEL)
        .env("OPENAI_API_BASE", model.url())
        .env("OPENAI_API_KEY", KEY)
        // A client that minds them reaches nobody.
        .envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:9")))
        .env("RUST_LOG", "trace")
        .stderr(log.reopen()?);
    let (mut worker, _) = started(command, &caller).await?;

    let run = caller.ask(RANKING.questions[0]).await?;
    run.check()?;
    let usage = run.result()?.usage.ok_or("the model says what it cost")?;
    assert_eq!((usage.prompt_tokens, usage.completion_tokens), (1200, 90));
    assert_eq!(
        model.authorizations(),
        vec![Some(format!("Bearer {KEY}")); 3]
    );

    worker.terminate()?;
    worker.ended().await?;
    let log = std::fs::read_to_string(log.path())?;
    assert!(log.contains(MODEL), "the log names the model");
    assert!(!log.contains(KEY), "the log has the key");
    assert!(!log.contains('\x1b'), "a file is no terminal");
    Ok(())
}

/// A harness without a worker.
pub async fn caller(harness: &Harness) -> Result<Harness> {
    let settings = HarnessSettings {
        worker: false,
        ..HarnessSettings::default()
    };
    Ok(Harness::on(harness.shared_stack(), settings).await?)
}

/// A worker for the caller's queue that is ready, and the port of its health.
pub async fn started(mut command: Command, caller: &Harness) -> Result<(Worker, u16)> {
    let port = free_port()?;
    command
        .arg("worker")
        .envs(caller.variables())
        .env("TEMPORAL_TASK_QUEUE", caller.task_queue())
        .env("HEALTH_PORT", port.to_string())
        .stdout(Stdio::null());
    let worker = Worker(command.spawn()?);
    eventually(
        "the worker is ready",
        || status(port, "readyz"),
        |code| code == Some(200),
    )
    .await?;
    Ok((worker, port))
}

#[rstest]
#[tokio::test]
async fn a_worker_without_its_variables_says_which_one() -> Result {
    let mut command = kai_e2e();
    command.arg("worker").env_remove("TYPESENSE_API_KEY");
    let output = crate::support::output(command).await?;
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        crate::support::shown(&output)
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("TYPESENSE_API_KEY is not set"));
    Ok(())
}

async fn status(port: u16, path: &str) -> Result<Option<u16>> {
    let url = format!("http://127.0.0.1:{port}/{path}");
    Ok(reqwest::get(url)
        .await
        .ok()
        .map(|reply| reply.status().as_u16()))
}

/// A process that does not outlive its test.
pub struct Worker(Child);

impl Worker {
    /// Asks it to stop.
    pub fn terminate(&self) -> Result {
        let pid = self.0.id().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status()?;
        if killed.success() {
            Ok(())
        } else {
            Err("the worker could not be signalled".into())
        }
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> Result<std::process::ExitStatus> {
        let ended = expect_eventually(
            "the worker has ended after SIGTERM",
            || std::future::ready(self.0.try_wait()),
            Option::is_some,
        );
        Ok(ended.await?.ok_or("it has ended")?)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
