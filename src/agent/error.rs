//! Why the agent failed.

use std::time::Duration;

use super::chat_model::ModelError;
use super::connection::ConnectionError;
use super::sql::{GuardError, SqlError};
use super::stop::Halt;
use super::store::StoreError;
use crate::contract::{FailureType, error_chain};

/// Why the agent failed. No text holds a key, a password or a connection's URI.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// A setting cannot be used.
    #[error("the setting `{setting}` cannot be used: {reason}")]
    Config {
        /// The setting.
        setting: &'static str,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// No connection is stored under this id.
    #[error("no connection is stored under the id `{id}`")]
    UnknownConnection {
        /// The id.
        id: String,
    },
    /// A configuration cannot be used.
    #[error("the argument `{argument}` of sync_config cannot be used: {reason}")]
    Configuration {
        /// The list.
        argument: &'static str,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// A table to scan does not exist, or its connection's role may not read it.
    #[error(
        "the connection `{connection_id}` has no readable table `{table}`; it has: {}",
        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
    )]
    UnknownTable {
        /// The connection.
        connection_id: String,
        /// The name that was asked for.
        table: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The schema could not be read.
    #[error("the schema of the connection `{id}` cannot be read: {reason}")]
    Scan {
        /// The connection.
        id: String,
        /// The database's words.
        reason: String,
        /// Whether the database broke off, rather than refuse.
        unreachable: bool,
    },
    /// The agent's knowledge could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database could not be used.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The model gave no turn.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model's turn has neither tool calls nor text.
    #[error("the model `{model}` gave an empty answer")]
    EmptyAnswer {
        /// The model.
        model: String,
    },
    /// The model kept sending a statement that the guard refuses.
    #[error("the model sent a statement {times} times that is refused")]
    RefusedSql {
        /// How often.
        times: usize,
        /// Why it is refused.
        #[source]
        source: GuardError,
    },
    /// The model kept making a call that fails.
    #[error("the same call of the tool `{tool}` failed {times} times: {error}")]
    RepeatedFailure {
        /// The tool.
        tool: String,
        /// How often.
        times: usize,
        /// The tool's own error, the last time.
        error: String,
    },
    /// The run met one of its bounds.
    #[error("the run reached its limit of {limit} {what} without an answer")]
    Bound {
        /// What is counted.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The run took too long.
    #[error("the run was stopped because it took longer than {} s", limit.as_secs_f64())]
    OutOfTime {
        /// How long it may take.
        limit: Duration,
    },
    /// The caller cancelled the run.
    #[error("the run was cancelled")]
    Cancelled,
    /// The agent panicked: a defect of this crate or of a model.
    #[error("the agent panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
}

impl AgentError {
    /// The failure's type for Temporal, which decides about retries.
    pub fn failure_type(&self) -> FailureType {
        match self {
            Self::UnknownConnection { .. } => FailureType::UnknownConnection,
            Self::UnknownTable { .. }
            | Self::Configuration { .. }
            | Self::Connection(ConnectionError::Id { .. } | ConnectionError::Uri { .. }) => {
                FailureType::InvalidInput
            }
            Self::RefusedSql { .. } => FailureType::RefusedSql,
            Self::Store(error) if error.is_unavailable() => FailureType::ServiceUnavailable,
            Self::Connection(ConnectionError::Unreachable { .. })
            | Self::Model(ModelError::Unavailable { .. })
            | Self::Scan {
                unreachable: true, ..
            } => FailureType::ServiceUnavailable,
            Self::Config { .. }
            | Self::Scan { .. }
            | Self::Store(_)
            | Self::Connection(_)
            | Self::Model(_)
            | Self::EmptyAnswer { .. }
            | Self::RepeatedFailure { .. }
            | Self::Bound { .. }
            | Self::OutOfTime { .. }
            | Self::Panicked { .. }
            | Self::Cancelled => FailureType::AgentFailed,
        }
    }

    /// How long the service that failed asked to wait before another attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Model(ModelError::Unavailable { retry_after, .. }) => *retry_after,
            _ => None,
        }
    }

    /// The error with its causes, in one line.
    pub fn chain(&self) -> String {
        error_chain(self)
    }

    /// The error that stands for a caught panic.
    pub fn panicked(panic: &(dyn std::any::Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Self::Panicked { message }
    }

    /// Whether the caller cancelled the run, so that nothing is wrong with it.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
    }
}

impl From<Halt> for AgentError {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Cancelled => Self::Cancelled,
            Halt::OutOfTime(limit) => Self::OutOfTime { limit },
        }
    }
}

/// A statement's failure that is no answer to the model: the database is gone, or the run is over.
pub(super) fn fatal(error: SqlError, halted: Result<(), Halt>) -> Result<AgentError, SqlError> {
    match error {
        SqlError::Connection(error) => Ok(error.into()),
        SqlError::Stopped => Ok(halted.err().map_or(AgentError::Cancelled, AgentError::from)),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_change_by_itself_is_permanent() {
        let unreachable = ConnectionError::Unreachable {
            id: "c".into(),
            reason: "refused".into(),
        };
        let not_ready = StoreError::Refused {
            collection: "x".into(),
            status: 503,
            message: "Not Ready".into(),
        };
        let bad_key = StoreError::Refused {
            collection: "x".into(),
            status: 401,
            message: "Forbidden".into(),
        };
        let uri = ConnectionError::Uri {
            id: "c".into(),
            reason: "x",
        };
        for (error, expected) in [
            (
                AgentError::UnknownConnection { id: "x".into() },
                FailureType::UnknownConnection,
            ),
            (
                AgentError::from(unreachable),
                FailureType::ServiceUnavailable,
            ),
            (AgentError::from(not_ready), FailureType::ServiceUnavailable),
            (AgentError::from(bad_key), FailureType::AgentFailed),
            (AgentError::from(uri), FailureType::InvalidInput),
            (
                AgentError::RefusedSql {
                    times: 3,
                    source: GuardError::Empty,
                },
                FailureType::RefusedSql,
            ),
            (AgentError::Cancelled, FailureType::AgentFailed),
        ] {
            assert_eq!(error.failure_type(), expected, "{error}");
        }
        assert!(AgentError::Cancelled.is_cancelled());
    }

    #[test]
    fn causes_follow_in_one_line() {
        let error = AgentError::RefusedSql {
            times: 3,
            source: GuardError::Empty,
        };
        assert_eq!(
            error.chain(),
            "the model sent a statement 3 times that is refused: the statement is empty: send one SELECT"
        );
        let panic = std::panic::catch_unwind(|| panic!("boom {}", 1)).expect_err("a panic");
        assert_eq!(
            AgentError::panicked(panic.as_ref()).chain(),
            "the agent panicked: boom 1"
        );
    }

    #[test]
    fn an_unknown_table_is_answered_with_the_known_ones() {
        let error = AgentError::UnknownTable {
            connection_id: "c".into(),
            table: "x".into(),
            known: vec!["a".into(), "b".into()],
        };
        assert_eq!(
            error.to_string(),
            "the connection `c` has no readable table `x`; it has: a, b"
        );
    }
}
