//! Periods in words, in the way that the grammar reads them.

use super::{Month, Period};
use crate::agent::analyst::language::Language;

impl Period {
    /// `pada tahun 2024`, `since March 2025`; after the figure that it narrows.
    pub fn in_words(self, language: Language) -> String {
        let id = language == Language::Indonesian;
        match (self.from, self.until) {
            (Some(from), Some(until)) => within(from, until, language),
            (Some(from), None) if id => format!("sejak {}", beginning(from, language)),
            (Some(from), None) => format!("since {}", beginning(from, language)),
            (None, Some(until)) if id => format!("sebelum {}", beginning(until, language)),
            (None, Some(until)) => format!("before {}", beginning(until, language)),
            (None, None) => String::new(),
        }
    }
}

/// A period with both ends.
fn within(from: Month, until: Month, language: Language) -> String {
    let id = language == Language::Indonesian;
    let (year, length) = (from.year(), until.since(from));
    let part = (from.month() - 1).checked_div(length);
    let whole = part.is_some_and(|part| part * length == from.month() - 1);
    match length {
        1 if id => format!("pada {}", from.name(language)),
        1 => format!("in {}", from.name(language)),
        3 if whole && id => format!("pada kuartal {} {year}", part.unwrap_or_default() + 1),
        3 if whole => format!("in Q{} {year}", part.unwrap_or_default() + 1),
        6 if whole && id => format!("pada semester {} {year}", part.unwrap_or_default() + 1),
        6 if whole => format!("in H{} {year}", part.unwrap_or_default() + 1),
        12 if whole && id => format!("pada tahun {year}"),
        12 if whole => format!("in {year}"),
        _ if from.month() == 1 && until.month() == 1 => {
            let last = until.before().year();
            match id {
                true => format!("dari tahun {year} sampai {last}"),
                false => format!("from {year} to {last}"),
            }
        }
        _ => {
            let (first, last) = (from.name(language), until.before().name(language));
            match id {
                true => format!("dari {first} sampai {last}"),
                false => format!("from {first} to {last}"),
            }
        }
    }
}

/// The beginning of a month; of the first of a year, that of the year.
fn beginning(month: Month, language: Language) -> String {
    match month.month() {
        1 => format!("{}{}", language.pick("tahun ", ""), month.year()),
        _ => month.name(language),
    }
}
