//! What can go wrong around a battery, as opposed to in the worker that it judges.

use crate::harness::{HarnessError, WorkerProcessError};

/// Why a battery could not be run. A worker that breaks its promises is no error: the report says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatteryError {
    /// The harness could not be set up, or broke.
    #[error(transparent)]
    Harness(#[from] HarnessError),
    /// The worker could not be started, or does not poll.
    #[error(transparent)]
    Worker(#[from] WorkerProcessError),
    /// A scenario needs the worker's process.
    #[error("the worker was not started by this battery, so it cannot be killed or stopped")]
    NotOurs,
    /// The database could not be prepared for a scenario.
    #[error("the database could not be prepared for the scenario {scenario}: {reason}")]
    Database {
        /// The scenario.
        scenario: crate::checks::Scenario,
        /// The server's words.
        reason: String,
    },
}
