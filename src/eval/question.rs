//! A question and what is right.

use super::{QuestionFault, QuestionsError};
use crate::rows::is_ordered;

/// One question of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The file that it stands in, as it was named.
    pub file: String,
    /// Its line in that file, from 1.
    pub line: usize,
    /// Its id, unique over all files that were read together.
    pub id: String,
    /// The prompt.
    pub text: String,
    /// What is right.
    pub right: Right,
}

/// What is right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Right {
    /// These rows.
    Rows(Golden),
    /// No answer: the data does not hold it, it can be read in two ways, or it wants to change something.
    Refusal {
        /// Whether names may be looked up (`SELECT DISTINCT` of plain columns) before it is refused.
        lookup: bool,
    },
}

/// Hand-written SQL whose rows are the right answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Golden {
    /// The statement.
    pub sql: String,
    /// Whether the order of the rows counts: what the file says, else whether the statement orders its rows and has no
    /// `WITH TIES`.
    pub ordered: bool,
    /// How many columns an answer may have beside the golden ones, for labels.
    pub extra_columns: usize,
}

impl Golden {
    /// A statement, ordered when it orders its rows; no further columns.
    pub fn new(sql: impl Into<String>) -> Self {
        let sql = sql.into();
        Self {
            ordered: is_ordered(&sql),
            sql,
            extra_columns: 0,
        }
    }
}

/// Questions in the order of their files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questions(pub(super) Vec<Question>);

impl Questions {
    /// The questions.
    pub fn iter(&self) -> impl Iterator<Item = &Question> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those with the given ids, in their own order; all when no id is given.
    ///
    /// # Errors
    /// Names the ids that no question has.
    pub fn only(self, ids: &[String]) -> Result<Self, QuestionsError> {
        if ids.is_empty() {
            return Ok(self);
        }
        let missing: Vec<_> = ids
            .iter()
            .filter(|id| !self.iter().any(|question| question.id == **id))
            .map(|id| QuestionFault::no_such(id, &self))
            .collect();
        if !missing.is_empty() {
            return Err(QuestionsError::new(missing));
        }
        let wanted = |question: &Question| ids.contains(&question.id);
        Ok(Self(self.0.into_iter().filter(wanted).collect()))
    }
}
