//! What the user reads: an answer from rows, or why there is none.

mod figures;
mod lines;
mod refusal;
mod rows;
mod sentences;
mod table;

pub(super) use lines::{nothing_ran, understood};
pub(super) use refusal::refusal;
pub(super) use rows::answer;
