//! SQL: what may run, running it, and what comes back.
//!
//! Two fences stand before the data. The [`guard`] reads a statement and lets through one read-only query over the
//! known tables; the executor runs it as the connection's own (read-only) role, in a read-only transaction, with
//! time-outs and a row limit that the server enforces. What is sent is the guard's own spelling of the query, never the
//! bytes that came in.

mod error;
mod executor;
mod guard;
mod in_flight;
mod result_set;
pub(crate) mod values;

pub use error::SqlError;
pub(crate) use executor::{Executed, execute};
pub use guard::GuardError;
pub(crate) use guard::{Relations, guard};
pub(crate) use result_set::ResultSet;
