//! What comes of a call.

use serde::Serialize;
use serde_json::json;

use crate::agent::AgentError;
use crate::agent::sql::GuardError;
use crate::agent::stop::Halt;
use crate::agent::store::StoreError;
use crate::contract::{Event, error_chain};

/// What a tool did.
#[derive(Debug)]
pub(super) struct Outcome {
    /// JSON text with `success: true`.
    pub(super) output: String,
    /// What follows the call's `tool_end`.
    pub(super) events: Vec<Event>,
    /// How many rows a statement returned.
    pub(super) rows: Option<usize>,
}

/// The body of a successful output: `success` first, then what the tool says.
#[derive(Serialize)]
struct Success<T> {
    success: bool,
    #[serde(flatten)]
    body: T,
}

impl Outcome {
    /// An output of `success: true` and the keys of `body`.
    pub(super) fn success(body: impl Serialize) -> Result<Self, ToolError> {
        let output = serde_json::to_string(&Success {
            success: true,
            body,
        })
        .map_err(|error| {
            ToolError::Failed(format!("the output cannot be written as JSON: {error}"))
        })?;
        Ok(Self {
            output,
            events: Vec::new(),
            rows: None,
        })
    }
}

/// Why a tool did not do it.
#[derive(Debug)]
pub(super) enum ToolError {
    /// The model is told, and goes on.
    Failed(String),
    /// As before, for a statement that the guard refused.
    Refused(GuardError),
    /// The run is over.
    Fatal(AgentError),
}

impl From<StoreError> for ToolError {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            Self::Fatal(error.into())
        } else {
            Self::Failed(error_chain(&error))
        }
    }
}

impl From<Halt> for ToolError {
    fn from(halt: Halt) -> Self {
        Self::Fatal(halt.into())
    }
}

/// A call that is over, as the loop sees it.
#[derive(Debug)]
pub(crate) struct Finished {
    /// JSON text with `success`.
    pub(crate) output: String,
    /// What follows the call's `tool_end`.
    pub(crate) events: Vec<Event>,
    /// How many rows a statement returned.
    pub(crate) rows: Option<usize>,
    /// The completed stage, when it succeeded.
    pub(crate) stage: Option<&'static str>,
    /// The reason, when it failed.
    pub(crate) failure: Option<String>,
    /// The guard's reason, when that was it.
    pub(crate) refused: Option<GuardError>,
}

impl Finished {
    pub(super) fn of(
        result: Result<Outcome, ToolError>,
        stage: &'static str,
    ) -> Result<Self, AgentError> {
        let (failure, refused) = match result {
            Ok(Outcome {
                output,
                events,
                rows,
            }) => {
                return Ok(Self {
                    output,
                    events,
                    rows,
                    stage: Some(stage),
                    failure: None,
                    refused: None,
                });
            }
            Err(ToolError::Fatal(error)) => return Err(error),
            Err(ToolError::Failed(reason)) => (reason, None),
            Err(ToolError::Refused(guard)) => {
                (format!("the statement was refused: {guard}"), Some(guard))
            }
        };
        Ok(Self {
            output: failure_output(&failure),
            events: Vec::new(),
            rows: None,
            stage: None,
            failure: Some(failure),
            refused,
        })
    }
}

/// The output of a call that failed.
pub(crate) fn failure_output(error: &str) -> String {
    json!({"success": false, "error": error}).to_string()
}
