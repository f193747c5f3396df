//! The least that Temporal can do: a workflow with one activity that returns at once.
#![allow(
    missing_docs,
    reason = "the macros add public constants without documentation"
)]

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use kai_e2e::checks::HistoryStep;
use kai_e2e::harness::RunHistory;
use kai_e2e::worker::{TemporalTarget, connect};
use temporalio_client::{Client, WorkflowStartOptions};
use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_macros::{activities, workflow, workflow_methods};
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::{
    ActivityOptions, Runtime, Worker, WorkerOptions, WorkflowContext, WorkflowResult,
};
use tokio::sync::oneshot;

pub struct Echo;

#[activities]
impl Echo {
    #[activity(name = "echo")]
    pub async fn echo(_ctx: ActivityContext, text: String) -> Result<String, ActivityError> {
        Ok(text)
    }
}

#[workflow]
#[derive(Default)]
pub struct BareWorkflow;

#[workflow_methods]
impl BareWorkflow {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        let options = ActivityOptions::start_to_close_timeout(Duration::from_secs(10));
        Ok(ctx.execute_activity(Echo::echo, text, options).await?)
    }
}

/// A worker of [`BareWorkflow`] and a client for it.
pub struct OneActivity {
    client: Client,
    stop: Box<dyn Fn() + Send>,
    thread: std::thread::JoinHandle<Result<()>>,
}

const QUEUE: &str = "bench-bare-queue";

impl OneActivity {
    pub async fn start(address: &str) -> Result<Self> {
        let target = TemporalTarget::at(address);
        let client = connect(&target, "bench-client").await?;
        let (started, starting) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()?;
            runtime.block_on(async move {
                let client = connect(&target, "bench-worker").await?;
                let options = RuntimeOptions::builder()
                    .heartbeat_interval(None)
                    .build()
                    .map_err(|error| anyhow!(error))?;
                let core = Runtime::from_current_tokio(options)?;
                let options = WorkerOptions::new(QUEUE)
                    .deployment_options(WorkerDeploymentOptions::from_build_id("bench".to_owned()))
                    .register_workflow::<BareWorkflow>()?
                    .register_activities(Echo)
                    .build();
                let mut worker = Worker::new(&core, client, options)?;
                let _ = started.send(Box::new(worker.shutdown_handle()) as Box<dyn Fn() + Send>);
                Ok(worker.run().await?)
            })
        });
        let stop = starting.await.context("the bare worker did not start")?;
        Ok(Self {
            client,
            stop,
            thread,
        })
    }

    /// One workflow, from the call to its result, and its history.
    pub async fn run(&self) -> Result<(Duration, Vec<HistoryStep>)> {
        let id = format!("bench-{}", uuid::Uuid::new_v4().simple());
        let began = Instant::now();
        let handle = self
            .client
            .start_workflow(
                BareWorkflow::run,
                "x".to_owned(),
                WorkflowStartOptions::new(QUEUE, id).build(),
            )
            .await?;
        handle.get_result(Default::default()).await?;
        let took = began.elapsed();
        let events = handle
            .fetch_history(Default::default())
            .into_events()
            .await?;
        Ok((took, RunHistory::new(events).steps()))
    }

    pub async fn stop(self) -> Result<()> {
        (self.stop)();
        tokio::task::spawn_blocking(move || self.thread.join())
            .await?
            .map_err(|_| anyhow!("the bare worker panicked"))?
    }
}
