//! Named checks over what was seen of a worker. Pure functions: nothing here does I/O.
//!
//! [`RunEvidence`] is what was seen of one run from outside the worker: by the subscribers of the stream, by the receiver, by
//! Temporal, by Postgres. [`Evidence`] holds it for the [`Scenario`]s that were run. Each [`Check`] of the [`catalogue`]
//! judges one promise and says what it saw. The ids are stable: they are what people name in pull requests and
//! configuration.

mod catalogue;
mod check;
mod delivery;
mod evidence;
mod heartbeat;
mod history;
mod process;
mod protocol;
mod receiver;
mod result;
mod scenario;
mod security;
mod session;
mod sql;
mod stream;
#[cfg(test)]
mod testing;

pub use catalogue::{catalogue, judge};
pub use check::{Check, Finding, Severity, Standing, Verdict};
pub use evidence::{
    ActivityEvidence, Beat, Delivery, Evidence, Facts, HistoryStep, LoggedSql, RunAgain,
    RunEvidence, SeenEvent, VisibleWorkflow,
};
pub(crate) use heartbeat::by_itself;
pub use process::ProcessEvidence;
pub use scenario::Scenario;
