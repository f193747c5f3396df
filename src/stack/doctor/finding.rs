//! One thing that was found.

use serde::Serialize;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Fine,
    /// A run goes on, slower or with less room than it should have.
    Warning,
    /// A run would end in an error.
    Problem,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about: `engine`, `images`, `ports`, …
    pub topic: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found.
    pub text: String,
    /// The command that mends it; `None` only when all is well.
    pub fix: Option<String>,
}

impl Finding {
    pub(super) fn fine(topic: &'static str, text: impl Into<String>) -> Self {
        Self {
            topic,
            severity: Severity::Fine,
            text: text.into(),
            fix: None,
        }
    }

    pub(super) fn warning(
        topic: &'static str,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            topic,
            severity: Severity::Warning,
            text: text.into(),
            fix: Some(fix.into()),
        }
    }

    pub(super) fn problem(
        topic: &'static str,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            topic,
            severity: Severity::Problem,
            text: text.into(),
            fix: Some(fix.into()),
        }
    }
}
