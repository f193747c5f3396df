//! The guide on changing a workflow (`docs/workflow-changes.md`): its code runs, and does to old runs what the guide says.

mod before;
mod deprecated;
mod patched;
mod steps;
mod unpatched;

use kai_e2e::harness::{Harness, RunHistory, harness};
use kai_e2e::worker::{TemporalTarget, connect};
use rstest::rstest;
use temporalio_client::{UntypedWorkflow, WorkflowStartOptions};
use temporalio_common::WorkflowDefinition;
use temporalio_common::data_converters::{PayloadConverter, RawValue};
use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::workflow_replayer::{
    WorkflowReplayError, WorkflowReplayFailure, WorkflowReplayer, WorkflowReplayerOptions,
};
use temporalio_sdk::{Runtime, Worker, WorkerOptions};
use temporalio_workflow::workflows::WorkflowImplementation;
use tokio::sync::oneshot;

use crate::support::Result;
use steps::Steps;

const GUIDE: &str = include_str!("../../../docs/workflow-changes.md");

/// The code that people read is the code that runs here.
#[rstest]
#[case::before(include_str!("before.rs"))]
#[case::unpatched(include_str!("unpatched.rs"))]
#[case::patched(include_str!("patched.rs"))]
#[case::deprecated(include_str!("deprecated.rs"))]
fn the_guide_shows_the_code_that_is_tested(#[case] code: &str) {
    let from = code.find("#[workflow_methods]").expect("its methods");
    let block = format!("```rust\n{}```", &code[from..]);
    assert!(
        GUIDE.contains(&block),
        "docs/workflow-changes.md lacks\n{block}"
    );
}

/// The table of the guide: which workflow may take over which runs.
#[rstest]
#[tokio::test]
async fn a_change_takes_over_the_runs_that_the_guide_says(
    #[future(awt)] harness: Harness,
) -> Result {
    let old = run_of::<before::AnswerWorkflow>(&harness).await?;
    let marked = run_of::<patched::AnswerWorkflow>(&harness).await?;
    let late = run_of::<deprecated::AnswerWorkflow>(&harness).await?;
    let clean = run_of::<unpatched::AnswerWorkflow>(&harness).await?;

    let mut table = String::new();
    let mut row = |workflow: &str, cells: [bool; 4]| {
        let cells = cells.map(|replays| if replays { "yes" } else { "no" });
        table.push_str(&format!("| {workflow} | {} |\n", cells.join(" | ")));
    };
    let all = [&old, &marked, &late, &clean];
    row("before", takes_over::<before::AnswerWorkflow>(all).await?);
    row(
        "`patched`",
        takes_over::<patched::AnswerWorkflow>(all).await?,
    );
    row(
        "`deprecate_patch`",
        takes_over::<deprecated::AnswerWorkflow>(all).await?,
    );
    row(
        "neither",
        takes_over::<unpatched::AnswerWorkflow>(all).await?,
    );
    assert!(GUIDE.contains(&table), "the guide's table is not\n{table}");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn an_unpatched_change_fails_old_runs_with_the_error_that_the_guide_quotes(
    #[future(awt)] harness: Harness,
) -> Result {
    let old = run_of::<before::AnswerWorkflow>(&harness).await?;
    let said = replayed::<unpatched::AnswerWorkflow>(&old)
        .await?
        .ok_or("it replays")?;
    let quoted = GUIDE
        .lines()
        .find(|line| line.starts_with("[TMPRL1100]"))
        .ok_or("the guide quotes no error")?;
    assert!(said.contains(quoted), "{said}");
    Ok(())
}

async fn takes_over<W>(histories: [&RunHistory; 4]) -> Result<[bool; 4]>
where
    W: WorkflowImplementation,
    <W::Run as WorkflowDefinition>::Input: Send,
{
    let mut taken = [false; 4];
    for (taken, history) in taken.iter_mut().zip(histories) {
        *taken = replayed::<W>(history).await?.is_none();
    }
    Ok(taken)
}

/// Replays a history with a workflow; the error of a decision that differs, or none.
async fn replayed<W>(history: &RunHistory) -> Result<Option<String>>
where
    W: WorkflowImplementation,
    <W::Run as WorkflowDefinition>::Input: Send,
{
    let options = WorkflowReplayerOptions::new()
        .register_workflow::<W>()?
        .build();
    let replayer = WorkflowReplayer::new(options)?;
    match replayer.replay_workflow(history.for_replay()).await {
        Ok(()) => Ok(None),
        Err(WorkflowReplayError::Replay(WorkflowReplayFailure::Nondeterminism { message })) => {
            Ok(Some(message))
        }
        Err(error) => Err(error.into()),
    }
}

type Stop = Box<dyn Fn() + Send>;

/// One run of a workflow on the real Temporal.
async fn run_of<W>(harness: &Harness) -> Result<RunHistory>
where
    W: WorkflowImplementation + Default + 'static,
    <W::Run as WorkflowDefinition>::Input: Send,
{
    let queue = format!("changes-{}", uuid::Uuid::new_v4().simple());
    let target = TemporalTarget::Address {
        address: harness.stack().endpoints().temporal_address.clone(),
        namespace: harness.namespace().to_owned(),
    };
    let (start, started) = oneshot::channel();
    let (there, polled) = (target.clone(), queue.clone());
    // The SDK's `run` cannot move between threads.
    let worker = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(poll::<W>(there, polled, start)),
            Err(error) => drop(start.send(Err(error.to_string()))),
        }
    });
    let stop = started.await??;
    let options = WorkflowStartOptions::new(&queue, &queue).build();
    let question = RawValue::from_value(&" Berapa? ".to_owned(), &PayloadConverter::default());
    let workflow = UntypedWorkflow::new("AnswerWorkflow");
    let handle = harness
        .client()
        .start_workflow(workflow, question, options)
        .await?;
    let ended = handle.get_result(Default::default()).await;
    stop();
    tokio::task::spawn_blocking(move || worker.join())
        .await?
        .map_err(|_| "the worker panicked")?;
    ended?;
    Ok(RunHistory::fetch(&target, &queue).await?)
}

async fn poll<W>(
    target: TemporalTarget,
    queue: String,
    start: oneshot::Sender<std::result::Result<Stop, String>>,
) where
    W: WorkflowImplementation + Default + 'static,
    <W::Run as WorkflowDefinition>::Input: Send,
{
    let mut worker = match worker::<W>(target, queue).await {
        Ok(worker) => worker,
        Err(error) => return drop(start.send(Err(error.to_string()))),
    };
    if start.send(Ok(Box::new(worker.shutdown_handle()))).is_ok() {
        // How it ends, the run has shown.
        drop(worker.run().await);
    }
}

async fn worker<W>(target: TemporalTarget, queue: String) -> Result<Worker>
where
    W: WorkflowImplementation + Default + 'static,
    <W::Run as WorkflowDefinition>::Input: Send,
{
    let client = connect(&target, "changes").await?;
    let runtime = RuntimeOptions::builder().heartbeat_interval(None).build()?;
    let options = WorkerOptions::new(queue)
        .deployment_options(WorkerDeploymentOptions::from_build_id("changes".to_owned()))
        .register_workflow_with_factory::<W, _>(W::default)?
        .register_activities(Steps)
        .build();
    Ok(Worker::new(
        &Runtime::from_current_tokio(runtime)?,
        client,
        options,
    )?)
}
