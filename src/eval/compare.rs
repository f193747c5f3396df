//! Whether a result is the golden one, as a question's file wants it.

use super::Golden;
use crate::rows::{Difference, Rows, Rule};

/// Whether a result holds the golden rows: in the order that the question asks for, with as many further columns as it allows.
///
/// # Errors
/// In what it differs.
pub fn compare(seen: &Rows, golden: &Rows, question: &Golden) -> Result<(), Difference> {
    let rule = Rule {
        ordered: question.ordered,
        extra_columns: question.extra_columns,
        ..Rule::default()
    };
    crate::rows::compare(seen, golden, &rule)
}
