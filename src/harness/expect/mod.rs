//! What a test expects of a run, beyond the checks that every run is judged by.
//!
//! [`Run::expect`](super::Run::expect) begins a chain of expectations that ends with [`check`](Expectations::check): all that do
//! not hold are in one error, each with what was expected and what was seen side by side. `docs/expectations.md` shows every
//! form and how it fails.

mod answer;
mod answer_table;
mod calls;
mod cells;
mod counts;
mod error;
mod events;
mod expectations;
mod figures;
mod is;
mod layout;
mod names;
mod order;
mod outcome;
mod path;
mod pattern;
mod same_rows;
mod subject;
#[cfg(test)]
mod testing;
mod timing;
mod tools;

#[cfg(test)]
mod failures_tests;
#[cfg(test)]
mod page_tests;

pub use calls::Call;
pub use cells::Row;
pub use counts::Times;
pub use error::{ExpectationError, Reason, Unmet};
pub use expectations::Expectations;
pub use is::Is;
pub(super) use layout::{one_line, shortened};
pub use pattern::PatternError;
pub use same_rows::SameRows;
pub use tools::Trajectory;

use path::Path;
