//! Expectations that do not hold.

use std::fmt;

use super::layout::wrapped;
use super::pattern::PatternError;
use crate::harness::Artefacts;
use crate::harness::artefacts::ending;

/// Why an expectation does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Something else was seen.
    Differs,
    /// The run does not have what is looked at: no stream, no result, no rows.
    NotJudged,
    /// The expectation itself is wrong: a pattern that cannot be read, a tool that nobody knows, NaN.
    Unreadable,
}

/// One expectation that does not hold. Its text has what was expected and what was seen side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    reason: Reason,
    text: String,
}

impl Unmet {
    pub(super) fn differs(what: impl Into<String>, beside: impl fmt::Display) -> Self {
        Self {
            reason: Reason::Differs,
            text: format!("{}\n{beside}", what.into()),
        }
    }

    pub(super) fn not_judged(what: impl Into<String>) -> Self {
        Self {
            reason: Reason::NotJudged,
            text: what.into(),
        }
    }

    pub(super) fn unreadable(what: impl Into<String>) -> Self {
        Self {
            reason: Reason::Unreadable,
            text: what.into(),
        }
    }

    /// Says which expectation it is about, where its own text does not.
    pub(super) fn about(mut self, what: &str) -> Self {
        if self.reason != Reason::Differs {
            self.text = format!("{what}: {}", self.text);
        }
        self
    }

    /// Why it does not hold.
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

impl From<PatternError> for Unmet {
    fn from(error: PatternError) -> Self {
        Self::unreadable(error.to_string())
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&wrapped(&self.text, "  "))
    }
}

/// Expectations of one run that do not hold, all of them together.
///
/// `Debug` shows the same text as `Display`: that is what a test shows that returns it with `?`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}{} of {checked} {} for \"{prompt}\"\n(workflow {workflow_id}):\n{}{}",
    .gone.as_ref().map(|gone| format!("{gone}\n")).unwrap_or_default(),
    .unmet.len(),
    match (.checked, .unmet.len()) {
        (1, _) => "expectation does not hold",
        (_, 1) => "expectations does not hold",
        _ => "expectations do not hold",
    },
    listed(.unmet),
    ending(.artefacts),
)]
pub struct ExpectationError {
    pub(super) prompt: String,
    pub(super) workflow_id: String,
    pub(super) checked: usize,
    pub(super) unmet: Vec<Unmet>,
    /// What explains them all.
    pub(super) gone: Option<String>,
    pub(super) artefacts: Option<Artefacts>,
}

impl ExpectationError {
    /// What does not hold, in the order in which it was expected.
    pub fn unmet(&self) -> &[Unmet] {
        &self.unmet
    }
}

impl fmt::Debug for ExpectationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn listed(unmet: &[Unmet]) -> String {
    let texts: Vec<String> = unmet.iter().map(Unmet::to_string).collect();
    texts.join("\n")
}
