//! What can go wrong around a run, as opposed to in it.

use std::fmt;
use std::time::Duration;

use super::Artefacts;
use crate::agent::{AgentError, CatalogueError};
use crate::capture::{CaptureError, SubscribeError};
use crate::stack::StackError;
use crate::worker::{ConfigError, WorkerError};

/// Why a harness could not be set up, or a run could not be observed. A run that *fails* is no error: it is a
/// [`Run`](crate::harness::Run) whose outcome says so.
///
/// `Debug` shows the same text as `Display`, with the causes: that is what a test shows that returns it with `?`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum HarnessError {
    /// The services could not be started or reached.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// The worker could not be started, or stopped in error.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The receiver could not be started, or its stream could not be read.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The stream of a run could not be read.
    #[error(transparent)]
    Subscribe(#[from] SubscribeError),
    /// The instructions, glossary and skills could not be loaded.
    #[error("the catalogue could not be loaded into typesense")]
    Catalogue(#[source] AgentError),
    /// The collections of a private world could not be filled.
    #[error("the collections of a private world could not be filled")]
    World(#[source] AgentError),
    /// The local language model cannot be used.
    #[error("the local model cannot be used: {reason}")]
    LocalModel {
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A Temporal namespace could not be made or deleted.
    #[error("the temporal namespace {namespace} cannot be used: {reason}")]
    Namespace {
        /// The namespace.
        namespace: String,
        /// What the server said.
        reason: String,
    },
    /// The instructions, glossary and skills could not be read.
    #[error(transparent)]
    Fixtures(#[from] CatalogueError),
    /// A setting of the environment is unusable.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// One of the worker's own activities failed while a connection was prepared.
    #[error("preparing the connection `{connection_id}` failed in {activity}: {reason}")]
    Setup {
        /// The connection.
        connection_id: String,
        /// The activity.
        activity: &'static str,
        /// The failure, in Temporal's words.
        reason: String,
    },
    /// A call to Temporal failed.
    #[error("temporal did not {action} workflow {workflow_id}: {reason}")]
    Temporal {
        /// What was asked of it.
        action: &'static str,
        /// The workflow.
        workflow_id: String,
        /// What it said.
        reason: String,
    },
    /// The workflow did not end in time.
    #[error("workflow {workflow_id} did not end within {bound:?}; last seen: {last_seen}")]
    RunTimeout {
        /// The workflow.
        workflow_id: String,
        /// The bound; `KAI_E2E_RUN_TIMEOUT` seconds, or [`Ask::timeout`](crate::harness::Ask::timeout).
        bound: Duration,
        /// The state in which it was last seen.
        last_seen: String,
    },
    /// The harness could not be set up in time.
    #[error(
        "the {what} was not set up within {bound:?} (the limit is set by KAI_E2E_SETUP_TIMEOUT)"
    )]
    SetupTimeout {
        /// What was being set up.
        what: String,
        /// The bound.
        bound: Duration,
    },
    /// The links between the worker and its peers could not be made.
    #[error("the links between the worker and its peers could not be made")]
    Links(#[source] std::io::Error),
    /// Links were asked for in a world that others use too.
    #[error(
        "there are no links in the master world: the database's address is stored with its connection, which others use; \
         set `isolation` to `Isolation::Private`"
    )]
    LinksInMasterWorld,
    /// A link was asked for that there is not.
    #[error("this harness has no links; set `HarnessSettings::links`")]
    NoLinks,
    /// A run did not come to the point that it was to be held at.
    #[error(transparent)]
    Hold(#[from] crate::capture::HoldError),
    /// The activity of a run did not come to an attempt.
    #[error(
        "workflow {workflow_id} did not come to attempt {attempt} within {within:?}; the attempts of its pending \
         activities were {seen:?}"
    )]
    NoSuchAttempt {
        /// The workflow.
        workflow_id: String,
        /// The attempt, from 1.
        attempt: i32,
        /// The bound.
        within: Duration,
        /// What was seen last.
        seen: Vec<i32>,
    },
    /// A workflow did not ask Temporal to cancel its activity.
    #[error(
        "workflow {workflow_id} did not ask for its activity's cancellation within {within:?}; its pending activities were \
         {seen:?}"
    )]
    NoCancelRequest {
        /// The workflow.
        workflow_id: String,
        /// The bound.
        within: Duration,
        /// The states that were seen last, as Temporal names them.
        seen: Vec<&'static str>,
    },
    /// No heartbeat came of a run's activity.
    #[error(
        "no further heartbeat of workflow {workflow_id} came within {within:?}; the last one seen was {seen:?}"
    )]
    NoHeartbeat {
        /// The workflow.
        workflow_id: String,
        /// The bound.
        within: Duration,
        /// The details of the last one.
        seen: Option<String>,
    },
    /// A run was waited for that is not to be held.
    #[error("the run is held nowhere; say where with `Ask::hold_at`")]
    NotHeld,
    /// The worker did not stop in time.
    #[error(
        "the worker on queue {task_queue} did not stop within {bound:?} (the limit is set by KAI_E2E_STOP_TIMEOUT)"
    )]
    StopTimeout {
        /// Its queue.
        task_queue: String,
        /// The bound.
        bound: Duration,
    },
    /// A service of the stack is gone, which explains what failed.
    #[error("{gone}\nwhat followed: {followed}")]
    ServiceGone {
        /// Which one, how it ended, and the last lines of its log: always [`StackError::Gone`].
        gone: StackError,
        /// What failed because of it.
        followed: String,
    },
    /// It made a test fail, of which artefacts are kept.
    #[error("{}\n{artefacts}", crate::contract::error_chain(.error))]
    InTest {
        /// The error itself.
        error: Box<HarnessError>,
        /// Where the artefacts lie.
        artefacts: Artefacts,
    },
}

impl HarnessError {
    /// The error itself, without the artefacts of the test that it made fail.
    pub fn itself(&self) -> &Self {
        match self {
            Self::InTest { error, .. } => error.itself(),
            other => other,
        }
    }
}

impl fmt::Debug for HarnessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::contract::error_chain(self))
    }
}
