//! Which figure: the metric, put to use as the words of quantity say.

use std::collections::BTreeSet;

use super::super::failure::Failure;
use super::super::intent::{Extent, Figure, Group, Operation, Order};
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::operation::{Asked, only};
use super::order::Ranking;
use super::units::Units;
use super::values::Joined;

/// The words of quantity, which are marked: whether they fit the metric is [`read`]'s to say.
pub(super) fn quantities(units: &mut Units) -> BTreeSet<Word> {
    let places = units
        .open_words(|word| word.is_quantity() || matches!(word, Word::Compare | Word::Between));
    places
        .into_iter()
        .filter_map(|at| {
            let word = units.word(at);
            units.take(at);
            word
        })
        .collect()
}

/// Puts metric, quantities and order together.
pub(super) fn read(
    units: &Units,
    draft: &mut Draft,
    mut words: BTreeSet<Word>,
    ranking: Ranking,
) -> Result<(Figure, Option<Order>), Failure> {
    comparison(units, draft, &mut words)?;
    words.remove(&Word::HowMany);
    let grouped = !draft.groups.is_empty() || draft.subject.is_some() || lists_values(draft);
    let figure = match (draft.metric, draft.counted) {
        (Some((metric, at)), None) => {
            let asked = Asked {
                units,
                draft,
                meta: &units.world.metrics[metric].meta,
                words: &words,
                ranking,
                grouped,
                quantified: units.get(at).is_some_and(|unit| unit.quantified),
            };
            let operation = asked.operation()?;
            Figure::Metric { metric, operation }
        }
        (None, Some(dimension)) => {
            let label = &units.world.dimensions[dimension].label;
            let operation = match words.contains(&Word::Share) {
                true => Operation::Share,
                false => Operation::Count,
            };
            let fitting: &[Word] = match operation {
                Operation::Share => &[Word::Share],
                _ => &[Word::Total, Word::Tally],
            };
            only(units, &words, fitting, label)?;
            Figure::Things {
                dimension,
                operation,
            }
        }
        _ => counted_by_dimension(units, draft, &words)?,
    };
    Ok((figure, order(draft, figure, ranking)?))
}

/// `bandingkan` needs several values, which then are listed one by one; `antara` belongs to it.
fn comparison(units: &Units, draft: &Draft, words: &mut BTreeSet<Word>) -> Result<(), Failure> {
    let compare = words.remove(&Word::Compare);
    let between = words.remove(&Word::Between);
    let fits = lists_values(draft) || compare && !between && !draft.groups.is_empty();
    if (compare || between) && !fits {
        return Err(Failure::Unclear {
            words: units.written_where(|unit| {
                matches!(unit.sense, Sense::Word(Word::Compare | Word::Between))
            }),
            unknown: false,
        });
    }
    Ok(())
}

fn lists_values(draft: &Draft) -> bool {
    draft
        .named
        .iter()
        .any(|named| named.joined == Some(Joined::And))
}

/// A question with no metric may still name a dimension that counts something by itself.
fn counted_by_dimension(
    units: &Units,
    draft: &Draft,
    words: &BTreeSet<Word>,
) -> Result<Figure, Failure> {
    let dimension = match (draft.subject, &draft.groups[..]) {
        (Some((Group::Dimension(dimension), _)), []) => dimension,
        (None, [Group::Dimension(dimension)]) => *dimension,
        _ => return Err(no_metric(units, draft)),
    };
    let known = &units.world.dimensions[dimension];
    // A value of another kind may be what the question is really about.
    let values = draft
        .named
        .iter()
        .any(|named| !units.world.columns[named.column].place);
    if known.counts.is_none() || values || words.is_empty() && draft.subject.is_none() {
        return Err(no_metric(units, draft));
    }
    only(
        units,
        words,
        &[Word::Share, Word::Makeup, Word::Spread],
        &known.label,
    )?;
    let part = words.contains(&Word::Share) || words.contains(&Word::Makeup);
    Ok(Figure::Counted {
        dimension,
        operation: if part {
            Operation::Makeup
        } else {
            Operation::Count
        },
    })
}

/// The order of the rows, if the question ranks any.
fn order(draft: &Draft, figure: Figure, ranking: Ranking) -> Result<Option<Order>, Failure> {
    let Some(direction) = ranking.direction else {
        return match draft.subject {
            Some(_) => Err(Failure::NothingToRank),
            None => Ok(None),
        };
    };
    let extreme = matches!(
        figure,
        Figure::Metric {
            operation: Operation::Maximum | Operation::Minimum,
            ..
        }
    );
    if draft.subject.is_none() && draft.groups.is_empty() && !lists_values(draft) {
        return if extreme && ranking.amount.is_none() {
            Ok(None)
        } else {
            Err(Failure::NothingToRank)
        };
    }
    if draft.groups.len() > 1 && ranking.amount.is_some() {
        return Err(Failure::NothingToRank);
    }
    let extent = match ranking.amount {
        Some(amount) => Extent::First(amount),
        // `provinsi mana yang terbanyak` asks for one; `which provinces have` and `urutkan` for all of them in order.
        None if draft.subject.is_some() && !ranking.sort && !ranking.several => Extent::Best,
        None => Extent::All,
    };
    Ok(Some(Order { direction, extent }))
}

/// Nothing is to be measured; what was understood instead.
fn no_metric(units: &Units, draft: &Draft) -> Failure {
    let values: Vec<_> = draft
        .named
        .iter()
        .flat_map(|named| named.values.iter().map(|value| (named.column, *value)))
        .map(|(column, value)| {
            let label = units.world.columns[column].label.clone();
            (units.world.value(column, value).to_owned(), label)
        })
        .collect();
    if values.is_empty() {
        Failure::NoMetric
    } else {
        Failure::OnlyValues { values }
    }
}
