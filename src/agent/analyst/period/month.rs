//! Months and their names.

use crate::agent::analyst::language::Language;

/// The years that a number can mean.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2100;

/// The names of the months: Indonesian, English, and short forms of both.
const NAMES: [(&str, &str, &[&str]); 12] = [
    ("Januari", "January", &["jan"]),
    ("Februari", "February", &["feb", "peb", "pebruari"]),
    ("Maret", "March", &["mar", "mrt"]),
    ("April", "April", &["apr"]),
    ("Mei", "May", &[]),
    ("Juni", "June", &["jun"]),
    ("Juli", "July", &["jul"]),
    ("Agustus", "August", &["agu", "ags", "agt", "agst", "aug"]),
    ("September", "September", &["sep", "sept"]),
    ("Oktober", "October", &["okt", "oct"]),
    ("November", "November", &["nov", "nop", "nopember"]),
    ("Desember", "December", &["des", "dec"]),
];

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Month {
    /// Months since the year 0.
    count: u32,
}

impl Month {
    /// The month, from 1 to 12, of a year.
    pub fn new(year: u32, month: u32) -> Self {
        Self {
            count: year * 12 + month - 1,
        }
    }

    /// The first of a year.
    pub fn first_of(year: u32) -> Self {
        Self::new(year, 1)
    }

    /// So many months later.
    pub fn later(self, months: u32) -> Self {
        Self {
            count: self.count + months,
        }
    }

    /// The month before.
    pub fn before(self) -> Self {
        Self {
            count: self.count.saturating_sub(1),
        }
    }

    /// How many months there are from another one to this.
    pub fn since(self, other: Self) -> u32 {
        self.count.saturating_sub(other.count)
    }

    /// The year.
    pub fn year(self) -> u32 {
        self.count / 12
    }

    /// The month of the year, from 1 to 12.
    pub fn month(self) -> u32 {
        self.count % 12 + 1
    }

    /// Its first day, as SQL reads it.
    pub fn date(self) -> String {
        format!("{:04}-{:02}-01", self.year(), self.month())
    }

    /// Its name with the year.
    pub fn name(self, language: Language) -> String {
        let (indonesian, english, _) = NAMES[(self.count % 12) as usize];
        format!("{} {}", language.pick(indonesian, english), self.year())
    }
}

/// The month of the year that a word in lower case names.
pub(super) fn month(word: &str) -> Option<u32> {
    let place = NAMES.iter().position(|(indonesian, english, short)| {
        indonesian.eq_ignore_ascii_case(word)
            || english.eq_ignore_ascii_case(word)
            || short.contains(&word)
    })?;
    u32::try_from(place + 1).ok()
}

/// Whether a word names a month and means nothing else: short forms and `may` could be anything.
pub(super) fn is_name_of_month(word: &str) -> bool {
    month(word).is_some() && word.len() > 3
}

/// The year that a number in digits can mean.
pub(super) fn year(word: &str) -> Option<u32> {
    let digits = word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    word.parse()
        .ok()
        .filter(|year| digits && YEARS.contains(year))
}
