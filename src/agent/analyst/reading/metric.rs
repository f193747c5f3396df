//! What is measured: the one metric, and the nouns around it that only say whose it is (`modal awal koperasi`).

use super::super::failure::Failure;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::units::Units;
use crate::agent::catalogue::metadata::Shape;

/// Finds the metric.
pub(super) fn read(units: &mut Units, draft: &mut Draft) -> Result<(), Failure> {
    let places = units.open_where(|sense| matches!(sense, Sense::Metric(_)));
    let mut mains = Vec::new();
    for main in &places {
        if places
            .iter()
            .all(|other| other == main || is_context(units, *other, *main))
        {
            mains.push(*main);
        }
    }
    mains.dedup_by_key(|main| units.sense(*main));
    match mains[..] {
        [main] => {
            let Some(Sense::Metric(metric)) = units.sense(main) else {
                return Err(Failure::WrongSense);
            };
            for place in &places {
                units.take(*place);
            }
            // `anggota di provinsi terbesar` does not say by what the province is the largest.
            if let Some((_, subject)) = draft.subject
                && main < subject
                && !asked_for(units, subject)
            {
                return Err(Failure::NothingToRank);
            }
            draft.metric = Some((metric, main));
            the_cooperatives_have(units);
            Ok(())
        }
        [] if places.is_empty() => Ok(()),
        _ => Err(Failure::TwoMetrics {
            labels: places
                .iter()
                .filter_map(|at| match units.sense(*at) {
                    Some(Sense::Metric(metric)) => {
                        Some(units.world.metrics[metric].meta.label.clone())
                    }
                    _ => None,
                })
                .collect(),
        }),
    }
}

/// Whether a subject is asked for: `di provinsi mana`.
fn asked_for(units: &Units, subject: usize) -> bool {
    [subject.checked_sub(1), Some(subject + 1)]
        .into_iter()
        .flatten()
        .any(|at| matches!(units.word(at), Some(Word::Which | Word::What)))
}

/// Whether the entity at `other` only says whose the metric at `main` is: its rows are what the metric's rows belong
/// to, and it follows the metric or a word of belonging. (Before the metric it may be what is counted: `koperasi yang
/// anggotanya perempuan`.)
fn is_context(units: &Units, other: usize, main: usize) -> bool {
    let (Some(Sense::Metric(entity)), Some(Sense::Metric(metric))) =
        (units.sense(other), units.sense(main))
    else {
        return false;
    };
    let (entity, metric) = (
        &units.world.metrics[entity].meta,
        &units.world.metrics[metric].meta,
    );
    let table = match &metric.denominator {
        Some(side) => &side.table,
        None => &metric.table,
    };
    // What an entity's own filter says would be lost.
    if entity.shape != Shape::Entity || entity.filter.is_some() && entity.filter != metric.filter {
        return false;
    }
    // Two entities of one table differ in their filters: neither is the other's context.
    if entity.table == *table && metric.shape == Shape::Entity && entity != metric {
        return false;
    }
    if units.world.graph.path(table, &entity.table).is_err() {
        return false;
    }
    let belongs = other > 0
        && matches!(
            units.word(other - 1),
            Some(Word::Of | Word::In | Word::Do | Word::All)
        );
    belongs || other > main && units.touch(main, other)
}

/// `how many members do cooperatives in Bali have`.
fn the_cooperatives_have(units: &mut Units) {
    let last = units.len().saturating_sub(1);
    let asked = units.open_words(|word| word == Word::Do);
    if let [at] = asked[..] {
        units.take(at);
        if matches!(units.word(last), Some(Word::Have | Word::HavePlural)) {
            units.take(last);
        }
    }
}
