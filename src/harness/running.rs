//! A prompt that is being answered, to its end.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use temporalio_client::errors::WorkflowGetResultError;
use temporalio_common::data_converters::RawValue;
use temporalio_common::protos::temporal::api::enums::v1::PendingActivityState;
use temporalio_common::protos::temporal::api::workflow::v1::PendingActivityInfo;
use tokio::task::JoinHandle;

use super::artefacts::{RunRecord, RunWitness};
use super::ask::Progress;
use super::collect::Collector;
use super::diagnosis::gone;
use super::observe::{self, Handle, temporal};
use super::outcome::{failure_text, read_outcome};
use super::received::deliveries;
use super::run::{Outcome, Run};
use super::run_again::run_again;
use super::turns::Turn;
use super::{Harness, HarnessError};
use crate::capture::{Hold, Misbehaving, MistreatedRequest};
use crate::checks::{Facts, RunEvidence};
use crate::contract::SessionId;
use crate::stack::{Backoff, LogPosition, StatementLog};

/// A workflow's result, or how it ended without one.
type Got = Result<RawValue, WorkflowGetResultError>;

/// A prompt that is being answered.
#[must_use = "a started run is collected by `finish`"]
pub struct RunningAsk<'a> {
    pub(super) harness: &'a Harness,
    pub(super) prompt: String,
    pub(super) session: SessionId,
    pub(super) handle: Handle,
    /// The conversation that the argument names.
    pub(super) conversation: Option<String>,
    /// The connection that the argument names.
    pub(super) connection: Option<String>,
    /// Tells whether other runs of the harness were under way.
    pub(super) turn: Turn,
    pub(super) started_at: SystemTime,
    pub(super) started: Instant,
    pub(super) timeout: Duration,
    pub(super) streamed: bool,
    pub(super) watched: bool,
    pub(super) events: Option<Collector>,
    pub(super) progress: Option<JoinHandle<Progress>>,
    pub(super) statements: StatementLog,
    pub(super) position: LogPosition,
    pub(super) witness: Option<RunWitness>,
    pub(super) record: Option<Arc<RunRecord>>,
    pub(super) held: Option<Hold>,
    pub(super) misbehaving: Vec<Misbehaving>,
}

impl RunningAsk<'_> {
    /// Waits until the run is at the point that it is [held at](super::Ask::hold_at).
    ///
    /// # Errors
    /// When it does not come there within the bound; the error says how far it came.
    pub async fn at_point(&self, within: Duration) -> Result<(), HarnessError> {
        match &self.held {
            Some(hold) => Ok(hold.reached(within).await?),
            None => Err(HarnessError::NotHeld),
        }
    }

    /// Lets a run go on that is held.
    pub fn release(&mut self) {
        self.held = None;
    }

    /// Makes the receiver behave again; gives the requests that it mistreated.
    pub fn behave(&mut self) -> Vec<MistreatedRequest> {
        let misbehaving = std::mem::take(&mut self.misbehaving);
        misbehaving.iter().flat_map(Misbehaving::requests).collect()
    }

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

    /// Waits until Temporal shows that the run's activity is at an attempt, from 1: begun, or about to be.
    ///
    /// # Errors
    /// When it does not come there within the bound; the error says which attempt was seen last.
    pub async fn until_attempt(&self, attempt: i32, within: Duration) -> Result<(), HarnessError> {
        let there = |pending: &[PendingActivityInfo]| {
            let mut pending = pending.iter();
            pending.any(|activity| activity.attempt >= attempt)
        };
        let came = self.until_pending(there, within).await?;
        came.map_err(|pending| HarnessError::NoSuchAttempt {
            workflow_id: self.workflow_id().to_owned(),
            attempt,
            within,
            seen: pending.iter().map(|activity| activity.attempt).collect(),
        })
    }

    /// Waits until Temporal has had a heartbeat of the run's activity after a moment: its answer has told the worker all that
    /// Temporal knew by then, a cancellation too.
    ///
    /// # Errors
    /// When none comes within the bound; the error says which was seen last.
    pub async fn until_heartbeat(
        &self,
        after: SystemTime,
        within: Duration,
    ) -> Result<(), HarnessError> {
        let there = |pending: &[PendingActivityInfo]| {
            let at = observe::beat_of(pending).and_then(|beat| beat.at);
            at.is_some_and(|at| at > after)
        };
        let came = self.until_pending(there, within).await?;
        came.map_err(|pending| HarnessError::NoHeartbeat {
            workflow_id: self.workflow_id().to_owned(),
            within,
            seen: observe::beat_of(&pending).map(|beat| beat.details),
        })
    }

    /// Waits until the workflow has asked Temporal to cancel its activity: the answers to heartbeats say so from now on. Between
    /// [`cancel`](Self::cancel) and this lies a workflow task.
    ///
    /// # Errors
    /// When it does not within the bound; the error says in which states its activities were seen last.
    pub async fn until_cancel_requested(&self, within: Duration) -> Result<(), HarnessError> {
        let there = |pending: &[PendingActivityInfo]| {
            let mut states = pending.iter().map(PendingActivityInfo::state);
            states.any(|state| state == PendingActivityState::CancelRequested)
        };
        let came = self.until_pending(there, within).await?;
        came.map_err(|pending| HarnessError::NoCancelRequest {
            workflow_id: self.workflow_id().to_owned(),
            within,
            seen: pending
                .iter()
                .map(|activity| activity.state().as_str_name())
                .collect(),
        })
    }

    /// Looks at the pending activities until they are as wanted; those that were seen last when they are not in time.
    async fn until_pending(
        &self,
        wanted: impl Fn(&[PendingActivityInfo]) -> bool,
        within: Duration,
    ) -> Result<Result<(), Vec<PendingActivityInfo>>, HarnessError> {
        let deadline = Instant::now() + within;
        let mut backoff = Backoff::new();
        loop {
            let bound = self.harness.settings.call_timeout;
            let pending = observe::pending_activities(&self.handle, bound).await?;
            if wanted(&pending) {
                return Ok(Ok(()));
            }
            if !backoff.pause_within(deadline).await {
                return Ok(Err(pending));
            }
        }
    }

    /// Asks the workflow to end, as a caller does who has lost interest.
    ///
    /// # Errors
    /// When Temporal does not answer.
    pub async fn cancel(&self) -> Result<(), HarnessError> {
        observe::cancel(&self.handle, self.harness.settings.call_timeout).await
    }

    /// Ends the workflow at once; its worker learns of it by its heartbeats.
    ///
    /// # Errors
    /// When Temporal does not answer.
    pub async fn terminate(&self) -> Result<(), HarnessError> {
        observe::terminate(&self.handle, self.harness.settings.call_timeout).await
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
                let pending = observe::pending_activities(&self.handle, call_bound).await?;
                observe::terminate(&self.handle, call_bound).await?;
                Some(pending)
            }
            _ => None,
        };
        self.timeout = self.harness.settings.run_timeout;
        let mut run = self.followed().await?;
        if let Some(pending) = given_up {
            "Running".clone_into(&mut run.evidence.status);
            run.evidence.failure = Some(format!("it had not ended after {within:?}"));
            for (activity, pending) in run.evidence.activities.iter_mut().zip(pending) {
                activity.attempts = pending.attempt;
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
            Some(watching) => collected(watching, settings.longest_hold + call_bound).await,
            None => Progress::default(),
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
            watched: self.watched,
            started_at: Some(started_at),
            duration,
            events,
            deliveries: transcript.as_ref().map(deliveries).unwrap_or_default(),
            result,
            raw_result: raw_result.clone(),
            failure: failure_text(&outcome),
            status: outcome.name().to_owned(),
            visible,
            beats: progress.beat.into_iter().collect(),
            activities: history.activities(),
            history_texts: history.texts(),
            history: history.steps(),
            logged_sql,
            run_again,
            facts: Facts {
                secrets: self.harness.wiring.secrets(),
                heartbeats_unread: progress.unread,
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

/// The result of a task that has nothing left to wait for; it is given up after a bound.
async fn collected(mut task: JoinHandle<Progress>, bound: Duration) -> Progress {
    match tokio::time::timeout(bound, &mut task).await {
        Ok(joined) => joined.unwrap_or_default(),
        Err(_) => {
            task.abort();
            Progress::default()
        }
    }
}
