//! The parts of a period's name: a year, a month, a quarter, half a year.

use super::Period;
use super::month::{Month, month, year};
use crate::agent::analyst::tokens::Token;

/// Words for a year.
const YEAR: [&str; 5] = ["tahun", "thn", "th", "year", "years"];
/// Words for a month.
const MONTH: [&str; 3] = ["bulan", "bln", "month"];
const QUARTER: [&str; 5] = ["kuartal", "kwartal", "triwulan", "tw", "quarter"];
const HALF: [&str; 3] = ["semester", "half", "paruh"];
/// Ordinals, as numbers and words.
const ORDINALS: [&[&str]; 4] = [
    &["1", "i", "pertama", "first"],
    &["2", "ii", "kedua", "second"],
    &["3", "iii", "ketiga", "third"],
    &["4", "iv", "keempat", "fourth"],
];

/// The words that are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a>(pub &'a [Token]);

/// What a part of a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A number that can be a year.
    Number(u32),
    /// Something with its year.
    Period(Period),
    /// A month without its year.
    Month(u32),
    /// Words for a period, and a number that is no year.
    Nonsense,
}

impl<'a> Words<'a> {
    /// The word at a place; empty behind the last.
    pub fn at(self, at: usize) -> &'a str {
        self.0.get(at).map_or("", |token| token.text.as_str())
    }

    /// The place after some words, when they stand there.
    pub fn after(self, at: usize, phrases: &[&[&str]]) -> Option<usize> {
        let stands = |phrase: &&&[&str]| {
            let mut words = phrase.iter().enumerate();
            words.all(|(offset, word)| self.at(at + offset) == *word)
        };
        let longest = phrases.iter().filter(stands).map(|phrase| phrase.len());
        longest.max().map(|length| at + length)
    }

    /// The part of a name that begins at a place, and the place after it.
    pub fn end(self, at: usize) -> Option<(Meaning, usize)> {
        self.part(at)
            .or_else(|| self.named_month(at))
            .or_else(|| self.whole_year(at))
    }

    /// Whether a number in digits stands at a place.
    pub fn number(self, at: usize) -> bool {
        let word = self.at(at);
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
    }

    /// `2024`, `tahun 2024`.
    fn whole_year(self, at: usize) -> Option<(Meaning, usize)> {
        if let Some(number) = year(self.at(at)) {
            // `2025 Q2`
            if let Some((count, months, next)) = self.part_of_year(at + 1) {
                return Some((Meaning::Period(part(number, count, months)), next));
            }
            return Some((Meaning::Number(number), at + 1));
        }
        if !YEAR.contains(&self.at(at)) || !self.number(at + 1) {
            return None;
        }
        match year(self.at(at + 1)) {
            Some(number) => Some((Meaning::Period(Period::year(number)), at + 2)),
            // `tahun 5 besar` is no year.
            None if self.at(at + 1).len() < 3 => None,
            None => Some((Meaning::Nonsense, at + 2)),
        }
    }

    /// `Maret 2025`, `bulan Maret tahun 2025`, `Maret`.
    fn named_month(self, at: usize) -> Option<(Meaning, usize)> {
        let name = at + usize::from(MONTH.contains(&self.at(at)));
        // `the month of March`
        let name = name + usize::from(name > at && self.at(name) == "of");
        let month = month(self.at(name))?;
        let number = self.to_year(name + 1);
        match year(self.at(number)) {
            Some(year) => {
                let from = Month::new(year, month);
                Some((Meaning::Period(Period::months(from, 1)), number + 1))
            }
            None if self.number(number) => Some((Meaning::Nonsense, number + 1)),
            None => Some((Meaning::Month(month), name + 1)),
        }
    }

    /// `kuartal 2 2025`, `Q2 2025`, `semester pertama tahun 2025`, `second half of 2025`.
    fn part(self, at: usize) -> Option<(Meaning, usize)> {
        let (count, months, next) = self.part_of_year(at)?;
        let number = self.to_year(next);
        match year(self.at(number)) {
            Some(year) => Some((Meaning::Period(part(year, count, months)), number + 1)),
            None => Some((Meaning::Nonsense, next)),
        }
    }

    /// Which part of a year, how many months it has, and the place after it.
    fn part_of_year(self, at: usize) -> Option<(u32, u32, usize)> {
        let word = self.at(at);
        let months = |unit: &str| match unit {
            unit if QUARTER.contains(&unit) => Some(3),
            unit if HALF.contains(&unit) => Some(6),
            _ => None,
        };
        let short = |letter: char| word.strip_prefix(letter).filter(|rest| rest.len() == 1);
        let (which, months, next) =
            match (short('q').and_then(ordinal), short('h').and_then(ordinal)) {
                (Some(which), _) => (which, 3, at + 1),
                (None, Some(which)) => (which, 6, at + 1),
                (None, None) => match (months(word), months(self.at(at + 1))) {
                    (Some(months), _) => (ordinal(self.at(at + 1))?, months, at + 2),
                    (None, Some(months)) => (ordinal(word)?, months, at + 2),
                    (None, None) => return None,
                },
            };
        ((which + 1) * months <= 12).then_some((which, months, next))
    }

    /// The place of the number after words that lead to a year.
    fn to_year(self, at: usize) -> usize {
        let at = at + usize::from(["of", "pada"].contains(&self.at(at)));
        at + usize::from(YEAR.contains(&self.at(at)))
    }
}

fn ordinal(word: &str) -> Option<u32> {
    let place = ORDINALS.iter().position(|words| words.contains(&word))?;
    u32::try_from(place).ok()
}

fn part(year: u32, which: u32, months: u32) -> Period {
    Period::months(Month::new(year, which * months + 1), months)
}
