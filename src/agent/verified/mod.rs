//! Verified SQL: questions with a statement that is known to answer them (`context_stores`, contract §7).
//!
//! Somebody wrote these statements down, so they are as little trusted as a model's: each passes the guard before it is
//! offered, and again when it runs.

mod document;
mod offer;

pub use document::VerifiedSql;
pub(crate) use offer::{Offered, offer};
