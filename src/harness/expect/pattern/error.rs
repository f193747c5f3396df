//! Why a pattern cannot be read.

use std::fmt;

/// How much of a long pattern is shown on each side of what is wrong.
const AROUND: usize = 48;

/// A pattern that cannot be read: the column, and what would be right there.
///
/// `Debug` shows the same text as `Display`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern cannot be read at column {column}: {reason}\n{}", pointed(.pattern, *.column))]
pub struct PatternError {
    pattern: String,
    column: usize,
    reason: String,
}

impl PatternError {
    pub(in crate::harness::expect) fn new(
        pattern: &str,
        column: usize,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            pattern: pattern.to_owned(),
            column,
            reason: reason.into(),
        }
    }

    /// The column, counted in characters from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there, and what would be right.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Debug for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The part of the pattern around a column, and under it a mark.
fn pointed(pattern: &str, column: usize) -> String {
    let chars: Vec<char> = pattern
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let at = column.saturating_sub(1).min(chars.len());
    let from = at.saturating_sub(AROUND);
    let to = (at + AROUND).min(chars.len());
    let before = if from > 0 { "…" } else { "" };
    let after = if to < chars.len() { "…" } else { "" };
    let part: String = chars[from..to].iter().collect();
    let pad = " ".repeat(before.chars().count() + at - from);
    format!("    {before}{part}{after}\n    {pad}^")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_pointed_at_however_long_the_pattern_is() {
        let said = PatternError::new("token %", 7, "what").to_string();
        assert_eq!(
            said,
            "the pattern cannot be read at column 7: what\n    token %\n          ^"
        );
        let long = format!("{}%{}", "token ".repeat(30), " done".repeat(30));
        let said = PatternError::new(&long, 181, "what").to_string();
        let lines: Vec<&str> = said.lines().collect();
        let at = lines[2].chars().count() - 1;
        assert_eq!(lines[1].chars().nth(at), Some('%'), "{said}");
        assert!(
            lines.iter().all(|line| line.chars().count() <= 120),
            "{said}"
        );
    }
}
