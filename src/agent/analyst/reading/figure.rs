//! Which figure: the metric, put to use as the words of quantity say.

use std::collections::BTreeSet;

use super::super::failure::Failure;
use super::super::intent::{Direction, Figure, Group, Operation, Order};
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::order::Ranking;
use super::units::Units;
use super::values::Joined;
use crate::agent::catalogue::metadata::{Shape, Style};

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
            let operation = operation(units, draft, metric, at, &words, &ranking, grouped)?;
            Figure::Metric { metric, operation }
        }
        (None, Some(dimension)) => {
            only(
                units,
                &words,
                &[Word::Total, Word::Tally],
                &units.world.dimensions[dimension].label,
            )?;
            Figure::Things { dimension }
        }
        _ => counted_by_dimension(units, draft, &words)?,
    };
    Ok((figure, order(units, draft, figure, ranking)?))
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

fn operation(
    units: &Units,
    draft: &Draft,
    metric: usize,
    at: usize,
    words: &BTreeSet<Word>,
    ranking: &Ranking,
    grouped: bool,
) -> Result<Operation, Failure> {
    let meta = &units.world.metrics[metric].meta;
    let label = &meta.label;
    let has = |word| words.contains(&word);
    let quantified = units.get(at).is_some_and(|unit| unit.quantified);
    if draft.per_entity.is_some_and(|entity| {
        units.world.metrics[entity].meta.table != meta.table || !has(Word::Average)
    }) {
        return Err(Failure::NotThatWay {
            metric: label.clone(),
            words: units.written_where(|unit| unit.sense == Sense::Word(Word::Per)),
        });
    }
    match meta.shape {
        Shape::Entity => {
            if has(Word::Makeup) || has(Word::Share) {
                only(units, words, &[Word::Makeup, Word::Share], label)?;
                let part = draft
                    .named
                    .iter()
                    .any(|named| !units.world.columns[named.column].place);
                let broken_down = !draft.groups.is_empty() || draft.subject.is_some();
                return match (has(Word::Share) && (part || !broken_down), grouped) {
                    (true, _) if !draft.named.is_empty() => Ok(Operation::Share),
                    (false, true) => Ok(Operation::Makeup),
                    _ => Err(Failure::WhichPart {
                        label: label.clone(),
                    }),
                };
            }
            only(
                units,
                words,
                &[Word::Total, Word::Tally, Word::Spread],
                label,
            )?;
            let asked = !words.is_empty()
                || quantified
                || grouped
                || units.has_word(|w| w == Word::HowMany);
            if has(Word::Spread) && !grouped || !asked {
                return Err(Failure::WhatAboutIt {
                    label: label.clone(),
                });
            }
            Ok(Operation::Count)
        }
        Shape::Measure => {
            only(
                units,
                words,
                &[
                    Word::Total,
                    Word::Sum,
                    Word::Average,
                    Word::Maximum,
                    Word::Minimum,
                ],
                label,
            )?;
            let ways: BTreeSet<_> = words
                .iter()
                .map(|word| match word {
                    Word::Average => Word::Average,
                    Word::Maximum | Word::Minimum => *word,
                    _ => Word::Total,
                })
                .collect();
            match ways.len() {
                0 => bare_measure(draft, meta, ranking, grouped),
                1 => Ok(match ways.first() {
                    Some(Word::Average) => Operation::Average,
                    Some(Word::Maximum) => Operation::Maximum,
                    Some(Word::Minimum) => Operation::Minimum,
                    _ => Operation::Sum,
                }),
                _ => Err(contradiction(units)),
            }
        }
        Shape::Aggregate | Shape::Ratio => {
            let allowed: &[Word] = match (meta.shape, meta.format.style) {
                (_, Style::Percent) => &[Word::Share],
                (Shape::Aggregate, Style::Count) => &[Word::Total, Word::Tally, Word::Spread],
                _ => &[],
            };
            only(units, words, allowed, label)?;
            let counts = meta.format.style == Style::Count;
            let asked = quantified
                || !words.is_empty()
                || grouped
                || units.has_word(|w| w == Word::HowMany);
            if counts && !asked {
                return Err(Failure::WhatAboutIt {
                    label: label.clone(),
                });
            }
            Ok(Operation::Finished)
        }
    }
}

/// A quantity without `total` or `rata-rata`: plain for single rows, the largest one for `terbesar`, else not said.
fn bare_measure(
    draft: &Draft,
    meta: &crate::agent::catalogue::metadata::MetricMeta,
    ranking: &Ranking,
    grouped: bool,
) -> Result<Operation, Failure> {
    let rows = matches!(draft.subject, Some((Group::Entity(_), _))) && single_rows(draft, meta);
    match (rows, grouped, ranking) {
        (true, _, _) => Ok(Operation::Each),
        (
            false,
            false,
            Ranking {
                direction: Some(direction),
                amount: None,
                sort: false,
                ..
            },
        ) => Ok(match direction {
            Direction::Descending => Operation::Maximum,
            Direction::Ascending => Operation::Minimum,
        }),
        _ => Err(Failure::WhichAggregate {
            label: meta.label.clone(),
        }),
    }
}

/// Whether the subject's rows are the measure's own rows.
fn single_rows(draft: &Draft, meta: &crate::agent::catalogue::metadata::MetricMeta) -> bool {
    draft.subject_table.as_deref() == Some(meta.table.as_str())
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
        _ => return Err(Failure::NoMetric),
    };
    let known = &units.world.dimensions[dimension];
    if known.counts.is_none() {
        return Err(Failure::NoMetric);
    }
    only(
        units,
        words,
        &[
            Word::Share,
            Word::Makeup,
            Word::Spread,
            Word::Total,
            Word::Tally,
        ],
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
fn order(
    units: &Units,
    draft: &Draft,
    figure: Figure,
    ranking: Ranking,
) -> Result<Option<Order>, Failure> {
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
    let limit = match ranking.amount {
        Some(amount) => Some(amount),
        // `provinsi mana yang terbanyak` asks for one; `which provinces have` and `urutkan` for all of them in order.
        None if draft.subject.is_some() && !ranking.sort && !ranking.several => Some(1),
        None => None,
    };
    debug_assert!(units.len() > 0);
    Ok(Some(Order { direction, limit }))
}

fn only(
    units: &Units,
    words: &BTreeSet<Word>,
    allowed: &[Word],
    label: &crate::agent::catalogue::metadata::Label,
) -> Result<(), Failure> {
    let wrong: Vec<_> = words
        .iter()
        .filter(|word| !allowed.contains(word))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::NotThatWay {
        metric: label.clone(),
        words: units.written_where(
            |unit| matches!(unit.sense, Sense::Word(word) if wrong.contains(&&word)),
        ),
    })
}

fn contradiction(units: &Units) -> Failure {
    Failure::Contradiction {
        words: units
            .written_where(|unit| matches!(unit.sense, Sense::Word(word) if word.is_quantity())),
    }
}
