//! Results of statements: read as the role that may only read, and compared by what they say.
//!
//! Rows are compared as a multiset or in order, see [`Rule`]. Unless names or places are to count, every golden column must be
//! found among the others by what it holds, each in a column of its own, and as many further columns may be there as the
//! rule allows. Cells are compared by meaning: see `cell`.

mod cell;
mod columns;
mod database;
mod difference;
mod order;
mod rule;
mod side_by_side;
mod table;

pub use columns::compare;
pub use database::{Database, Unreachable};
pub use difference::Difference;
pub use rule::{ColumnsBy, Rule};
pub use table::{Column, Kind, Rows};

pub(crate) use order::{is_look_up, is_ordered};
pub(crate) use side_by_side::side_by_side;
