//! What narrows a figure: conditions, words and notes of its filters and of what its rows have or lack.

use super::super::failure::Failure;
use super::super::intent::{Filter, Group, Having, Intent};
use super::super::language::Language;
use super::super::world::World;
use super::columns::{GroupColumn, condition, in_words, left_out};
use super::fact::Fact;
use super::having;
use crate::agent::catalogue::metadata::Label;

/// The conditions of the whole, and those of the part of a share.
pub(super) fn conditions(
    world: &World,
    intent: &Intent,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let side = |filters: &[Filter], having: &[Having]| -> Result<Vec<String>, Failure> {
        let values = filters.iter().filter_map(|filter| condition(world, filter));
        let mut all: Vec<String> = values.collect();
        for having in having {
            all.push(having::condition(world, having)?);
        }
        Ok(all)
    };
    let whole = side(&intent.filters, &intent.having)?;
    Ok((whole, side(&intent.part, &intent.part_having)?))
}

/// Things that are counted over rows of another table may have several values there: one in two sectors is in another sector
/// than `Pertanian`, and yet not outside of it. Only where each value is listed by itself it does not matter.
pub(super) fn turned_round(world: &World, intent: &Intent, fact: &Fact) -> Result<(), Failure> {
    let mut filters = intent.filters.iter().chain(&intent.part);
    let hides = |filter: &Filter| filter.negated && !is_listed(world, intent, filter.column);
    match !fact.additive && filters.any(hides) {
        true => Err(Failure::TwoReadings),
        false => Ok(()),
    }
}

/// What narrows the whole, in words.
pub(super) fn scope(world: &World, intent: &Intent, table: &str, language: Language) -> String {
    let has = intent.having.iter();
    let has = has.map(|having| having::in_words(world, having, table, language));
    let filters = intent.filters.iter();
    let filters = filters.filter(|filter| !is_compared(world, intent, filter));
    let words: Vec<_> = has
        .chain(filters.map(|filter| in_words(world, filter, language)))
        .chain(intent.period.map(|when| when.period.in_words(language)))
        .collect();
    words.join(" ")
}

/// What a reader must know about what is measured, what it is grouped by and what narrows it, each once.
pub(super) fn notes(
    world: &World,
    intent: &Intent,
    fact: &Fact,
    groups: &[GroupColumn],
) -> Vec<Label> {
    let by = intent
        .period
        .map(|when| dated(&world.dates[when.date].label));
    let inside = intent.having.iter().chain(&intent.part_having);
    let inside = inside.flat_map(|having| &having.inside);
    let filters = intent.filters.iter().chain(&intent.part).chain(inside);
    let of_filters = filters.flat_map(|filter| {
        let note = world.columns[filter.column].note.clone();
        note.into_iter().chain(left_out(world, filter))
    });
    let of_groups = groups.iter().filter_map(|group| group.note.clone());
    let notes = fact.note.iter().cloned().chain(by).chain(of_groups);
    let mut unique = Vec::new();
    for note in notes.chain(of_filters) {
        if !unique.contains(&note) {
            unique.push(note);
        }
    }
    unique
}

/// Which moment a period goes by.
fn dated(date: &Label) -> Label {
    Label {
        id: format!("Periode dihitung menurut {}.", date.id),
        en: Some(format!("The period goes by the {}.", date.english())),
    }
}

/// Whether a filter's values are listed one by one.
fn is_compared(world: &World, intent: &Intent, filter: &Filter) -> bool {
    !filter.negated && is_listed(world, intent, filter.column)
}

/// Whether a column is one of the groups.
fn is_listed(world: &World, intent: &Intent, column: usize) -> bool {
    intent.groups.iter().any(|group| match group {
        Group::Dimension(dimension) => world.dimensions[*dimension].column == column,
        Group::Column(known) => *known == column,
        Group::Entity(_) => false,
    })
}

/// The values of the columns that are groups because several of their values were named.
pub(super) fn compared(world: &World, intent: &Intent) -> Vec<String> {
    intent
        .filters
        .iter()
        .filter(|filter| is_compared(world, intent, filter))
        .flat_map(|filter| {
            let values = filter.values.iter();
            values.map(|value| world.value(filter.column, *value).to_owned())
        })
        .collect()
}
