//! Named checks over the evidence of one run. Pure functions: nothing here does I/O.
//!
//! [`RunEvidence`] is what was seen from outside the worker: by the subscriber of the stream, by Temporal, by Postgres.
//! Each [`Check`] of the [`catalogue`] judges one promise and says what it saw. The ids are stable: they are what
//! people name in pull requests and CI configuration.

mod answer;
mod catalogue;
mod evidence;
mod protocol;
mod sql;
mod stream;
mod temporal;

pub use catalogue::{Check, Finding, Verdict, catalogue, judge};
pub use evidence::{HistoryStep, LoggedSql, RunEvidence, SeenEvent, VisibleWorkflow};
