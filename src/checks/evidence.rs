//! What was seen of one run, from outside the worker.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::contract::protocol::{StreamChecker, StreamPlace, Violation};
use crate::contract::{ChatResult, Event, EventId};

/// Everything that the checks may look at.
#[derive(Debug, Clone, Default)]
pub struct RunEvidence {
    /// The workflow's id.
    pub workflow_id: String,
    /// Whether a callback URL was given, so that a stream can be expected.
    pub streamed: bool,
    /// The events, as a subscriber received them.
    pub events: Vec<SeenEvent>,
    /// The workflow's result, when it completed with one.
    pub result: Option<ChatResult>,
    /// Why there is no result, in Temporal's words.
    pub failure: Option<String>,
    /// What a visibility query for the workflow id returned.
    pub visible: Vec<VisibleWorkflow>,
    /// The heartbeat details that Temporal showed while the activity was running, oldest first, without repetitions.
    pub progress: Vec<String>,
    /// The workflow's history.
    pub history: Vec<HistoryStep>,
    /// What Postgres itself logged for the agent's user and database while the run lasted.
    pub logged_sql: Vec<LoggedSql>,
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

/// One statement of Postgres's own log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedSql {
    /// The statement, exactly as it arrived.
    pub sql: String,
    /// The error that it ended with.
    pub error: Option<String>,
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

    /// When the workflow ended, by Temporal's own record.
    pub fn ended_at(&self) -> Option<SystemTime> {
        self.history
            .last()
            .filter(|step| step.kind.starts_with("WorkflowExecution"))
            .and_then(|step| step.at)
    }
}
