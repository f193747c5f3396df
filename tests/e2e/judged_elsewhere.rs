//! `kai-e2e check` of a worker that somebody else has started: on a queue and in a namespace of the running stack.

use std::time::Duration;

use futures::TryStreamExt;
use kai_e2e::checks::{Scenario, Standing};
use kai_e2e::harness::battery::{Battery, BatterySettings, Subject};
use kai_e2e::harness::{
    Harness, HarnessSettings, Isolation, WorkerCommand, expect_eventually_within, harness,
};
use rstest::rstest;
use temporalio_client::UntypedWorkflow;

use crate::support::{OwnDatabaseOfTheStack, Result, kai_e2e, output, shown};

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
        .args(["--scenario", "taken-over"])
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
    let _alone = OwnDatabaseOfTheStack::alone(&harness).await?;
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
    // What would take its process is not run, and not said to be.
    assert!(said.contains(" not judged, in 2 scenarios and "), "{said}");
    let told = String::from_utf8_lossy(&judged.stderr).into_owned();
    assert!(told.contains("[quiet]"), "{told}");
    assert!(!told.contains("[taken-over]"), "{told}");

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

/// How many workflow tasks of a harness's namespace were started and not completed in time.
async fn lost_tasks(harness: &Harness) -> Result<usize> {
    let client = harness.client();
    let listed: Vec<_> = client
        .list_workflows("", Default::default())
        .try_collect()
        .await?;
    let mut lost = 0;
    for workflow in listed {
        let handle = client.get_workflow_handle::<UntypedWorkflow>(workflow.id());
        let events = handle
            .fetch_history(Default::default())
            .into_events()
            .await?;
        lost += events
            .iter()
            .filter(|event| format!("{:?}", event.event_type()) == "WorkflowTaskTimedOut")
            .count();
    }
    Ok(lost)
}

/// A workflow task that Temporal notes as started and that its worker never sees: a busy Temporal does that of itself. It says
/// nothing of the worker, which is asked again.
#[rstest]
#[tokio::test]
async fn a_worker_whose_task_was_lost_on_its_way_is_asked_again(
    #[future(awt)] harness: Harness,
) -> Result {
    let _alone = OwnDatabaseOfTheStack::alone(&harness).await?;
    let settings = HarnessSettings {
        isolation: Isolation::Master,
        own_namespace: true,
        worker: false,
        ..HarnessSettings::from_env()?
    };
    let elsewhere = Harness::on(harness.shared_stack(), settings).await?;
    let own = WorkerCommand::own(env!("CARGO_BIN_EXE_kai-e2e"));
    let bound = Duration::from_secs(60);
    let process = elsewhere.start_worker(&own, bound).await?;
    process.pause();
    let subject = Subject::Elsewhere {
        task_queue: elsewhere.task_queue().to_owned(),
        namespace: Some(elsewhere.namespace().to_owned()),
        connection_id: Some(elsewhere.connection_id().to_owned()),
    };
    let settings = BatterySettings {
        scenarios: vec![Scenario::Answered],
        ..BatterySettings::default()
    };
    let battery = Battery::new(harness.shared_stack(), subject, settings);
    let look = async || lost_tasks(&elsewhere).await;
    let gone_on = async {
        let lost =
            expect_eventually_within(bound, "a workflow task is lost", look, |lost| *lost > 0)
                .await;
        process.resume();
        lost
    };
    let (report, lost) = tokio::join!(battery.run(&|_| ()), gone_on);
    assert_eq!(lost?, 1, "the worker has them again");
    let report = report?;
    let of_tasks = |id: &str| report.verdicts.iter().find(|verdict| verdict.id == id);
    for id in ["history.no-failed-workflow-tasks", "timing.first-event"] {
        let standing = of_tasks(id).map(|verdict| verdict.standing);
        assert_eq!(standing, Some(Standing::Held), "{id}: {:?}", of_tasks(id));
    }
    assert_eq!(report.broken().count(), 0, "{:?}", report.verdicts);
    process.kill().await;
    Ok(elsewhere.stop().await?)
}
