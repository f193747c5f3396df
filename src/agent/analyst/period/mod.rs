//! Periods: `tahun 2024`, `since March 2025`, `kuartal 2 2025`, `Januari sampai Maret 2025`.
//!
//! Nothing here knows what day it is: `tahun ini` and `last month` are words that are not understood, so that the same question
//! always means the same query.

mod ends;
mod grammar;
mod month;
mod said;

pub(super) use grammar::{Named, named};
pub(super) use month::Month;

/// The words that moments are searched by in the glossary where a question names a period.
pub(super) const DATE_WORDS: [&str; 2] = ["tanggal", "date"];

/// The time from the beginning of one month to before the beginning of another; one side may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Period {
    /// The first month.
    pub from: Option<Month>,
    /// The month after the last.
    pub until: Option<Month>,
}

/// How sure it is that the words name a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// The words can mean nothing else.
    Sure,
    /// A number after a preposition (`pada 2024`), which may still count what follows.
    Likely,
    /// A number alone.
    Bare,
}

impl Period {
    /// A number of months from one on.
    pub fn months(from: Month, count: u32) -> Self {
        Self {
            from: Some(from),
            until: Some(from.later(count)),
        }
    }

    /// A whole year.
    pub fn year(year: u32) -> Self {
        Self::months(Month::first_of(year), 12)
    }

    /// Whether the text speaks of any, so that moments must be searched for.
    pub fn is_named_in(text: &str) -> bool {
        super::tokens::tokens(text)
            .iter()
            .any(|token| month::year(&token.text).is_some() || month::is_name_of_month(&token.text))
    }

    /// The conditions that a moment in it meets: half open, so that nothing of the last day is lost.
    pub fn conditions(self, sql: &str) -> impl Iterator<Item = String> {
        let from = self
            .from
            .map(|month| format!("{sql} >= '{}'", month.date()));
        let until = self
            .until
            .map(|month| format!("{sql} < '{}'", month.date()));
        from.into_iter().chain(until)
    }
}

#[cfg(test)]
mod period_tests;
