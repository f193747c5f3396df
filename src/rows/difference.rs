//! In what two results differ.

/// In what a result differs from the golden one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// It has more or fewer rows.
    #[error("{seen} {} instead of {golden}", if *.seen == 1 { "row" } else { "rows" })]
    Rows {
        /// How many it has.
        seen: usize,
        /// How many are right.
        golden: usize,
    },
    /// It has fewer columns, or more than may be there.
    #[error("{seen} {} instead of {golden}{}", if *.seen == 1 { "column" } else { "columns" }, further(*.extra))]
    Columns {
        /// How many it has.
        seen: usize,
        /// How many are right.
        golden: usize,
        /// How many more may be there.
        extra: usize,
    },
    /// No column of it holds what this one does.
    #[error("no column holds what the golden column {number} (`{name}`) does")]
    Column {
        /// The golden column's place, from 1.
        number: usize,
        /// Its name.
        name: String,
    },
    /// The column at its place holds something else.
    #[error("column {number} does not hold what the golden column {number} (`{name}`) does")]
    Place {
        /// The column's place, from 1.
        number: usize,
        /// The golden column's name.
        name: String,
    },
    /// No column of it has this name, or more than one.
    #[error("{} called `{name}`", if *.count == 0 { "no column is".to_owned() } else { format!("{count} columns are") })]
    Name {
        /// The golden column's name.
        name: String,
        /// How many columns have it.
        count: usize,
    },
    /// The column of this name holds something else.
    #[error("the column `{name}` does not hold what the golden one does")]
    Named {
        /// The name.
        name: String,
    },
    /// Each column is there, but not in the same rows.
    #[error("the columns are right one by one, but their rows do not belong together")]
    Pairing,
    /// The rows are right, and their order is not.
    #[error("the rows are right, but not their order")]
    Order,
}

fn further(extra: usize) -> String {
    match extra {
        0 => String::new(),
        _ => format!(" and up to {extra} more"),
    }
}
