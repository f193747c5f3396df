//! What would stop a run on this machine, found out without starting anything.
//!
//! One file a topic; each gives [`Finding`]s, and one that is not fine comes with the command that mends it. What only
//! costs time, such as an image that has yet to be built, is a warning; what would end a run in an error is a problem.

mod binaries;
mod commands;
mod diagnose;
mod engine;
mod finding;
mod images;
mod leftovers;
mod ports;
mod space;

pub use diagnose::diagnose;
pub use finding::{Finding, Severity};
