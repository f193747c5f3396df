//! Questions that were asked.

use std::time::Duration;

use super::{Judged, Question, Right, Rows, Tally};

/// A question, what became of it, and what would have been right.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// The verdict.
    pub judged: Judged,
    /// The golden rows, where there are any.
    pub golden: Option<Rows>,
    /// What was said.
    pub answer: String,
    /// How long it took, as the client saw it.
    pub took: Duration,
}

impl Asked {
    /// Whether the question has an answer.
    pub fn is_answerable(&self) -> bool {
        matches!(self.question.right, Right::Rows(_))
    }
}

/// All that was asked, in the order of the questions.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The questions.
    pub asked: Vec<Asked>,
    /// How long all of them took, several at once.
    pub took: Duration,
}

impl Evaluation {
    /// The count over everything.
    pub fn tally(&self) -> Tally {
        tally(self.asked.iter())
    }

    /// The count of each file, in the order of the files.
    pub fn by_file(&self) -> Vec<(&str, Tally)> {
        let mut files: Vec<&str> = Vec::new();
        for asked in &self.asked {
            if !files.contains(&asked.question.file.as_str()) {
                files.push(&asked.question.file);
            }
        }
        let of = |file: &str| {
            tally(
                self.asked
                    .iter()
                    .filter(|asked| asked.question.file == file),
            )
        };
        files.into_iter().map(|file| (file, of(file))).collect()
    }

    /// What did not become as it should, in the order of the questions.
    pub fn misses(&self) -> impl Iterator<Item = &Asked> {
        self.asked
            .iter()
            .filter(|asked| !asked.judged.verdict.is_good())
    }
}

fn tally<'a>(asked: impl Iterator<Item = &'a Asked>) -> Tally {
    Tally::of(asked.map(|asked| (asked.judged.verdict, asked.is_answerable())))
}
