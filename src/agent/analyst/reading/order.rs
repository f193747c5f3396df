//! Orders and amounts: `top 5`, `5 terbanyak`, `paling sedikit`, `urutkan dari yang terbesar`.

use super::super::failure::Failure;
use super::super::intent::Direction;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::units::Units;

/// The most rows that a ranking can ask for; larger numbers are years, amounts, or mistakes.
pub(super) const MOST_ROWS: u32 = 1000;

/// What the question says about order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ranking {
    /// Which end comes first.
    pub direction: Option<Direction>,
    /// How many.
    pub amount: Option<u32>,
    /// Whether all are to be listed in order.
    pub sort: bool,
    /// Whether several are asked for without saying how many.
    pub several: bool,
}

/// Finds the order, and marks its words.
pub(super) fn read(units: &mut Units, draft: &Draft) -> Result<Ranking, Failure> {
    let mut ranking = Ranking {
        amount: amount(units, draft)?,
        ..Ranking::default()
    };
    let sorts = units.open_words(|word| word == Word::Sort);
    ranking.sort = !sorts.is_empty() || from_to(units);
    for at in sorts {
        units.take(at);
    }
    for (word, direction, explicit) in [
        (Word::High, Direction::Descending, true),
        (Word::Low, Direction::Ascending, true),
        (Word::Top, Direction::Descending, false),
        (Word::Bottom, Direction::Ascending, true),
        (Word::Big, Direction::Descending, false),
    ] {
        for at in units.open_words(|open| open == word) {
            if explicit && ranking.direction.is_some_and(|known| known != direction) {
                return Err(contradiction(units));
            }
            // `top` says that there is a ranking; `terendah` beside it says which.
            if explicit || ranking.direction.is_none() {
                ranking.direction = Some(direction);
            }
            units.take(at);
        }
    }
    let top = units.has_word(|word| matches!(word, Word::Top | Word::Bottom));
    let plural = draft.subject.is_some_and(|(_, at)| {
        (at + 1..units.len().min(at + 4)).any(|near| units.word(near) == Some(Word::HavePlural))
    });
    ranking.several = top || plural;
    if ranking.sort && ranking.direction.is_none() {
        ranking.direction = Some(Direction::Descending);
    }
    if ranking.amount.is_some() && ranking.direction.is_none() {
        return Err(Failure::NothingToRank);
    }
    Ok(ranking)
}

fn contradiction(units: &Units) -> Failure {
    Failure::Contradiction {
        words: units
            .written_where(|unit| matches!(unit.sense, Sense::Word(word) if word.is_rank())),
    }
}

/// `dari yang tertinggi ke yang terendah`: the second end only repeats the first.
fn from_to(units: &mut Units) -> bool {
    let ends = units.open_words(|word| matches!(word, Word::High | Word::Low));
    if let [first, second] = ends[..] {
        let between: Vec<_> = (first + 1..second)
            .filter_map(|at| units.word(at))
            .collect();
        let only = between.len() == second - first - 1
            && between
                .iter()
                .all(|word| matches!(word, Word::To | Word::That))
            && between.contains(&Word::To);
        if only {
            for at in first + 1..=second {
                units.take(at);
            }
            return true;
        }
    }
    // `dari yang terbanyak`
    if let [only] = ends[..] {
        let that = only
            .checked_sub(1)
            .filter(|at| units.word(*at) == Some(Word::That));
        let of = that
            .and_then(|at| at.checked_sub(1))
            .filter(|at| units.word(*at) == Some(Word::Of));
        return of.is_some();
    }
    false
}

/// The number of rows asked for: a number beside the subject or beside a word of order.
fn amount(units: &mut Units, draft: &Draft) -> Result<Option<u32>, Failure> {
    let mut amount = None;
    for at in units.open_where(|sense| matches!(sense, Sense::Number(_))) {
        let Some(Sense::Number(number)) = units.sense(at) else {
            continue;
        };
        let ranks = |at: Option<usize>| {
            at.and_then(|at| units.word(at))
                .is_some_and(|word| word.is_rank() && word != Word::Sort || word == Word::Big)
        };
        let subject = draft.subject.map(|(_, subject)| subject);
        let after = (at + 1..units.len()).find(|next| {
            Some(*next) == subject
                || units.open(*next)
                    && !units
                        .word(*next)
                        .is_some_and(|w| w.is_rank() || w == Word::Big)
        });
        let fits = ranks(at.checked_sub(1))
            || ranks(Some(at + 1))
            || after.is_some() && after == subject
            || at.checked_sub(1).is_some() && at.checked_sub(1) == subject;
        let year = (1900..=2100).contains(&number);
        if !fits || number == 0 || number > MOST_ROWS || year {
            continue;
        }
        if amount.is_some() {
            return Err(Failure::Contradiction {
                words: units.written_where(|unit| matches!(unit.sense, Sense::Number(_))),
            });
        }
        amount = Some(number);
        units.take(at);
    }
    Ok(amount)
}
