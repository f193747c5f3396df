//! Workers as processes of their own, of this crate or of any language: started, looked at, stopped, killed.

mod command;
mod error;
mod process;

pub use command::WorkerCommand;
pub use error::WorkerProcessError;
pub use process::WorkerProcess;
