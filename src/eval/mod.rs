//! How often a model is right: questions with known answers, asked of a real worker and judged by executed results.
//!
//! [`Questions`] are read from files of one JSON object a line (`fixtures/questions/README.md`), each with hand-written
//! golden SQL, or with none where the question must not be answered. [`evaluate`] asks them through a [`Harness`], takes
//! the statement that the run executed last, runs it and the golden one on the same database as the role that may only
//! read, and compares the rows. Nothing is judged by its wording: not the SQL, not the answer's text.
//!
//! | verdict | meaning |
//! | --- | --- |
//! | right | the rows are the golden ones |
//! | refused | there is an answer, and the model gave none: it ran no statement that answers |
//! | wrong | the rows are others: wrong with confidence |
//! | rightly refused | the question must not be answered, and was not |
//! | answered | the question must not be answered, and was: wrong with confidence too |
//! | failed | the run failed, whatever the question |
//!
//! [`Harness`]: crate::harness::Harness

mod asked;
mod built_in;
mod compare;
mod database;
mod error;
mod judge;
mod question;
mod read;
mod run;
mod tally;

pub use asked::{Asked, Evaluation};
pub use compare::compare;
pub use error::{EvalError, QuestionFault, QuestionsError};
pub use judge::{Answer, Judged, Verdict, judge};
pub use question::{Golden, Question, Questions, Right};
pub use run::{Pace, evaluate};
pub use tally::Tally;

pub use crate::rows::{Column, Database, Difference, Kind, Rows};
