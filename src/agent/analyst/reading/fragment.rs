//! Short questions that only make sense after another one: `kalau yang terendah?`, `bagaimana dengan Bali?`, `per kabupaten?`.
//!
//! The same rules look for values, groupings, a metric and an order; here none of them must be there, but all words must be
//! explained just as well.

use std::collections::BTreeSet;

use super::super::change::{Change, ChangedPeriod, ChangedValues};
use super::super::failure::Failure;
use super::super::intent::Group;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::super::world::World;
use super::order::MOST_ROWS;
use super::units::{Unit, Units};
use super::values::Joined;
use super::{Draft, figure, groups, leftover, order, periods, values};

/// Reads what a fragment changes.
///
/// # Errors
/// What was not understood.
pub(in super::super) fn read_fragment(world: &World, units: Vec<Unit>) -> Result<Change, Failure> {
    let mut units = Units::new(world, units)?;
    lead(&mut units);
    let mut draft = Draft {
        named: values::read(&mut units)?,
        ..Draft::default()
    };
    // `kalau bukan di Bali?` could turn round what was asked before, or take its place.
    if draft.named.iter().any(|named| named.negated) {
        return Err(Failure::Unclear {
            words: units
                .written_where(|unit| matches!(unit.sense, Sense::Word(Word::Not | Word::Except))),
            unknown: false,
        });
    }
    let period = periods::read(&mut units, true)?;
    groups::read(&mut units, &mut draft)?;
    let dimension = dimension(&mut units, &mut draft)?;
    let metric = metric(&mut units)?;
    let quantities = quantities(&mut units)?;
    let ranking = match units.has_word(Word::is_rank) {
        true => order::read(&mut units, &draft)?,
        false => order::Ranking::default(),
    };
    let amount = match ranking.amount {
        Some(amount) => Some(amount),
        None => lone_amount(&mut units),
    };
    for at in units.open_words(|word| matches!(word, Word::HowMany | Word::Which)) {
        units.take(at);
    }
    let there = units.open_words(|word| word == Word::There);
    for at in &there {
        units.take(*at);
    }
    leftover::check(&units)?;
    let is_asked = |word| quantities.contains(&word);
    let written =
        units.written_where(|unit| matches!(unit.sense, Sense::Word(word) if is_asked(word)));
    let change = Change {
        metric,
        written,
        quantities,
        groups: draft.groups.clone(),
        dimension,
        values: changed(&units, &draft),
        direction: ranking.direction,
        amount,
        sort: ranking.sort,
        there: !there.is_empty(),
        period: period.map(|named| ChangedPeriod {
            period: named.period,
            written: named.written,
            date: named.date,
        }),
    };
    if change == Change::default() {
        return Err(Failure::NoMetric);
    }
    Ok(change)
}

/// Marks the words that lead from the question before to this one.
fn lead(units: &mut Units) {
    let mut at = 0;
    while matches!(units.word(at), Some(Word::Lead | Word::And | Word::That)) {
        units.take(at);
        at += 1;
    }
}

/// A dimension that is named by itself, without a grouping word.
fn dimension(units: &mut Units, draft: &mut Draft) -> Result<Option<usize>, Failure> {
    let places = units.open_where(|sense| matches!(sense, Sense::Dimension(_)));
    match places[..] {
        [] => Ok(None),
        [at] => {
            let Some(Sense::Dimension(dimension)) = units.sense(at) else {
                return Ok(None);
            };
            units.take(at);
            draft.subject = Some((Group::Dimension(dimension), at));
            Ok(Some(dimension))
        }
        _ => Err(Failure::Unclear {
            words: units.written_where(|unit| matches!(unit.sense, Sense::Dimension(_))),
            unknown: false,
        }),
    }
}

fn metric(units: &mut Units) -> Result<Option<usize>, Failure> {
    let places = units.open_where(|sense| matches!(sense, Sense::Metric(_)));
    match places[..] {
        [] => Ok(None),
        [at] => {
            units.take(at);
            match units.sense(at) {
                Some(Sense::Metric(metric)) => Ok(Some(metric)),
                _ => Ok(None),
            }
        }
        _ => Err(Failure::Unclear {
            words: units.written_where(|unit| matches!(unit.sense, Sense::Metric(_))),
            unknown: false,
        }),
    }
}

/// The words of quantity. Comparing needs both sides, of which the other one stands in the question before.
fn quantities(units: &mut Units) -> Result<BTreeSet<Word>, Failure> {
    let mut words = figure::quantities(units);
    if words.contains(&Word::Compare) || words.contains(&Word::Between) {
        let compares = |word| matches!(word, Word::Compare | Word::Between);
        return Err(Failure::Unclear {
            words: units
                .written_where(|unit| matches!(unit.sense, Sense::Word(word) if compares(word))),
            unknown: false,
        });
    }
    words.remove(&Word::HowMany);
    Ok(words)
}

/// A number alone, which is no year: how many rows.
fn lone_amount(units: &mut Units) -> Option<u32> {
    let places = units.open_where(|sense| matches!(sense, Sense::Number(_)));
    let [at] = places[..] else { return None };
    let Some(Sense::Number(amount)) = units.sense(at) else {
        return None;
    };
    if !(1..=MOST_ROWS).contains(&amount) {
        return None;
    }
    units.take(at);
    Some(amount)
}

fn changed(units: &Units, draft: &Draft) -> Vec<ChangedValues> {
    let values = draft.named.iter().map(|named| ChangedValues {
        column: named.column,
        values: named.values.clone(),
        each: named.joined == Some(Joined::And),
        owned: named.named
            || units.world.columns[named.column]
                .owner
                .as_ref()
                .is_none_or(|owner| units.mentions(owner)),
    });
    values.collect()
}
