//! What Postgres itself says it executed.
//!
//! The stack's server logs every statement before it runs it, and every error, as one JSON object a line. [`StatementLog`]
//! reads that file through SQL, so that "this SQL was executed" is the server's word and not the agent's. The server
//! collects its log asynchronously; [`StatementLog::since`] therefore writes a line of its own and reads up to it, and so
//! misses nothing that was executed before the call.

mod entry;
mod fields;
mod filter;
mod log;
mod place;
mod reader;
mod since;

pub use entry::{LoggedStatement, StatementKind};
pub use filter::StatementFilter;
pub use log::{LogPosition, StatementLog};

pub(super) use fields::as_text;
pub(super) use place::{DIRECTORY, FILE, JSON_FILE};
pub(super) use since::LoggedSince;
