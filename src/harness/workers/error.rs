//! Why a worker's process is of no use.

use std::io;

/// Why a worker could not be started as a process.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerProcessError {
    /// The worker's command is unusable.
    #[error("the worker's command `{command}` cannot be used: {reason}")]
    Command {
        /// The command, as it was given.
        command: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What ends the worker when this process is gone could not be started.
    #[error(
        "the worker `{program}` was not started: nothing would end it when this process is killed"
    )]
    Leash {
        /// The program.
        program: String,
        /// Why not.
        #[source]
        source: crate::stack::StackError,
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
}
