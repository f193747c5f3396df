//! What is remembered of a harness and its runs while a test lasts.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::super::{AnyStack, HarnessError, HarnessSettings, Run, RunHistory};
use crate::checks::SeenEvent;
use crate::stack::RunningStack;

/// How many runs of one harness are remembered: the latest. Each is a few dozen events and a history.
const MOST_RUNS: usize = 100;

/// One harness of a test.
#[derive(Debug)]
pub(in crate::harness) struct HarnessRecord {
    pub(super) stack: RunningStack,
    /// From when on the services' logs are about this test: from their first line when the stack is the test's own.
    pub(super) since: SystemTime,
    pub(super) owned: bool,
    settings: HarnessSettings,
    databases: Mutex<Vec<String>>,
    runs: Mutex<Runs>,
}

#[derive(Debug, Default)]
struct Runs {
    latest: VecDeque<Arc<RunRecord>>,
    forgotten: usize,
}

impl HarnessRecord {
    pub(super) fn of(stack: &AnyStack, settings: &HarnessSettings) -> Self {
        let owned = matches!(stack, AnyStack::Owned(_));
        Self {
            stack: RunningStack::clone(stack),
            since: if owned {
                SystemTime::UNIX_EPOCH
            } else {
                SystemTime::now()
            },
            owned,
            settings: settings.clone(),
            databases: Mutex::default(),
            runs: Mutex::default(),
        }
    }

    pub(super) fn uses_database(&self, name: &str) {
        let mut databases = self.databases();
        if !databases.iter().any(|known| known == name) {
            databases.push(name.to_owned());
        }
    }

    /// The databases that this harness's prompts are about; none before it was set up.
    pub(super) fn databases(&self) -> MutexGuard<'_, Vec<String>> {
        self.databases
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, run: Arc<RunRecord>) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.latest.len() == MOST_RUNS {
            runs.latest.pop_front();
            runs.forgotten += 1;
        }
        runs.latest.push_back(run);
    }

    pub(super) fn runs(&self) -> Vec<Arc<RunRecord>> {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.latest.iter().cloned().collect()
    }

    /// What it was, for people.
    pub(super) fn described(&self) -> Value {
        let endpoints = self.stack.endpoints();
        let postgres = &endpoints.postgres;
        json!({
            "stack": {
                "session": self.stack.session(),
                "owned": self.owned,
                "programs": self.stack.programs(),
                "addresses": {
                    "temporal": endpoints.temporal_address,
                    "temporal_ui": endpoints.temporal_ui,
                    "postgres": format!("{}:{}", postgres.host, postgres.port),
                    "typesense": endpoints.typesense.url(),
                },
            },
            "databases": *self.databases(),
            "settings": format!("{:?}", self.settings),
            "runs": self.runs().iter().map(|run| run.described()).collect::<Vec<_>>(),
            "older_runs_not_kept": self.runs.lock().unwrap_or_else(PoisonError::into_inner).forgotten,
        })
    }
}

/// The events of a run, as its collector fills them in.
pub(in crate::harness) type SharedEvents = Arc<Mutex<Vec<SeenEvent>>>;

/// One run, from its start on.
#[derive(Debug)]
pub(in crate::harness) struct RunRecord {
    pub(super) workflow_id: String,
    session: String,
    prompt: String,
    task_queue: String,
    started: SystemTime,
    events: SharedEvents,
    end: Mutex<End>,
}

/// How a run ended, as far as this test has come to see it.
#[derive(Debug, Default)]
struct End {
    outcome: Option<String>,
    history: Option<RunHistory>,
}

impl RunRecord {
    pub(in crate::harness) fn started(
        workflow_id: &str,
        session: &str,
        prompt: &str,
        task_queue: &str,
        events: SharedEvents,
    ) -> Self {
        Self {
            workflow_id: workflow_id.to_owned(),
            session: session.to_owned(),
            prompt: prompt.to_owned(),
            task_queue: task_queue.to_owned(),
            started: SystemTime::now(),
            events,
            end: Mutex::default(),
        }
    }

    pub(in crate::harness) fn finished(&self, run: &Run) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.outcome = Some(format!("{:?}", run.outcome()));
        end.history = Some(run.history().clone());
    }

    pub(in crate::harness) fn failed(&self, error: &HarnessError) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.outcome = Some(format!("it could not be followed to its end: {error}"));
    }

    /// The history, when the run was seen to its end.
    pub(super) fn history(&self) -> Option<RunHistory> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.history.clone()
    }

    pub(super) fn described(&self) -> Value {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        json!({
            "workflow_id": self.workflow_id,
            "session": self.session,
            "prompt": self.prompt,
            "task_queue": self.task_queue,
            "started": time(self.started),
            "outcome": end.outcome.as_deref().unwrap_or("it was under way when the test failed"),
        })
    }

    /// One JSON object a line for each event that was received so far.
    pub(super) fn event_lines(&self) -> String {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events
            .iter()
            .map(|seen| {
                let line = json!({
                    "workflow_id": self.workflow_id,
                    "session": self.session,
                    "attempt": seen.attempt(),
                    "received_at": time(seen.received_at),
                    "event": seen.event.to_object(),
                });
                format!("{line}\n")
            })
            .collect()
    }
}

/// A time in RFC 3339.
pub(super) fn time(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .map(|time| format!("{time:.3}"))
        .unwrap_or_default()
}
