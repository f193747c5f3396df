//! Whether two results say the same.
//!
//! Rows are compared as a multiset, or in order where the golden statement orders them. The names of columns are ignored:
//! every golden column must be found among the others by what it holds, each in a column of its own, and as many further
//! columns may be there as the question allows. Cells are compared by meaning: see `cell`.

mod cell;
mod columns;
mod difference;

pub use columns::compare;
pub use difference::Difference;
