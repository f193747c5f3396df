//! Telling a control plane of this worker (contract §6): that it is there, how much it does, and that it goes.
//!
//! Whatever the control plane does, the worker works: being away, slow or refusing costs it nothing but lines in its log.

mod client;
mod registration;
mod sessions;
mod settings;

pub(super) use registration::{Facts, Registration};
pub(super) use sessions::ActiveSessions;
pub use settings::ControlPlane;
pub(super) use settings::from_variables;
