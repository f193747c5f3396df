//! Histories, replayed against this crate's workflows.

use temporalio_common::protos::temporal::api::enums::v1::EventType;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_sdk::workflow_replayer::{
    WorkflowReplayError, WorkflowReplayFailure, WorkflowReplayer, WorkflowReplayerOptions,
};

use super::{RunHistory, bounds};
use crate::contract::{CHAT_WORKFLOW, error_chain};
use crate::worker::{KaiChatWorkflow, KaiSetupWorkflow, SETUP_WORKFLOW};

/// Why a history does not replay.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// A file or folder cannot be read.
    #[error("{path} cannot be read: {reason}", path = path.display())]
    File {
        /// The file or folder.
        path: std::path::PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It is no history, or not one of a workflow that has begun.
    #[error("it is no history that can be replayed: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
    /// Its workflow is none of this crate's.
    #[error(
        "it is the history of a `{workflow}`, and only those of {CHAT_WORKFLOW} and {SETUP_WORKFLOW} can be replayed here"
    )]
    OtherWorkflow {
        /// The type of its workflow.
        workflow: String,
    },
    /// Today's workflow decides otherwise than the one that made it.
    #[error("today's workflow decides otherwise at {event}: {reason}")]
    Differs {
        /// The first event that does not fit: its number, its kind and what is in it.
        event: String,
        /// What the SDK says.
        reason: String,
    },
    /// The replayer could not be set up, or came to no end.
    #[error("the replayer failed: {reason}")]
    Replayer {
        /// What the SDK says.
        reason: String,
    },
}

/// What one replay said.
enum Said {
    Same,
    Other(String),
}

impl RunHistory {
    /// Replays it against this crate's workflows, [`KaiChatWorkflow`] and [`KaiSetupWorkflow`]: whether today's code makes
    /// the same decisions. It needs no services. The history of a run that has not ended is replayed as far as it goes.
    ///
    /// # Errors
    /// [`HistoryError::Differs`] when it does not; [`HistoryError::Unreadable`] and [`HistoryError::OtherWorkflow`] for what
    /// cannot be replayed here.
    pub async fn replay(&self) -> Result<(), HistoryError> {
        let first_task = self.replayable()?;
        let reason = match replayed(self.events()).await? {
            Said::Same => return Ok(()),
            Said::Other(reason) => reason,
        };
        // The SDK does not always say where it was. What does not fit at one event fits without it, so the shortest
        // beginning that does not replay ends with that event.
        let (mut fits, mut differs) = (first_task, self.events().len());
        while differs - fits > 1 {
            let middle = fits + (differs - fits) / 2;
            match replayed(&self.events()[..middle]).await? {
                Said::Same => fits = middle,
                Said::Other(_) => differs = middle,
            }
        }
        let steps = self.steps();
        let step = &steps[differs - 1];
        Err(HistoryError::Differs {
            event: match step.detail.as_str() {
                "" => format!("event {}, {}", step.id, step.kind),
                detail => format!("event {}, {} ({detail})", step.id, step.kind),
            },
            reason,
        })
    }

    /// How many events there are up to the first workflow task that was started: without one there is nothing to replay.
    fn replayable(&self) -> Result<usize, HistoryError> {
        let unreadable = |reason: &str| HistoryError::Unreadable {
            reason: reason.to_owned(),
        };
        let Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) = self
            .events()
            .first()
            .and_then(|event| event.attributes.as_ref())
        else {
            return Err(unreadable(
                "it does not begin with a WorkflowExecutionStarted",
            ));
        };
        let workflow = started.workflow_type.as_ref().map_or("", |kind| &kind.name);
        if ![CHAT_WORKFLOW, SETUP_WORKFLOW].contains(&workflow) {
            return Err(HistoryError::OtherWorkflow {
                workflow: workflow.to_owned(),
            });
        }
        // The SDK panics at a gap.
        for (number, event) in (1..).zip(self.events()) {
            if event.event_id != number {
                return Err(HistoryError::Unreadable {
                    reason: format!(
                        "event {} stands where event {number} belongs: a history has all its events, in their order",
                        event.event_id
                    ),
                });
            }
        }
        self.events()
            .iter()
            .position(|event| event.event_type() == EventType::WorkflowTaskStarted)
            .map(|index| index + 1)
            .ok_or_else(|| unreadable("no workflow task was started in it"))
    }
}

async fn replayed(events: &[HistoryEvent]) -> Result<Said, HistoryError> {
    let failed = |reason: String| HistoryError::Replayer { reason };
    let options = WorkflowReplayerOptions::new()
        .register_workflow::<KaiChatWorkflow>()
        .and_then(|options| options.register_workflow::<KaiSetupWorkflow>())
        .map_err(|error| failed(error_chain(&error)))?
        .build();
    let replayer = WorkflowReplayer::new(options).map_err(|error| failed(error_chain(&error)))?;
    let history = RunHistory::new(events.to_vec()).for_replay();
    let bound = bounds::REPLAY.get();
    let said = tokio::time::timeout(bound, replayer.replay_workflow(history)).await;
    match said {
        Ok(Ok(())) => Ok(Said::Same),
        Ok(Err(WorkflowReplayError::Replay(
            WorkflowReplayFailure::Nondeterminism { message }
            | WorkflowReplayFailure::WorkflowTaskFailure { message },
        ))) => Ok(Said::Other(said_at_last(&message).to_owned())),
        Ok(Err(WorkflowReplayError::Replay(WorkflowReplayFailure::InvalidHistory { message }))) => {
            Err(HistoryError::Unreadable { reason: message })
        }
        Ok(Err(error)) => Err(failed(error_chain(&error))),
        Err(_) => Err(failed(format!(
            "no end within {bound:?} (the limit is set by {})",
            bounds::REPLAY.variable()
        ))),
    }
}

/// The innermost message of a failure that the SDK shows with all its fields: `… Failure { message: "…", source: … }`.
fn said_at_last(message: &str) -> &str {
    const BEFORE: &str = "message: \"";
    let inner = message
        .rsplit_once(BEFORE)
        .map_or(message, |(_, rest)| rest);
    let inner = match inner.split_once("\", source: ") {
        Some((inner, _)) => inner,
        None => message,
    };
    inner.trim_start_matches("[TMPRL1100] ")
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
