//! The first fence: one read-only query over known tables, or a reason why not.
//!
//! Everything that is not known to be harmless is refused: relations come from the scanned tables or the query's own
//! common table expressions, functions and types from a list. The parser's reading is what counts, so it is also what
//! is sent: the result is the tree written out again, and read again to see that nothing changed on the way.

mod check;
mod clauses;
mod error;
mod expressions;
mod functions;
mod names;
mod parse;
mod relations;
mod types;

pub use error::GuardError;
pub(crate) use parse::{Guarded, guard};
pub(crate) use relations::Relations;

#[cfg(test)]
mod attack_tests;
#[cfg(test)]
mod tests;
