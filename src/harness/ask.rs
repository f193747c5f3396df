//! One prompt, from the client's call to the collected evidence.

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value, json};
use temporalio_client::errors::WorkflowGetResultError;
use temporalio_client::{UntypedWorkflow, WorkflowStartOptions};
use temporalio_common::data_converters::RawValue;
use tokio::task::JoinHandle;

use super::artefacts::{RunRecord, RunWitness, SharedEvents};
use super::collect::{Collector, OnEvent};
use super::diagnosis::gone;
use super::observe::{self, Handle, temporal};
use super::outcome::{failure_text, read_outcome};
use super::received::deliveries;
use super::run::{Outcome, Run};
use super::run_again::run_again;
use super::setup::json_argument;
use super::turns::Turn;
use super::{Harness, HarnessError};
use crate::capture::Hold;
use crate::checks::{Beat, Facts, RunEvidence, SeenEvent};
use crate::contract::{CHAT_WORKFLOW, SessionId};
use crate::stack::{LogPosition, StatementLog};

/// The delivery whose reply is held back until Temporal shows the heartbeat of the fifth: a moment in the middle of
/// the run that does not depend on how fast the machine is (contract §3: a heartbeat every 5 events).
const HELD_DELIVERY: u64 = 6;

/// Changes the workflow's argument.
type Edit = Box<dyn FnOnce(&mut Map<String, Value>) + Send>;

/// A prompt that is about to be sent. Await it for the whole [`Run`], or [`start`](Ask::start) it and do something in
/// the meantime.
#[must_use = "a prompt is sent only when it is awaited or started"]
pub struct Ask<'a> {
    harness: &'a Harness,
    prompt: String,
    conversation: Option<String>,
    continuing: Option<String>,
    connection: Option<String>,
    argument: Option<Value>,
    edit: Option<Edit>,
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
            continuing: None,
            connection: None,
            argument: None,
            edit: None,
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

    /// Belongs to this conversation, over a stream of the run's own: a stream ends with its `done`, and a conversation goes on.
    pub fn continuing(mut self, id: impl Into<String>) -> Self {
        self.continuing = Some(id.into());
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

    /// Changes the argument that is made of prompt and connection, before it is sent.
    pub fn edit_argument(
        mut self,
        edit: impl FnOnce(&mut Map<String, Value>) + Send + 'static,
    ) -> Self {
        self.edit = Some(Box::new(edit));
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
    /// When the stream cannot be opened or Temporal does not start the workflow; [`HarnessError::ServiceGone`] when that is
    /// because a service has died.
    pub async fn start(self) -> Result<RunningAsk<'a>, HarnessError> {
        let harness = self.harness;
        match self.begin().await {
            Ok(running) => Ok(running),
            Err(error) => Err(harness.failed(error).await),
        }
    }

    async fn begin(self) -> Result<RunningAsk<'a>, HarnessError> {
        let harness = self.harness;
        let settings = &harness.settings;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let session = SessionId::new(
            self.conversation
                .unwrap_or_else(|| format!("e2e-{}", &id[..12])),
        );
        // A session may have served runs before.
        let before = harness.capture.accepted(&session);
        let hold = (self.callback && self.watch_progress).then(|| {
            harness
                .capture
                .hold_reply(&session, before + HELD_DELIVERY, settings.longest_hold)
        });
        let seen = SharedEvents::default();
        let events = match self.callback {
            true => {
                let url = harness.capture.stream_url(&session);
                let from = if before > 0 { "latest" } else { "earliest" };
                Some(Collector::start(&url, from, Arc::clone(&seen), self.on_event).await?)
            }
            false => None,
        };
        let connection_id = self
            .connection
            .unwrap_or_else(|| harness.connection_id.clone());
        let callback_url = self
            .callback
            .then(|| harness.capture.callback_url(&session));
        let mut argument = self.argument.unwrap_or_else(|| {
            json!({
                "prompt": self.prompt,
                "connection_id": connection_id,
                "conversation_id": self.continuing.as_deref().unwrap_or(session.as_str()),
                "callback_url": callback_url,
            })
        });
        if let (Some(edit), Value::Object(argument)) = (self.edit, &mut argument) {
            edit(argument);
        }
        let turn = harness.turns.take();
        let statements = harness.stack().statement_log();
        let position = statements.mark().await?;
        let workflow_id = format!("kai-e2e-{id}");
        let witness = harness.witness.of_runs();
        let record = witness.as_ref().map(|witness| {
            let record = Arc::new(RunRecord::started(
                &workflow_id,
                session.as_str(),
                &self.prompt,
                &harness.task_queue,
                seen,
            ));
            witness.add(Arc::clone(&record));
            record
        });
        let options = WorkflowStartOptions::new(&harness.task_queue, &workflow_id).build();
        let (started_at, started) = (SystemTime::now(), Instant::now());
        let bound = settings.call_timeout;
        let starting = harness.client.start_workflow(
            UntypedWorkflow::new(CHAT_WORKFLOW),
            json_argument(&argument),
            options,
        );
        let handle = tokio::time::timeout(bound, starting)
            .await
            .map_err(|_| observe::unanswered("start", &workflow_id, bound))?
            .map_err(|error| HarnessError::Temporal {
                action: "start",
                workflow_id: workflow_id.clone(),
                reason: crate::contract::error_chain(&error),
            })?;
        let progress = hold.map(|hold| {
            let handle = harness
                .client
                .get_workflow_handle::<UntypedWorkflow>(&workflow_id);
            let bounds = (self.timeout, settings.longest_hold, settings.call_timeout);
            tokio::spawn(watch_progress(handle, hold, bounds))
        });
        Ok(RunningAsk {
            harness,
            prompt: self.prompt,
            session,
            handle,
            turn,
            conversation: argument
                .get("conversation_id")
                .and_then(Value::as_str)
                .map(str::to_owned),
            connection: argument
                .get("connection_id")
                .and_then(Value::as_str)
                .map(str::to_owned),
            started_at,
            started,
            timeout: self.timeout,
            streamed: self.callback,
            events,
            progress,
            statements,
            position,
            witness,
            record,
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

/// A workflow's result, or how it ended without one.
type Got = Result<RawValue, WorkflowGetResultError>;

/// A prompt that is being answered.
#[must_use = "a started run is collected by `finish`"]
pub struct RunningAsk<'a> {
    harness: &'a Harness,
    prompt: String,
    session: SessionId,
    handle: Handle,
    /// The conversation that the argument names.
    conversation: Option<String>,
    /// The connection that the argument names.
    connection: Option<String>,
    /// Tells whether other runs of the harness were under way.
    turn: Turn,
    started_at: SystemTime,
    started: Instant,
    timeout: Duration,
    streamed: bool,
    events: Option<Collector>,
    progress: Option<JoinHandle<Option<Beat>>>,
    statements: StatementLog,
    position: LogPosition,
    witness: Option<RunWitness>,
    record: Option<Arc<RunRecord>>,
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
    /// When the workflow does not end in time, or the evidence cannot be collected; [`HarnessError::ServiceGone`] when that
    /// is because a service has died.
    pub async fn finish(self) -> Result<Run, HarnessError> {
        let harness = self.harness;
        let record = self.record.clone();
        match self.followed().await {
            Ok(run) => {
                if let Some(record) = record {
                    record.finished(&run);
                }
                Ok(run)
            }
            Err(error) => {
                if let Some(record) = record {
                    record.failed(&error);
                }
                Err(harness.failed(error).await)
            }
        }
    }

    /// As [`finish`](Self::finish), but a run that does not end within a time is no error: it is terminated then, and what was
    /// seen of it says that it was still running, and with which attempts.
    ///
    /// # Errors
    /// When the evidence cannot be collected.
    pub(super) async fn ended_or_given_up(mut self, within: Duration) -> Result<Run, HarnessError> {
        self.timeout = within;
        let record = self.record.clone();
        let call_bound = self.harness.settings.call_timeout;
        let given_up = match self.result().await {
            Err(HarnessError::RunTimeout { .. }) => {
                let attempts = observe::pending_attempts(&self.handle, call_bound).await?;
                observe::terminate(&self.handle, call_bound).await?;
                Some(attempts)
            }
            _ => None,
        };
        self.timeout = self.harness.settings.run_timeout;
        let mut run = self.followed().await?;
        if let Some(attempts) = given_up {
            "Running".clone_into(&mut run.evidence.status);
            run.evidence.failure = Some(format!("it had not ended after {within:?}"));
            for (activity, attempts) in run.evidence.activities.iter_mut().zip(attempts) {
                activity.attempts = attempts;
            }
        }
        if let Some(record) = record {
            record.finished(&run);
        }
        Ok(run)
    }

    /// What the client gets when the workflow ends. A run that takes long may wait for a service that is gone: the services
    /// are looked at after a while, and then again after twice as long.
    async fn result(&self) -> Result<Got, HarnessError> {
        let began = Instant::now();
        let mut patience = self.harness.settings.look_after;
        let mut getting = pin!(self.handle.get_result(Default::default()));
        loop {
            let left = self.timeout.saturating_sub(began.elapsed());
            if let Ok(got) = tokio::time::timeout(patience.min(left), &mut getting).await {
                return Ok(got);
            }
            if began.elapsed() >= self.timeout {
                let call_bound = self.harness.settings.call_timeout;
                return Err(HarnessError::RunTimeout {
                    workflow_id: self.workflow_id().to_owned(),
                    bound: self.timeout,
                    last_seen: observe::state(&self.handle, call_bound).await,
                });
            }
            let gone = tokio::select! {
                got = &mut getting => return Ok(got),
                gone = gone(&self.harness.stack) => gone,
            };
            if let Some(gone) = gone {
                return Err(HarnessError::ServiceGone {
                    gone,
                    followed: format!(
                        "workflow {} had not ended after {:.1} s",
                        self.workflow_id(),
                        began.elapsed().as_secs_f64()
                    ),
                });
            }
            patience *= 2;
        }
    }

    async fn followed(self) -> Result<Run, HarnessError> {
        let settings = &self.harness.settings;
        let (settle, call_bound) = (settings.settle_timeout, settings.call_timeout);
        let started_at = self.started_at;
        let got = self.result().await?;
        let duration = self.started.elapsed();
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
            Some(watching) => collected(watching, settings.longest_hold).await,
            None => None,
        };
        let visible =
            observe::visible(&self.harness.client, &self.handle, settle, call_bound).await?;
        let history = observe::history(&self.handle, call_bound).await?;
        let reported = result
            .as_ref()
            .map_or(&[][..], |result| &result.sql_queries);
        let logged_sql = observe::logged(
            &self.statements,
            self.position,
            self.harness.postgres(),
            reported,
            settle,
        )
        .await?;
        let gone = match &outcome {
            Outcome::Completed(result) if result.error.is_none() => None,
            _ => gone(&self.harness.stack).await.map(Arc::new),
        };
        let run_again = run_again(self.harness.postgres(), reported, settle * 2).await;
        let transcript = self.harness.capture.transcript(&self.session);
        let evidence = RunEvidence {
            workflow_id: self.handle.info().workflow_id.clone(),
            task_queue: self.harness.task_queue.clone(),
            conversation: self.conversation,
            alone: self.turn.was_alone(),
            streamed: self.streamed,
            started_at: Some(started_at),
            duration,
            events,
            deliveries: transcript.as_ref().map(deliveries).unwrap_or_default(),
            result,
            raw_result: raw_result.clone(),
            failure: failure_text(&outcome),
            status: outcome.name().to_owned(),
            visible,
            beats: progress.into_iter().collect(),
            activities: history.activities(),
            history_texts: history.texts(),
            history: history.steps(),
            logged_sql,
            run_again,
            facts: Facts {
                secrets: self.harness.wiring.secrets(),
                ..Facts::default()
            },
            others: Vec::new(),
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
            gone,
            database: self.harness.database_of(self.connection.as_deref()),
            witness: self.witness,
            failures: self.harness.failures.clone(),
        })
    }
}

/// Waits for the held delivery, reads the heartbeat that Temporal shows then, and lets the run go on.
async fn watch_progress(
    handle: Handle,
    hold: Hold,
    (run, longest_hold, call): (Duration, Duration, Duration),
) -> Option<Beat> {
    if let Err(error) = hold.reached(run).await {
        tracing::debug!(%error, "a run was too short to be held in its middle");
        return None;
    }
    let seen = observe::heartbeat(&handle, longest_hold, call).await;
    hold.release();
    match seen {
        Ok(beat) => beat,
        Err(error) => {
            tracing::warn!(%error, "the heartbeat of a run could not be read");
            None
        }
    }
}

/// The result of a task that has nothing left to wait for; it is given up after a bound.
async fn collected(mut task: JoinHandle<Option<Beat>>, bound: Duration) -> Option<Beat> {
    match tokio::time::timeout(bound, &mut task).await {
        Ok(joined) => joined.ok().flatten(),
        Err(_) => {
            task.abort();
            None
        }
    }
}
