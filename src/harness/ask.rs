//! One prompt, from the client's call to the collected evidence.

use std::future::{Future, IntoFuture};
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value, json};
use temporalio_client::{UntypedWorkflow, WorkflowStartOptions};

use super::artefacts::{RunRecord, SharedEvents};
use super::collect::{Collector, OnEvent};
use super::observe::{self, Handle};
use super::run::Run;
use super::setup::json_argument;
use super::{Harness, HarnessError, RunningAsk};
use crate::capture::{Hold, Misbehaviour, Point};
use crate::checks::{Beat, SeenEvent};
use crate::contract::{CHAT_WORKFLOW, SessionId, error_chain};

/// The deliveries whose replies are held back until Temporal shows the heartbeat of the one before: moments in the middle of the
/// run that do not depend on how fast the machine is (contract §3: a heartbeat every 5 events). The second is for a heartbeat
/// that took longer to arrive than a reply may be held.
const HELD_DELIVERIES: [u64; 2] = [6, 11];

/// How often Temporal must have answered while a reply was held, or it proves nothing that it showed no heartbeat.
const FEWEST_ANSWERS: usize = 3;

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
    hold: Option<Point>,
    misbehaviours: Vec<(RangeInclusive<u64>, Misbehaviour)>,
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
            hold: None,
            misbehaviours: Vec::new(),
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

    /// Holds the worker at a point of the run, by delaying the receiver's reply, until [`RunningAsk::release`] or the end of the
    /// run's time. It is not held to see its heartbeat then.
    ///
    /// A worker repeats a delivery that is not answered in time, and gives up in the end: contract §3 has 3 seconds a try and
    /// 10 seconds in all. Its agent goes on until as many events wait as its queue holds: without a queue
    /// ([`HarnessSettings::sender`](super::HarnessSettings::sender), `CALLBACK_QUEUE=0`) it stops there, too.
    pub fn hold_at(mut self, point: Point) -> Self {
        self.hold = Some(point);
        self.watch_progress = false;
        self
    }

    /// Makes the receiver misbehave for some requests of this run (from 1), until [`RunningAsk::behave`].
    pub fn misbehave(mut self, requests: RangeInclusive<u64>, what: Misbehaviour) -> Self {
        self.misbehaviours.push((requests, what));
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
        let holds = (self.callback && self.watch_progress).then(|| {
            HELD_DELIVERIES.map(|delivery| {
                let point = before + delivery;
                let longest = settings.longest_hold;
                harness.capture.hold_reply(&session, point, longest)
            })
        });
        let held = self
            .hold
            .map(|point| harness.capture.hold_reply(&session, point, self.timeout));
        let misbehaving = self
            .misbehaviours
            .into_iter()
            .map(|(requests, what)| harness.capture.misbehave(&session, requests, what))
            .collect();
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
        let callback_url = self.callback.then(|| harness.callback_url(&session));
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
                reason: error_chain(&error),
            })?;
        let progress = holds.map(|holds| {
            let handle = harness
                .client
                .get_workflow_handle::<UntypedWorkflow>(&workflow_id);
            let bounds = (self.timeout, settings.longest_hold, settings.call_timeout);
            tokio::spawn(watch_progress(handle, holds, bounds))
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
            watched: self.watch_progress,
            events,
            progress,
            statements,
            position,
            witness,
            record,
            held,
            misbehaving,
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

/// What was seen of a run's heartbeats while it was held.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The last one.
    pub(super) beat: Option<Beat>,
    /// Why it proves nothing that there was none.
    pub(super) unread: Option<String>,
}

/// Waits for each held delivery, reads the heartbeat that Temporal shows then, and lets the run go on: to its end, when one has
/// counted events.
async fn watch_progress(
    handle: Handle,
    holds: [Hold; HELD_DELIVERIES.len()],
    (run, longest_hold, call): (Duration, Duration, Duration),
) -> Progress {
    let mut answered = 0;
    let mut last = None;
    // What is left of them is released when this returns.
    for hold in holds {
        // The next one is not far, once the first is there.
        let within = if answered == 0 { run } else { call };
        if let Err(error) = hold.reached(within).await {
            tracing::debug!(%error, "a run was too short to be held in its middle");
            break;
        }
        match observe::heartbeat(&handle, longest_hold, call).await {
            Ok((beat, answers)) => {
                answered += answers;
                last = beat.or(last);
            }
            Err(error) => return unread(&error),
        }
        if last.as_ref().is_some_and(Beat::shows_progress) {
            break;
        }
    }
    if answered == 0 {
        return Progress::default();
    }
    match observe::last_heartbeat(&handle, last, call).await {
        Err(error) => unread(&error),
        Ok(beat) => {
            let few = answered < FEWEST_ANSWERS && !beat.as_ref().is_some_and(Beat::shows_progress);
            let unread = few.then(|| {
                format!("temporal answered {answered} times in all while the run was held for its heartbeats")
            });
            Progress { beat, unread }
        }
    }
}

fn unread(error: &HarnessError) -> Progress {
    let why = error_chain(error);
    tracing::warn!(error = why, "the heartbeat of a run could not be read");
    Progress {
        beat: None,
        unread: Some(why),
    }
}
