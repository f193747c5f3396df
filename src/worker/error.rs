//! What can go wrong around a worker.

use crate::agent::AgentError;
use crate::agent::models::ModelSetupError;

/// Why a worker's configuration is refused. The text names the variable, its value where that is no secret, and what
/// would be right.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A variable that has no default is not set.
    #[error("{variable} is not set: {wanted}")]
    Missing {
        /// The variable.
        variable: &'static str,
        /// What it should hold.
        wanted: &'static str,
    },
    /// A variable holds something unusable.
    #[error("{variable} is `{value}`: {wanted}")]
    Invalid {
        /// The variable.
        variable: &'static str,
        /// Its value; `[redacted]` for a secret.
        value: String,
        /// What would be right.
        wanted: String,
    },
    /// Temporal's own environment configuration cannot be loaded.
    #[error("the Temporal client configuration cannot be loaded: {reason}")]
    Temporal {
        /// What the loader said.
        reason: String,
    },
}

/// Why a worker could not start, or ended in error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The configuration is unusable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The Temporal server cannot be reached.
    #[error("temporal at {address} cannot be reached: {reason}")]
    Connect {
        /// The address.
        address: String,
        /// What was seen.
        reason: String,
    },
    /// The agent could not be made.
    #[error("the agent cannot be set up")]
    Agent(#[from] AgentError),
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelSetupError),
    /// The SDK refused the worker's options or registrations.
    #[error("the worker on task queue `{task_queue}` cannot be created: {reason}")]
    Create {
        /// The task queue.
        task_queue: String,
        /// What the SDK said.
        reason: String,
    },
    /// The health server cannot listen.
    #[error(
        "the health server cannot listen on {address}; set HEALTH_PORT to a free port, or to 0 for any"
    )]
    Health {
        /// The address.
        address: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The thread of the worker could not be started.
    #[error("the worker's thread cannot be started")]
    Thread(#[source] std::io::Error),
    /// Polling ended with an error, or the worker's thread panicked.
    #[error("the worker on task queue `{task_queue}` stopped polling: {reason}")]
    Stopped {
        /// The task queue.
        task_queue: String,
        /// Why.
        reason: String,
    },
}
