//! The loop: the model's turns and the tools it calls, until it answers.
//!
//! Each run is bounded (turns, calls, repeated failures, time, bytes), can be stopped at any moment, and tells every
//! step as an event. What it promises of the events: every `tool_start` has its `tool_end`, in the order of the calls;
//! an `sql_result` follows its `tool_end` at once, and its chart follows that; the `token`s joined are the answer, and after
//! them come at most the questions to ask next.

mod budget;
mod calls;
mod conversation;
mod empty_results;
mod ending;
mod prompt;
mod speech;
mod stages;
mod start;
mod turn;

pub(super) use start::{Parts, run};

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
