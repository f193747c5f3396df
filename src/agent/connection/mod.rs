//! Databases that the agent may query: how they are stored, opened, kept open and tested.

mod databases;
mod error;
mod idle;
mod target;
mod uri;

pub(crate) use databases::{Databases, Session};
pub use error::ConnectionError;
pub(crate) use error::said;
pub(crate) use target::Target;
pub(crate) use uri::parse;
