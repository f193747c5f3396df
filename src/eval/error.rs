//! Why an evaluation cannot be made, in words that say what would be right.

use std::fmt;

use super::{Question, Questions};
use crate::harness::HarnessError;

/// How many faults are told at once.
const MOST: usize = 20;

/// One thing that is wrong with the questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionFault {
    file: String,
    line: Option<usize>,
    reason: String,
}

impl QuestionFault {
    pub(super) fn in_file(file: &str, reason: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            reason: reason.into(),
        }
    }

    pub(super) fn in_line(file: &str, line: usize, reason: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::in_file(file, reason)
        }
    }

    pub(super) fn of(question: &Question, reason: impl Into<String>) -> Self {
        Self::in_line(&question.file, question.line, reason)
    }

    pub(super) fn no_such(id: &str, questions: &Questions) -> Self {
        let mut files: Vec<&str> = questions.iter().map(|one| one.file.as_str()).collect();
        files.dedup();
        let first = questions.iter().next().map_or("", |one| &one.id);
        Self::in_file(
            &files.join(", "),
            format!("there is no question `{id}`; an id is one such as `{first}`"),
        )
    }
}

impl fmt::Display for QuestionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

/// Everything that is wrong with the questions, each with its file and line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", told(.0))]
pub struct QuestionsError(Vec<QuestionFault>);

impl QuestionsError {
    pub(super) fn new(faults: Vec<QuestionFault>) -> Self {
        Self(faults)
    }

    /// What is wrong, in the order of files and lines.
    pub fn faults(&self) -> &[QuestionFault] {
        &self.0
    }
}

fn told(faults: &[QuestionFault]) -> String {
    let mut lines = vec!["the questions cannot be used".to_owned()];
    lines.extend(faults.iter().take(MOST).map(|fault| format!("  {fault}")));
    if faults.len() > MOST {
        lines.push(format!("  and {} more", faults.len() - MOST));
    }
    lines.join("\n")
}

/// Why an evaluation cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// The questions are to blame.
    #[error(transparent)]
    Questions(#[from] QuestionsError),
    /// The database that the golden statements run on cannot be reached. The text holds no password.
    #[error("the database of the golden statements cannot be reached: {0}")]
    Database(String),
    /// The stack is broken: every further question would fail too.
    #[error(transparent)]
    Harness(#[from] HarnessError),
}
