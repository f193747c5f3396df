//! `kai-e2e check` of a worker that somebody else has started: on a queue and in a namespace of the running stack.

use kai_e2e::harness::{Harness, HarnessSettings, Isolation, harness};
use rstest::rstest;

use crate::support::{Result, kai_e2e, output, shown};

/// A worker that polls a namespace of its own, and serves the stack's own collections.
async fn elsewhere(harness: &Harness) -> Result<Harness> {
    let settings = HarnessSettings {
        isolation: Isolation::Master,
        own_namespace: true,
        ..HarnessSettings::from_env()?
    };
    Ok(Harness::on(harness.shared_stack(), settings).await?)
}

fn check(worker: &Harness, namespace: &str, address: &str) -> std::process::Command {
    let mut command = kai_e2e();
    command
        .args(["check", "--scenario", "answered", "--scenario", "quiet"])
        .args([
            "--task-queue",
            worker.task_queue(),
            "--namespace",
            namespace,
        ])
        .args([
            "--address",
            address,
            "--connection-id",
            worker.connection_id(),
        ]);
    command
}

#[rstest]
#[tokio::test]
async fn a_worker_in_another_namespace_is_judged_and_its_namespace_stays(
    #[future(awt)] harness: Harness,
) -> Result {
    let worker = elsewhere(&harness).await?;
    let address = worker.stack().endpoints().temporal_address.clone();
    // The same place under another name.
    let address = address.replace("127.0.0.1:", "localhost:");
    let judged = output(check(&worker, worker.namespace(), &address)).await?;
    assert_eq!(judged.status.code(), Some(0), "{}", shown(&judged));
    let said = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert!(said.contains(" 0 broken, "), "{said}");
    let alike = "seen: [answered, quiet] there is nothing to look at";
    assert!(
        said.contains(alike),
        "what was seen twice is not said once: {said}"
    );

    worker.ask("Berapa jumlah koperasi?").await?.result()?;
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_namespace_that_is_not_there_is_named(#[future(awt)] harness: Harness) -> Result {
    let worker = elsewhere(&harness).await?;
    let address = worker.stack().endpoints().temporal_address.clone();
    let refused = output(check(&worker, "no-such-namespace", &address)).await?;
    assert_eq!(refused.status.code(), Some(3), "{}", shown(&refused));
    assert!(
        shown(&refused).contains("no-such-namespace"),
        "{}",
        shown(&refused)
    );
    let elsewhere = output(check(&worker, worker.namespace(), "127.0.0.1:1")).await?;
    assert_eq!(elsewhere.status.code(), Some(2), "{}", shown(&elsewhere));
    Ok(())
}
