//! What can go wrong around a battery, as opposed to in the worker that it judges.

use std::io;

use crate::harness::HarnessError;

/// Why a battery could not be run. A worker that breaks its promises is no error: the report says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatteryError {
    /// The harness could not be set up, or broke.
    #[error(transparent)]
    Harness(#[from] HarnessError),
    /// The worker's command is unusable.
    #[error("the worker's command `{command}` cannot be used: {reason}")]
    Command {
        /// The command, as it was given.
        command: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The worker's program could not be started.
    #[error("the worker `{program}` could not be started")]
    Spawn {
        /// The program.
        program: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The worker ended, or never polled.
    #[error("the worker does not poll {task_queue}: {reason}\n{output}")]
    NotPolling {
        /// The queue.
        task_queue: String,
        /// What was seen of it.
        reason: String,
        /// The end of its output.
        output: String,
    },
    /// The database could not be prepared for a scenario.
    #[error("the database could not be prepared for the scenario {scenario}: {reason}")]
    Database {
        /// The scenario.
        scenario: crate::checks::Scenario,
        /// The server's words.
        reason: String,
    },
}
