//! The worker as a process of its own, configured by the environment variables of the contract.

use std::process::{Child, Stdio};
use std::time::Duration;

use kai_e2e::harness::{Harness, HarnessSettings, harness};
use rstest::rstest;

use crate::support::{CANONICAL, Result, eventually, kai_e2e};

#[rstest]
#[tokio::test]
async fn a_worker_process_answers_is_healthy_and_stops_in_order(
    #[future(awt)] harness: Harness,
) -> Result {
    let settings = HarnessSettings {
        worker: false,
        ..HarnessSettings::default()
    };
    let caller = Harness::on(harness.shared_stack(), settings).await?;
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let mut worker = Worker(
        kai_e2e()
            .arg("worker")
            .envs(caller.variables())
            .env("TEMPORAL_TASK_QUEUE", caller.task_queue())
            .env("HEALTH_PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?,
    );
    eventually(
        "the worker is ready",
        || status(port, "readyz"),
        |code| code == Some(200),
    )
    .await?;

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
struct Worker(Child);

impl Worker {
    fn terminate(&self) -> Result {
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

    async fn ended(&mut self) -> Result<std::process::ExitStatus> {
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status);
            }
            if std::time::Instant::now() > deadline {
                return Err("the worker did not end within 20 s of SIGTERM".into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
