//! How a workflow ended, out of what the client got.

use serde_json::Value;
use temporalio_client::errors::WorkflowGetResultError;
use temporalio_common::data_converters::RawValue;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;

use super::history::{failure_type, innermost};
use super::run::{Outcome, WorkflowFailure};

/// Reads the outcome and the result as it came; other errors are the caller's.
pub(super) fn read_outcome(
    got: Result<RawValue, WorkflowGetResultError>,
) -> Result<(Outcome, Option<Value>), WorkflowGetResultError> {
    let outcome = match got {
        Ok(raw) => {
            let value = raw
                .payloads
                .first()
                .map(|payload| serde_json::from_slice::<Value>(&payload.data));
            return Ok(match value {
                Some(Ok(value)) => match serde_json::from_value(value.clone()) {
                    Ok(result) => (Outcome::Completed(result), Some(value)),
                    Err(error) => (Outcome::Unreadable(error.to_string()), Some(value)),
                },
                Some(Err(error)) => (Outcome::Unreadable(error.to_string()), None),
                None => (
                    Outcome::Unreadable("the workflow returned nothing".to_owned()),
                    None,
                ),
            });
        }
        Err(WorkflowGetResultError::Cancelled { .. }) => Outcome::Cancelled,
        Err(WorkflowGetResultError::Terminated { .. }) => Outcome::Terminated,
        Err(WorkflowGetResultError::TimedOut) => Outcome::TimedOut,
        Err(error) => match WorkflowFailure::of(&error) {
            Some(failure) => Outcome::Failed(failure),
            None => return Err(error),
        },
    };
    Ok((outcome, None))
}

impl WorkflowFailure {
    /// The innermost failure behind a failed workflow; none when it ended otherwise.
    pub fn of(error: &WorkflowGetResultError) -> Option<Self> {
        let WorkflowGetResultError::Failed(incoming) = error else {
            return None;
        };
        let failure = innermost(Some(incoming.failure()))?;
        Some(Self {
            kind: failure_type(failure).to_owned(),
            message: failure.message.clone(),
            non_retryable: matches!(
                &failure.failure_info,
                Some(FailureInfo::ApplicationFailureInfo(info)) if info.non_retryable
            ),
        })
    }
}

/// Why there is no result, for the checks.
pub(super) fn failure_text(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Completed(_) => None,
        Outcome::Unreadable(reason) => {
            Some(format!("its result is none of the contract's: {reason}"))
        }
        Outcome::Failed(failure) => Some(failure.to_string()),
        Outcome::Cancelled => Some("it was cancelled".to_owned()),
        Outcome::Terminated => Some("it was terminated".to_owned()),
        Outcome::TimedOut => Some("it exceeded its time-out".to_owned()),
    }
}
