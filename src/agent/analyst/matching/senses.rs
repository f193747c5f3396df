//! What a phrase can stand for.

use super::super::lexicon::Word;
use super::super::period::{Certainty, Period};

/// One meaning of a phrase. Numbers are places in the lists of the [`World`](super::super::world::World).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Sense {
    /// A metric.
    Metric(usize),
    /// A dimension.
    Dimension(usize),
    /// A value of a column.
    Value {
        /// The column.
        column: usize,
        /// Its value.
        value: usize,
        /// Whether the words also belong to the language (`ada`, `ya`), so that they are a value only next to the
        /// dimension's name.
        weak: bool,
    },
    /// A name that has yet to be looked up in a column.
    Place {
        /// The column.
        column: usize,
    },
    /// The rows of a table that the catalogue has no words for.
    Table(usize),
    /// A moment that a period can narrow: `bergabung`, `tanggal pengajuan`.
    Date(usize),
    /// A period.
    Period {
        /// The period.
        period: Period,
        /// How sure it is.
        certainty: Certainty,
    },
    /// A month of which nothing says the year.
    WhichYear,
    /// The whole database.
    Everything,
    /// A number.
    Number(u32),
    /// A word of the language.
    Word(Word),
    /// Not known.
    Unknown,
}

impl Sense {
    /// Whether the catalogue gave the word its meaning, which goes before what the language says.
    pub fn is_of_the_domain(self) -> bool {
        !matches!(
            self,
            Self::Word(_) | Self::Number(_) | Self::Period { .. } | Self::WhichYear | Self::Unknown
        )
    }
}
