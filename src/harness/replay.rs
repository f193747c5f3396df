//! Histories, replayed against this crate's workflow.

use temporalio_client::WorkflowHistory;
use temporalio_sdk::workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions};

use super::RunHistory;
use crate::worker::KaiChatWorkflow;

/// Why a history does not replay.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// It is no history in the SDK's JSON.
    #[error("it is no history in the SDK's own JSON: {reason}")]
    Unreadable {
        /// What the SDK says.
        reason: String,
    },
    /// Today's workflow decides otherwise than the one that made it.
    #[error("today's KaiChatWorkflow decides otherwise than the one that made it: {reason}")]
    Differs {
        /// What the SDK says; it names the first event that does not fit.
        reason: String,
    },
    /// The replayer could not be set up.
    #[error("the replayer could not be set up: {reason}")]
    Replayer {
        /// What the SDK says.
        reason: String,
    },
}

impl RunHistory {
    /// Reads a history that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// When it is no such JSON.
    pub fn from_json(json: &[u8]) -> Result<Self, HistoryError> {
        let unreadable = |reason: String| HistoryError::Unreadable { reason };
        let history: temporalio_common::protos::temporal::api::history::v1::History =
            serde_json::from_slice(json).map_err(|error| unreadable(error.to_string()))?;
        if history.events.is_empty() {
            return Err(unreadable("it has no event".to_owned()));
        }
        Ok(Self::new(history.events))
    }

    /// Replays it against this crate's [`KaiChatWorkflow`]: whether today's code makes the same decisions.
    ///
    /// # Errors
    /// [`HistoryError::Differs`] when it does not.
    pub async fn replay(&self) -> Result<(), HistoryError> {
        let failed = |error: &dyn std::error::Error| HistoryError::Replayer {
            reason: crate::contract::error_chain(error),
        };
        let options = WorkflowReplayerOptions::new()
            .register_workflow::<KaiChatWorkflow>()
            .map_err(|error| failed(&error))?
            .build();
        let replayer = WorkflowReplayer::new(options).map_err(|error| failed(&error))?;
        let history: WorkflowHistory = self.for_replay();
        replayer
            .replay_workflow(history)
            .await
            .map_err(|error| HistoryError::Differs {
                reason: crate::contract::error_chain(&error),
            })
    }
}
