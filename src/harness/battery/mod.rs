//! Everything that is done to a worker so that all of its promises can be judged.
//!
//! [`Battery::run`] goes through the [`Scenario`](crate::checks::Scenario)s one after the other: it asks questions, makes the
//! receiver, the database and the worker itself fail on purpose, and collects what was seen. The worker is a process that is
//! started for it ([`Subject::Command`]), or one that polls a task queue already ([`Subject::Elsewhere`]); then nothing is
//! done that needs its process, and what that would have shown is not judged.

mod again;
mod answered;
#[allow(clippy::module_inception)]
mod battery;
mod data;
mod delivery;
mod error;
mod plain;
mod process;
mod session;
mod subject;
mod subscribers;
mod waiting;

pub use battery::{Battery, BatteryReport, BatterySettings};
pub use error::BatteryError;
pub use subject::Subject;
