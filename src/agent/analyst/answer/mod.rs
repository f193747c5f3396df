//! What the user reads: an answer from rows, or why there is none.

mod figures;
mod lines;
mod names;
mod refusal;
mod rows;
mod sentences;
mod stated;
mod table;

pub(super) use lines::{as_stated, nothing_ran, understood};
pub(super) use refusal::refusal;
pub(super) use rows::answer;
pub(super) use stated::stated;
