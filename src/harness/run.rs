//! One run, with everything that was seen of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::artefacts::{RunWitness, ending};
use super::expect::{one_line, shortened};
use super::residence::Failed;
use super::{Artefacts, RunHistory};
use crate::checks::{
    Beat, Evidence, LoggedSql, RunEvidence, SeenEvent, Severity, Standing, Verdict, judge,
};
use crate::contract::protocol::Violation;
use crate::contract::{ChatResult, Event, Secret, SqlResultEvent};
use crate::stack::StackError;

/// What happened to one prompt.
#[derive(Debug, Clone)]
pub struct Run {
    pub(super) prompt: String,
    pub(super) run_id: String,
    pub(super) session: String,
    pub(super) task_queue: String,
    pub(super) outcome: Outcome,
    pub(super) raw_result: Option<Value>,
    pub(super) duration: Duration,
    pub(super) history: RunHistory,
    pub(super) evidence: RunEvidence,
    /// A service that was found gone after a run without success.
    pub(super) gone: Option<Arc<StackError>>,
    /// Where the reading role reaches the database that the run was asked about, or why that is not known.
    pub(super) database: Result<Secret, String>,
    pub(super) witness: Option<RunWitness>,
    pub(super) failures: Failed,
}

/// How the workflow ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// With a result. Whether the agent succeeded is the result's `status`.
    Completed(ChatResult),
    /// With a result that is none of the contract's.
    Unreadable(String),
    /// With a failure.
    Failed(WorkflowFailure),
    /// It was cancelled.
    Cancelled,
    /// It was terminated.
    Terminated,
    /// It exceeded its own time-out.
    TimedOut,
}

impl Outcome {
    /// The status as Temporal spells it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Completed(_) | Self::Unreadable(_) => "Completed",
            Self::Failed(_) => "Failed",
            Self::Cancelled => "Canceled",
            Self::Terminated => "Terminated",
            Self::TimedOut => "TimedOut",
        }
    }
}

/// The innermost failure of a workflow: the one that tells.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub struct WorkflowFailure {
    /// The failure's type, such as `UnknownConnection`.
    pub kind: String,
    /// What it says.
    pub message: String,
    /// Whether Temporal was told not to try again.
    pub non_retryable: bool,
}

/// How many characters of a prompt an error shows.
const SHOWN: usize = 200;

/// Promises that a worker did not keep.
///
/// `Debug` shows the same text as `Display`: that is what a test shows that returns it with `?`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}{} of {checked} checks failed for \"{prompt}\" (workflow {workflow_id}):\n{}{}",
    .gone.as_ref().map(|gone| format!("{gone}\n")).unwrap_or_default(),
    .broken.len(),
    lines(.broken),
    ending(.artefacts),
)]
pub struct BrokenPromises {
    prompt: String,
    workflow_id: String,
    checked: usize,
    broken: Vec<Verdict>,
    /// What explains them all.
    gone: Option<String>,
    artefacts: Option<Artefacts>,
}

impl fmt::Debug for BrokenPromises {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl BrokenPromises {
    /// The checks that failed.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.broken
    }
}

fn lines(broken: &[Verdict]) -> String {
    broken
        .iter()
        .map(|verdict| {
            format!(
                "  {}: {}\n    seen: {}",
                verdict.id, verdict.asserts, verdict.evidence
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

impl Run {
    /// The prompt.
    pub fn prompt(&self) -> &str {
        &self.prompt
    }

    /// The workflow's id.
    pub fn workflow_id(&self) -> &str {
        &self.evidence.workflow_id
    }

    /// The id of the workflow's run.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// The stream's session.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The task queue that the workflow was started on.
    pub fn task_queue(&self) -> &str {
        &self.task_queue
    }

    /// How the workflow ended.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The result.
    ///
    /// # Errors
    /// When the workflow ended without one.
    pub fn result(&self) -> Result<&ChatResult, WorkflowFailure> {
        match &self.outcome {
            Outcome::Completed(result) => Ok(result),
            Outcome::Failed(failure) => Err(failure.clone()),
            other => Err(WorkflowFailure {
                kind: "NoResult".to_owned(),
                message: format!("the workflow ended as {other:?}"),
                non_retryable: true,
            }),
        }
    }

    /// The workflow's result exactly as it came; null when there is none.
    pub fn raw_result(&self) -> Value {
        self.raw_result.clone().unwrap_or_default()
    }

    /// From the start of the workflow to its result, as the client saw it.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// The events, in the order in which a subscriber received them.
    pub fn events(&self) -> &[SeenEvent] {
        &self.evidence.events
    }

    /// The events' types, in order.
    pub fn event_kinds(&self) -> Vec<&str> {
        self.events().iter().map(|seen| seen.event.kind()).collect()
    }

    /// The rows of the last statement that returned some.
    pub fn rows(&self) -> &[Map<String, Value>] {
        self.sql_result().map_or(&[], |rows| &rows.data)
    }

    /// The last `sql_result`.
    pub fn sql_result(&self) -> Option<&SqlResultEvent> {
        self.events()
            .iter()
            .rev()
            .find_map(|seen| match &seen.event {
                Event::SqlResult(rows) => Some(rows),
                _ => None,
            })
    }

    /// The heartbeats that Temporal showed while the activity ran.
    pub fn beats(&self) -> &[Beat] {
        &self.evidence.beats
    }

    /// What Postgres logged for the agent while the run lasted.
    pub fn logged_sql(&self) -> &[LoggedSql] {
        &self.evidence.logged_sql
    }

    /// The workflow's history.
    pub fn history(&self) -> &RunHistory {
        &self.history
    }

    /// The service that was found gone when this run did not succeed: [`StackError::Gone`], with the end of its log.
    pub fn service_gone(&self) -> Option<&StackError> {
        self.gone.as_deref()
    }

    /// Everything that the checks look at.
    pub fn evidence(&self) -> &RunEvidence {
        &self.evidence
    }

    /// What the stream breaks of the protocol's rules, event by event. Each rule is also a check of the catalogue.
    pub fn violations(&self) -> Vec<Violation> {
        self.evidence.violations()
    }

    /// Replays the history against this crate's workflow, for `history.replays` to be judged. It costs a few milliseconds, and
    /// says something only of a worker whose workflow is this crate's.
    pub async fn replayed(mut self) -> Self {
        let said = self.history.replay().await;
        let said = said.map_err(|error| crate::contract::error_chain(&error));
        self.evidence.facts.replay = Some(said);
        self
    }

    /// The verdict of every check that one run can be judged by.
    pub fn verdicts(&self) -> Vec<Verdict> {
        judge(&Evidence::of_run(self.evidence.clone()))
    }

    /// Runs every check that one run can be judged by. What cannot be judged (the stream of a run without a callback URL) is no
    /// failure; [`verdicts`](Self::verdicts) says what that is.
    ///
    /// # Errors
    /// Names each check that failed, with what was seen.
    pub fn check(&self) -> Result<(), BrokenPromises> {
        self.broken()
    }

    /// Runs one check.
    ///
    /// # Errors
    /// When it failed, when it could not be judged, or when there is no check of that id for one run.
    pub fn check_only(&self, id: &str) -> Result<(), BrokenPromises> {
        let asked = self.verdicts().into_iter().find(|verdict| verdict.id == id);
        if let Some(verdict) = asked {
            return match verdict.held() {
                true => Ok(()),
                false => Err(self.broken_promises(1, vec![verdict])),
            };
        }
        let unknown = Verdict {
            id: "check.unknown",
            asserts: "the check that is asked for exists",
            severity: Severity::Critical,
            standing: Standing::Broken,
            evidence: format!("there is no check `{id}`"),
        };
        Err(self.broken_promises(0, vec![unknown]))
    }

    fn broken(&self) -> Result<(), BrokenPromises> {
        let verdicts = self.verdicts();
        let checked = verdicts.len();
        let broken: Vec<_> = verdicts.into_iter().filter(Verdict::is_broken).collect();
        if broken.is_empty() {
            return Ok(());
        }
        Err(self.broken_promises(checked, broken))
    }

    fn broken_promises(&self, checked: usize, broken: Vec<Verdict>) -> BrokenPromises {
        let mut promises = BrokenPromises {
            prompt: shortened(&one_line(&self.prompt), SHOWN),
            workflow_id: self.workflow_id().to_owned(),
            checked,
            broken,
            gone: self.gone.as_ref().map(ToString::to_string),
            artefacts: None,
        };
        promises.artefacts = self.failed(&promises);
        promises
    }

    /// Takes note of a failure of the test; what is returned belongs into its error.
    pub(super) fn failed(&self, error: &dyn std::error::Error) -> Option<Artefacts> {
        self.failures.note();
        let witness = self.witness.as_ref()?;
        Some(witness.failed(error.to_string()))
    }
}
