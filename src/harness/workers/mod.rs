//! Workers as processes of their own, of this crate or of any language: started, looked at, stopped, killed.

mod command;
mod end_of_output;
mod error;
mod polled;
mod process;

pub use command::WorkerCommand;
pub use error::WorkerProcessError;
pub(super) use polled::until_polled;
pub use process::WorkerProcess;
