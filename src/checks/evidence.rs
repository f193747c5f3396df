//! What was seen from outside the worker.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ProcessEvidence, Scenario};
use crate::contract::protocol::{StreamChecker, StreamPlace, Violation};
use crate::contract::{ChatResult, Event, EventId, Secret};

/// What was seen in the scenarios that were run, and why others could not be.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    scenarios: BTreeMap<Scenario, Result<Box<RunEvidence>, String>>,
}

impl Evidence {
    /// The evidence of one run that was simply to be answered.
    pub fn of_run(run: RunEvidence) -> Self {
        let mut evidence = Self::default();
        evidence.observed_in(Scenario::Answered, run);
        evidence
    }

    /// Adds what was seen in a scenario.
    pub fn observed_in(&mut self, scenario: Scenario, run: RunEvidence) {
        self.scenarios.insert(scenario, Ok(Box::new(run)));
    }

    /// Notes why a scenario could not be run: what it would have shown is not judged.
    pub fn not_run(&mut self, scenario: Scenario, why: impl Into<String>) {
        self.scenarios.insert(scenario, Err(why.into()));
    }

    /// What was seen in a scenario, or why it could not be run; none when nobody asked for it.
    pub(super) fn of(&self, scenario: Scenario) -> Option<Result<&RunEvidence, &str>> {
        Some(match self.scenarios.get(&scenario)? {
            Ok(run) => Ok(run),
            Err(why) => Err(why),
        })
    }

    /// Every scenario that was observed.
    pub fn observed(&self) -> impl Iterator<Item = (Scenario, &RunEvidence)> {
        self.scenarios
            .iter()
            .filter_map(|(scenario, run)| Some((*scenario, &**run.as_ref().ok()?)))
    }

    /// Whether there is one scenario only.
    pub(super) fn is_single(&self) -> bool {
        self.scenarios.len() == 1
    }
}

/// Everything that was seen of one run. What a scenario does not look at stays empty.
#[derive(Debug, Clone, Default)]
pub struct RunEvidence {
    /// The workflow's id.
    pub workflow_id: String,
    /// The task queue that it was started on.
    pub task_queue: String,
    /// The conversation that was given, which is the stream's session too.
    pub conversation: Option<String>,
    /// Whether no other run worked on the same database at the same time, so that its log is this run's.
    pub alone: bool,
    /// Whether a callback URL was given, so that a stream can be expected.
    pub streamed: bool,
    /// Whether the run was to be held in its middle, so that its heartbeats could be looked at.
    pub watched: bool,
    /// When the client started the workflow.
    pub started_at: Option<SystemTime>,
    /// How long the client waited for the result.
    pub duration: Duration,
    /// The events, as a subscriber received them.
    pub events: Vec<SeenEvent>,
    /// The same stream, as other subscribers received it: by the name of each.
    pub others: Vec<(String, Vec<SeenEvent>)>,
    /// What the worker posted, as it arrived: accepted, repeated or refused.
    pub deliveries: Vec<Delivery>,
    /// The workflow's result, when it completed with one.
    pub result: Option<ChatResult>,
    /// The workflow's result exactly as it came.
    pub raw_result: Option<Value>,
    /// Why there is no result, in Temporal's words.
    pub failure: Option<String>,
    /// How the workflow ended, as Temporal spells it (`Completed`, `Failed`, `Canceled`, …).
    pub status: String,
    /// What a visibility query for the workflow id returned.
    pub visible: Vec<VisibleWorkflow>,
    /// The heartbeats that Temporal showed while the activity was running, oldest first, without repetitions.
    pub beats: Vec<Beat>,
    /// The workflow's history.
    pub history: Vec<HistoryStep>,
    /// Every payload and message of the history, as text.
    pub history_texts: String,
    /// The activities of the history.
    pub activities: Vec<ActivityEvidence>,
    /// What Postgres itself logged for the agent's user and database while the run lasted.
    pub logged_sql: Vec<LoggedSql>,
    /// What the reported statements return when they are run again, in the order in which they were reported.
    pub run_again: Vec<RunAgain>,
    /// What only one scenario looks at.
    pub facts: Facts,
}

/// What only some scenarios look at.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// From when on the run's statement was made to wait, and for how long.
    pub waited: Option<(SystemTime, Duration)>,
    /// Whether the statement was still there some time after the run had ended.
    pub statement_left: Option<bool>,
    /// A digest of all data before, and after.
    pub data: Option<(String, String)>,
    /// What no event, result, heartbeat, history or log may hold, by the name of each.
    pub secrets: Vec<(String, Secret)>,
    /// What the worker wrote to its output, when it is a process that was started for this.
    pub output: Option<String>,
    /// The run that went on beside this one, or before it in the same session.
    pub other_run: Option<Box<RunEvidence>>,
    /// Whether both had begun to stream before either had gone on.
    pub overlapped: bool,
    /// What a process showed of itself.
    pub process: Option<ProcessEvidence>,
    /// Why it proves nothing that Temporal showed no heartbeat with progress: it hardly answered while the run was held for it.
    pub heartbeats_unread: Option<String>,
    /// Whether a full receiver took the first event of another session once a session had ended.
    pub freed: Option<bool>,
    /// What the SDK's replayer says of the history; none when nobody asked it, as where the workflow's code is not this
    /// crate's.
    pub replay: Option<Result<(), String>>,
}

/// One heartbeat of an activity, as Temporal showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// When Temporal had it; none when it does not say.
    pub at: Option<SystemTime>,
    /// Its details.
    pub details: String,
}

/// One event and when the subscriber had it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenEvent {
    /// The event.
    pub event: Event,
    /// Where it stands in its session, when the stream says so: run, attempt and number.
    pub id: Option<EventId>,
    /// The clock of this machine, which is also the services'.
    pub received_at: SystemTime,
}

impl SeenEvent {
    /// The attempt that sent it, when the stream says so.
    pub fn attempt(&self) -> Option<u32> {
        self.id.map(|id| id.attempt)
    }
}

/// One request of the worker's to the receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// When it came.
    pub at: SystemTime,
    /// The event's type; empty when the body could not be read.
    pub kind: String,
    /// The session that the body named.
    pub session: String,
    /// The attempt, when the worker says it.
    pub attempt: Option<u32>,
    /// The number, when the worker says it.
    pub seq: Option<u64>,
    /// The run of its session, when the receiver has taken it.
    pub run: Option<u32>,
    /// The status of the answer; none when there was no whole answer.
    pub status: Option<u16>,
    /// Why it was refused, when the worker is to blame.
    pub refused: Option<String>,
}

/// The deliveries that the receiver took and that came after their run's `done`.
pub(super) fn after_done(deliveries: &[Delivery]) -> Vec<&Delivery> {
    let mut ended = Vec::new();
    let mut late = Vec::new();
    for delivery in deliveries {
        if delivery.run.is_some() && ended.contains(&delivery.run) {
            late.push(delivery);
        } else if delivery.kind == "done" {
            ended.push(delivery.run);
        }
    }
    late
}

/// One activity of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActivityEvidence {
    /// Its type.
    pub name: String,
    /// The last attempt that was started.
    pub attempts: i32,
    /// The longest time of an attempt; none: without end.
    pub start_to_close: Option<Duration>,
    /// The longest silence between two heartbeats; none: without end.
    pub heartbeat: Option<Duration>,
    /// How many attempts the retry policy allows; 0: without end.
    pub maximum_attempts: i32,
    /// The failure of the attempt before the last one: its type and what it says.
    pub retried_after: Option<(String, String)>,
    /// How it ended: `completed`, `failed`, `cancelled`, `timed out`, or empty.
    pub ended: String,
    /// The innermost failure: its type and what it says.
    pub failure: Option<(String, String)>,
}

/// One row of a visibility query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleWorkflow {
    /// The workflow type.
    pub workflow_type: String,
    /// The status, as Temporal spells it (`Completed`, `Failed`, …).
    pub status: String,
    /// The task queue.
    pub task_queue: String,
}

/// One event of the workflow's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryStep {
    /// Counted from 1.
    pub id: i64,
    /// The event type, as Temporal spells it (`ActivityTaskScheduled`, …).
    pub kind: String,
    /// What matters of its attributes: the activity's type, the attempt, time-outs, the failure.
    pub detail: String,
    /// When it happened.
    #[serde(skip)]
    pub at: Option<SystemTime>,
}

impl HistoryStep {
    /// The detail of a workflow task that timed out before anybody took it.
    pub const NOT_STARTED: &str = "nobody took it in time";
    /// The detail of a workflow task whose decisions came when a new event, a cancellation for instance, had already been
    /// written. Temporal refuses them under this name and asks again: no worker can avoid it.
    pub const OVERTAKEN: &str = "UnhandledCommand";

    /// Whether this is a workflow task that failed, or that its worker did not complete in time. One that nobody took, as its
    /// worker had gone, is given to another one; one that was overtaken is asked for again: nothing has failed then.
    pub fn is_failed_task(&self) -> bool {
        match self.kind.as_str() {
            "WorkflowTaskFailed" => self.detail != Self::OVERTAKEN,
            "WorkflowTaskTimedOut" => self.detail != Self::NOT_STARTED,
            _ => false,
        }
    }
}

/// One statement of Postgres's own log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedSql {
    /// The statement, exactly as it arrived.
    pub sql: String,
    /// The error that it ended with.
    pub error: Option<String>,
}

/// A reported statement, run again by the harness.
#[derive(Debug, Clone, PartialEq)]
pub struct RunAgain {
    /// The statement.
    pub sql: String,
    /// Its rows as JSON objects, or why it cannot be run.
    pub rows: Result<Vec<Map<String, Value>>, String>,
}

impl RunEvidence {
    /// What the stream breaks of the protocol's rules; a stream that was never asked for breaks none.
    pub fn violations(&self) -> Vec<Violation> {
        if !self.streamed {
            return Vec::new();
        }
        let mut checker = StreamChecker::default();
        for seen in &self.events {
            checker.read(&seen.event.to_object(), StreamPlace { id: seen.id });
        }
        checker.ended()
    }

    /// The only workflow task that failed, when it was started and not completed in time and the one after it was completed:
    /// whether the worker ever had it is not to be seen. A server that is busy notes that a task is started and then hands it to
    /// nobody, when that took it more than a second (Temporal server, `recordTaskStartedSyncMatchTimeout`). A worker whose own
    /// code takes too long takes too long with the next one, too.
    pub(super) fn lost_task(&self) -> Option<&HistoryStep> {
        let mut failed = self.history.iter().filter(|step| step.is_failed_task());
        let (only, None) = (failed.next()?, failed.next()) else {
            return None;
        };
        let next = self
            .history
            .iter()
            .any(|step| step.id > only.id && step.kind == "WorkflowTaskCompleted");
        (next && only.kind == "WorkflowTaskTimedOut").then_some(only)
    }

    /// What of the run Temporal may have handed to nobody. The run then says little of its worker, and is better asked again.
    pub(crate) fn lost(&self) -> Option<String> {
        let task = self.lost_task();
        let task = task.map(|task| format!("event {}: {}", task.id, task.detail));
        task.or_else(|| {
            let activity = self.lost_attempt()?;
            Some(format!(
                "nothing came of the first attempt of {}, and the second one ended",
                activity.name
            ))
        })
    }

    /// The activity whose first attempt was missed for want of a heartbeat, without one event where events are to come: a busy
    /// server loses the tasks of activities as it loses those of workflows ([`lost_task`](Self::lost_task)).
    fn lost_attempt(&self) -> Option<&ActivityEvidence> {
        // An event without a number may be of any attempt.
        let mut deliveries = self.deliveries.iter();
        let all_later = deliveries.all(|delivery| delivery.attempt.is_some_and(|it| it > 1));
        if self.streamed && (self.deliveries.is_empty() || !all_later) {
            return None;
        }
        self.activities.iter().find(|activity| {
            let missed = activity.heartbeat.is_some_and(|by| self.duration >= by);
            activity.attempts == 2 && missed
        })
    }

    /// When the workflow ended, by Temporal's own record.
    pub fn ended_at(&self) -> Option<SystemTime> {
        self.history
            .last()
            .filter(|step| step.kind.starts_with("WorkflowExecution"))
            .and_then(|step| step.at)
    }

    /// The events of the last run in the session.
    pub(super) fn last_run(&self) -> impl Iterator<Item = &SeenEvent> {
        let last = self
            .events
            .iter()
            .filter_map(|seen| Some(seen.id?.run))
            .max();
        self.events
            .iter()
            .filter(move |seen| last.is_none() || seen.id.map(|id| id.run) == last)
    }

    /// The result of the last `done`.
    pub(super) fn done(&self) -> Option<ChatResult> {
        self.last_run()
            .filter_map(|seen| seen.event.done_result())
            .last()
    }
}
