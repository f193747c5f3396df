//! Reading a database's schema into the agent's knowledge.
//!
//! The database is asked in one read-only transaction: its catalogue for tables, columns, comments and keys, then each
//! table once for the values of its low-cardinality columns and a few example rows. What a comment says becomes the
//! description that the model reads.

mod catalog;
mod ddl;
mod describe;
mod profile;
mod report;
mod scan;

pub(crate) use ddl::quoted;
pub use report::{ScanReport, ScanStatus};
pub(crate) use report::{display_name, select};
pub(crate) use scan::scan;
