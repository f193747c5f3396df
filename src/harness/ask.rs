//! One prompt, from the client's call to the collected evidence.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use temporalio_client::{UntypedWorkflow, WorkflowStartOptions};
use tokio::task::JoinHandle;

use super::collect::{Collector, OnEvent};
use super::observe::{self, Handle, temporal};
use super::outcome::{failure_text, read_outcome};
use super::run::{Outcome, Run};
use super::setup::json_argument;
use super::{Harness, HarnessError};
use crate::capture::Hold;
use crate::checks::{RunEvidence, SeenEvent};
use crate::contract::{CHAT_WORKFLOW, SessionId};
use crate::stack::{LogPosition, StatementLog};

/// The delivery whose reply is held back until Temporal shows the heartbeat of the fifth: a moment in the middle of
/// the run that does not depend on how fast the machine is (contract §3: a heartbeat every 5 events).
const HELD_DELIVERY: u64 = 6;
/// A worker that sends no heartbeat is held no longer than this.
const LONGEST_HOLD: Duration = Duration::from_secs(2);

/// A prompt that is about to be sent. Await it for the whole [`Run`], or [`start`](Ask::start) it and do something in
/// the meantime.
#[must_use = "a prompt is sent only when it is awaited or started"]
pub struct Ask<'a> {
    harness: &'a Harness,
    prompt: String,
    conversation: Option<String>,
    connection: Option<String>,
    argument: Option<Value>,
    callback: bool,
    watch_progress: bool,
    timeout: Duration,
    on_event: Option<OnEvent>,
}

impl<'a> Ask<'a> {
    pub(super) fn new(harness: &'a Harness, prompt: String) -> Self {
        Self {
            harness,
            prompt,
            conversation: None,
            connection: None,
            argument: None,
            callback: true,
            watch_progress: true,
            timeout: harness.settings.run_timeout,
            on_event: None,
        }
    }

    /// Uses this conversation, whose id is also the session's, instead of one of the run's own.
    pub fn conversation(mut self, id: impl Into<String>) -> Self {
        self.conversation = Some(id.into());
        self
    }

    /// Asks another connection than the prepared one.
    pub fn connection(mut self, id: impl Into<String>) -> Self {
        self.connection = Some(id.into());
        self
    }

    /// Gives no callback URL, so that nothing is streamed.
    pub fn without_callback(mut self) -> Self {
        self.callback = false;
        self
    }

    /// Does not hold the run in its middle to see its heartbeat; what a benchmark wants.
    pub fn without_watching_progress(mut self) -> Self {
        self.watch_progress = false;
        self
    }

    /// Sends this as the workflow's argument instead of the one made of prompt and connection.
    pub fn raw_argument(mut self, argument: Value) -> Self {
        self.argument = Some(argument);
        self
    }

    /// Bounds the run by this instead of `KAI_E2E_RUN_TIMEOUT`.
    pub fn timeout(mut self, bound: Duration) -> Self {
        self.timeout = bound;
        self
    }

    /// Is called with every event as the subscriber receives it.
    pub fn on_event(mut self, listener: impl FnMut(&SeenEvent) + Send + 'static) -> Self {
        self.on_event = Some(Box::new(listener));
        self
    }

    /// Subscribes to the stream and starts the workflow.
    ///
    /// # Errors
    /// When the stream cannot be opened or Temporal does not start the workflow.
    pub async fn start(self) -> Result<RunningAsk<'a>, HarnessError> {
        let harness = self.harness;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let session = SessionId::new(
            self.conversation
                .unwrap_or_else(|| format!("e2e-{}", &id[..12])),
        );
        let hold = (self.callback && self.watch_progress).then(|| {
            harness
                .capture
                .hold_reply(&session, HELD_DELIVERY, LONGEST_HOLD)
        });
        let events = match self.callback {
            true => {
                Some(Collector::start(&harness.capture.stream_url(&session), self.on_event).await?)
            }
            false => None,
        };
        let connection_id = self
            .connection
            .unwrap_or_else(|| harness.connection_id.clone());
        let callback_url = self
            .callback
            .then(|| harness.capture.callback_url(&session));
        let argument = self.argument.unwrap_or_else(|| {
            json!({
                "prompt": self.prompt,
                "connection_id": connection_id,
                "conversation_id": session.as_str(),
                "callback_url": callback_url,
            })
        });
        let statements = harness.stack().statement_log();
        let position = statements.mark().await?;
        let workflow_id = format!("kai-e2e-{id}");
        let options = WorkflowStartOptions::new(&harness.task_queue, &workflow_id).build();
        let started = Instant::now();
        let handle = harness
            .client
            .start_workflow(
                UntypedWorkflow::new(CHAT_WORKFLOW),
                json_argument(&argument),
                options,
            )
            .await
            .map_err(|error| HarnessError::Temporal {
                action: "start",
                workflow_id: workflow_id.clone(),
                reason: crate::contract::error_chain(&error),
            })?;
        let progress = hold.map(|hold| {
            let handle = harness
                .client
                .get_workflow_handle::<UntypedWorkflow>(&workflow_id);
            tokio::spawn(watch_progress(handle, hold, self.timeout))
        });
        Ok(RunningAsk {
            harness,
            prompt: self.prompt,
            session,
            handle,
            started,
            timeout: self.timeout,
            streamed: self.callback,
            events,
            progress,
            statements,
            position,
        })
    }
}

impl<'a> IntoFuture for Ask<'a> {
    type Output = Result<Run, HarnessError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.start().await?.finish().await })
    }
}

/// A prompt that is being answered.
#[must_use = "a started run is collected by `finish`"]
pub struct RunningAsk<'a> {
    harness: &'a Harness,
    prompt: String,
    session: SessionId,
    handle: Handle,
    started: Instant,
    timeout: Duration,
    streamed: bool,
    events: Option<Collector>,
    progress: Option<JoinHandle<Option<String>>>,
    statements: StatementLog,
    position: LogPosition,
}

impl RunningAsk<'_> {
    /// The workflow's id.
    pub fn workflow_id(&self) -> &str {
        &self.handle.info().workflow_id
    }

    /// The stream's session.
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// The workflow's handle.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Waits for the end of the workflow and collects what was seen of it.
    ///
    /// # Errors
    /// When the workflow does not end in time, or the evidence cannot be collected.
    pub async fn finish(self) -> Result<Run, HarnessError> {
        let settle = self.harness.settings.settle_timeout;
        let got =
            tokio::time::timeout(self.timeout, self.handle.get_result(Default::default())).await;
        let duration = self.started.elapsed();
        let Ok(got) = got else {
            return Err(HarnessError::RunTimeout {
                workflow_id: self.workflow_id().to_owned(),
                bound: self.timeout,
                last_seen: observe::state(&self.handle).await,
            });
        };
        let (outcome, raw_result) = read_outcome(got)
            .map_err(|error| temporal("give the result of", &self.handle, &error))?;
        let result = match &outcome {
            Outcome::Completed(result) => Some(result.clone()),
            _ => None,
        };
        let events = match self.events {
            Some(collector) => collector.finish(settle).await?,
            None => Vec::new(),
        };
        let progress = match self.progress {
            // A run that is over without having been held will not be held any more.
            Some(watching) => collected(watching, LONGEST_HOLD).await,
            None => None,
        };
        let visible = observe::visible(&self.harness.client, &self.handle, settle).await?;
        let history = observe::history(&self.handle).await?;
        let reported = result
            .as_ref()
            .map_or(&[][..], |result| &result.sql_queries);
        let logged_sql = observe::logged(
            &self.statements,
            self.position,
            &self.harness.stack().endpoints().postgres,
            reported,
            settle,
        )
        .await?;
        let evidence = RunEvidence {
            workflow_id: self.handle.info().workflow_id.clone(),
            streamed: self.streamed,
            events,
            result,
            failure: failure_text(&outcome),
            visible,
            progress: progress.into_iter().collect(),
            history: history.steps(),
            logged_sql,
        };
        Ok(Run {
            prompt: self.prompt,
            run_id: self.handle.info().run_id.clone().unwrap_or_default(),
            session: self.session.to_string(),
            task_queue: self.harness.task_queue.clone(),
            outcome,
            raw_result,
            duration,
            history,
            evidence,
        })
    }
}

/// Waits for the held delivery, reads the heartbeat that Temporal shows then, and lets the run go on.
async fn watch_progress(handle: Handle, hold: Hold, bound: Duration) -> Option<String> {
    if let Err(error) = hold.reached(bound).await {
        tracing::debug!(%error, "a run was too short to be held in its middle");
        return None;
    }
    let seen = observe::heartbeat(&handle, LONGEST_HOLD).await;
    hold.release();
    match seen {
        Ok(details) => details,
        Err(error) => {
            tracing::warn!(%error, "the heartbeat of a run could not be read");
            None
        }
    }
}

/// The result of a task that has nothing left to wait for; it is given up after a bound.
async fn collected(mut task: JoinHandle<Option<String>>, bound: Duration) -> Option<String> {
    match tokio::time::timeout(bound, &mut task).await {
        Ok(joined) => joined.ok().flatten(),
        Err(_) => {
            task.abort();
            None
        }
    }
}
