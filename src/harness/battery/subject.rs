//! Which worker is judged.

use crate::harness::WorkerCommand;

/// The worker that a battery judges.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Subject {
    /// One that is started for it, as a process.
    Command(WorkerCommand),
    /// One that somebody else has started, on a task queue of the battery's stack.
    Elsewhere {
        /// The queue that it polls.
        task_queue: String,
        /// The namespace of that queue; none: `default`.
        namespace: Option<String>,
        /// The connection that it knows, to the stack's own database; none: the one that the battery stores with its own
        /// keys.
        connection_id: Option<String>,
    },
}
