//! Which words of a question name a period.

use super::ends::{Meaning, Words};
use super::{Certainty, Month, Period};
use crate::agent::analyst::tokens::Token;

const IN: [&[&str]; 18] = [
    &["pada"],
    &["di"],
    &["dalam"],
    &["selama"],
    &["sepanjang"],
    &["untuk"],
    &["in"],
    &["in", "the"],
    &["during"],
    &["during", "the"],
    &["for"],
    &["within"],
    &["throughout"],
    &["pada", "periode"],
    &["selama", "periode"],
    &["periode"],
    &["in", "the", "period"],
    &["for", "the"],
];
const SINCE: [&[&str]; 6] = [
    &["sejak"],
    &["mulai"],
    &["mulai", "dari"],
    &["since"],
    &["starting", "in"],
    &["starting", "from"],
];
const BEFORE: [&[&str]; 3] = [&["sebelum"], &["before"], &["prior", "to"]];
const AFTER: [&[&str]; 3] = [&["setelah"], &["sesudah"], &["after"]];
const FROM: [&[&str]; 6] = [
    &["dari"],
    &["mulai"],
    &["mulai", "dari"],
    &["from"],
    &["sejak"],
    &["periode"],
];
const TO: [&[&str]; 11] = [
    &["sampai"],
    &["sampai", "dengan"],
    &["hingga"],
    &["s", "d"],
    &["sd"],
    &["to"],
    &["through"],
    &["until"],
    &["till"],
    &["up", "to"],
    &["-"],
];
const BETWEEN: [&[&str]; 3] = [&["antara"], &["di", "antara"], &["between"]];
const AND: [&[&str]; 2] = [&["dan"], &["and"]];
const NOW: [&[&str]; 5] = [
    &["sekarang"],
    &["kini"],
    &["saat", "ini"],
    &["now"],
    &["today"],
];
/// What changes the meaning of a period and is understood in none of the ways above: `from 2024` and `hingga 2024` do not say which
/// end they mean.
const UNCLEAR: [&[&str]; 8] = [
    &["dari"],
    &["from"],
    &["sampai"],
    &["hingga"],
    &["until"],
    &["till"],
    &["to"],
    &["-"],
];

/// Words that name a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Found {
    /// The first word's place.
    pub start: usize,
    /// The place after the last word.
    pub end: usize,
    /// What they mean.
    pub meaning: Named,
}

/// What words for a period mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Named {
    /// A period.
    Period(Period, Certainty),
    /// A month of which nothing says the year.
    WhichYear,
    /// No period, though the words speak of one: `tahun 1800`, `5 Maret 2025`.
    Nonsense,
}

/// The periods that a text names, in order.
pub(in super::super) fn named(tokens: &[Token]) -> Vec<Found> {
    let words = Words(tokens);
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((mut next, mut meaning)) = begins(words, at) else {
            at += 1;
            continue;
        };
        let mut start = at;
        let is_bare = matches!(meaning, Named::Period(_, Certainty::Bare));
        // `5 Maret 2025` is a day, `2024/2025` may be a season, `2025-03-01` is written in numbers.
        let day = at > 0 && words.number(at - 1) && super::month::month(words.at(at)).is_some();
        if day {
            start -= 1;
        }
        let more = words.number(next);
        while words.number(next) {
            next += 1;
        }
        if day || more && !is_bare {
            meaning = Named::Nonsense;
        } else if more {
            // A number beside another one is no year.
            at = next;
            continue;
        }
        if let Some(end) = words
            .after(next, &TO)
            .filter(|end| words.end(*end).is_some())
        {
            // The beginning of a stretch of time whose end does not fit.
            next = words.end(end).map_or(end, |(_, next)| next);
            meaning = Named::Nonsense;
        }
        found.push(Found {
            start,
            end: next,
            meaning,
        });
        at = next;
    }
    found
}

/// The words from a place on that name a period: the place after them, and what they mean.
fn begins(words: Words<'_>, at: usize) -> Option<(usize, Named)> {
    stretch(words, at)
        .or_else(|| open(words, at))
        .or_else(|| single(words, at))
}

/// `dari Januari sampai Maret 2025`, `tahun 2023 sampai 2025`, `between 2023 and 2025`.
fn stretch(words: Words<'_>, at: usize) -> Option<(usize, Named)> {
    let between = words.after(at, &BETWEEN);
    let lead = between
        .or_else(|| words.after(at, &FROM))
        .or_else(|| words.after(at, &IN))
        .unwrap_or(at);
    let (first, next) = words.end(lead)?;
    let link = match between {
        Some(_) => words.after(next, &AND).or_else(|| words.after(next, &TO)),
        None => words.after(next, &TO),
    };
    let link = link?;
    if let (Some(end), Some(first)) = (words.after(link, &NOW), whole(first)) {
        let since = Period {
            until: None,
            ..first
        };
        return Some((end, Named::Period(since, Certainty::Sure)));
    }
    let (last, end) = words.end(link)?;
    // `Januari sampai Maret 2025`: the year is said once.
    let first = match (first, whole(last)) {
        (Meaning::Month(month), Some(last)) => last
            .from
            .map(|from| Period::months(Month::new(from.year(), month), 1)),
        (first, _) => whole(first),
    };
    let period = match (first, whole(last)) {
        (Some(first), Some(last)) if first.from < last.from => Some(Period {
            from: first.from,
            until: last.until,
        }),
        _ => None,
    };
    let meaning = match (period, last) {
        (Some(period), _) => Named::Period(period, Certainty::Sure),
        (None, Meaning::Month(_)) => Named::WhichYear,
        (None, _) => Named::Nonsense,
    };
    Some((end, meaning))
}

/// What is left of a period on one side of it.
type Side = fn(Period) -> Period;

/// `sejak 2024`, `before March 2025`.
fn open(words: Words<'_>, at: usize) -> Option<(usize, Named)> {
    let sides: [(&[&[&str]], Side); 3] = [
        (&SINCE, |period| Period {
            until: None,
            ..period
        }),
        (&BEFORE, |period| Period {
            from: None,
            until: period.from,
        }),
        (&AFTER, |period| Period {
            from: period.until,
            until: None,
        }),
    ];
    sides.into_iter().find_map(|(phrases, side)| {
        let (meaning, next) = words.end(words.after(at, phrases)?)?;
        let meaning = match (whole(meaning), meaning) {
            (Some(period), _) => Named::Period(side(period), Certainty::Sure),
            (None, Meaning::Month(_)) => Named::WhichYear,
            (None, _) => Named::Nonsense,
        };
        Some((next, meaning))
    })
}

/// `pada 2024`, `Maret 2025`.
fn single(words: Words<'_>, at: usize) -> Option<(usize, Named)> {
    if let Some(lead) = words.after(at, &UNCLEAR)
        && let Some((_, next)) = words.end(lead)
    {
        return Some((next, Named::Nonsense));
    }
    let after = words.after(at, &IN);
    let lead = after.unwrap_or(at);
    let (meaning, next) = words.end(lead)?;
    let meaning = match meaning {
        Meaning::Number(year) => {
            let certainty = match after {
                Some(_) => Certainty::Likely,
                None => Certainty::Bare,
            };
            Named::Period(Period::year(year), certainty)
        }
        Meaning::Period(period) => Named::Period(period, Certainty::Sure),
        // `mar` or `may` alone can be anything.
        Meaning::Month(_) => {
            let said = after.is_some() || next > lead + 1;
            if !said && !super::month::is_name_of_month(words.at(lead)) {
                return None;
            }
            Named::WhichYear
        }
        Meaning::Nonsense => Named::Nonsense,
    };
    Some((next, meaning))
}

/// What a part of a name means by itself.
fn whole(meaning: Meaning) -> Option<Period> {
    match meaning {
        Meaning::Number(year) => Some(Period::year(year)),
        Meaning::Period(period) => Some(period),
        Meaning::Month(_) | Meaning::Nonsense => None,
    }
}
