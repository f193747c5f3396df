//! The columns that a figure is grouped and filtered by, and the joins that lead to them.

use super::super::failure::Failure;
use super::super::intent::{Filter, Group};
use super::super::language::Language;
use super::super::sql::Select;
use super::super::sql::ident::literal;
use super::super::world::{Column, NoPath, World};
use super::fact::{Fact, begins};
use crate::agent::catalogue::metadata::Label;

/// A group's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupColumn {
    /// The table they are in.
    pub table: String,
    /// What is shown.
    pub sql: String,
    /// What tells two groups apart, when names repeat.
    pub key: Option<String>,
    /// What it is called.
    pub label: Label,
    /// A condition that the rows must meet.
    pub condition: Option<String>,
    /// Whether the groups are periods.
    pub time: bool,
    /// Whether it also describes rows of other tables.
    pub inherited: bool,
    /// What a reader must know.
    pub note: Option<Label>,
}

/// The columns of a group.
pub(super) fn group_column(world: &World, group: Group) -> GroupColumn {
    let of = |column: &Column| GroupColumn {
        table: column.table.clone(),
        sql: column.sql.clone(),
        key: column.key.clone(),
        label: column.label.clone(),
        condition: None,
        time: column.time,
        inherited: column.inherited,
        note: column.note.clone(),
    };
    match group {
        Group::Dimension(dimension) => {
            let known = &world.dimensions[dimension];
            let column = world.column_of(dimension);
            GroupColumn {
                label: known.label.clone(),
                condition: known
                    .prefix
                    .as_deref()
                    .map(|prefix| begins(&column.sql, prefix)),
                note: known.note.clone().or_else(|| column.note.clone()),
                ..of(column)
            }
        }
        Group::Column(column) => of(&world.columns[column]),
        Group::Entity(metric) => {
            let meta = &world.metrics[metric].meta;
            GroupColumn {
                table: meta.table.clone(),
                sql: meta.name.clone().unwrap_or_default(),
                key: meta.key.clone(),
                // One of them, where the catalogue has a word for it; the metric's own label is of many.
                label: world
                    .named
                    .iter()
                    .find(|(table, _, _)| *table == meta.table)
                    .map_or_else(|| meta.label.clone(), |(_, _, label)| label.clone()),
                condition: meta.filter.clone(),
                time: false,
                inherited: true,
                note: None,
            }
        }
    }
}

/// Joins what leads from a fact's table to another table. Returns how far it is.
pub(super) fn reach(
    world: &World,
    select: &mut Select,
    fact: &Fact,
    table: &str,
    inherited: bool,
    label: &Label,
) -> Result<usize, Failure> {
    let path = world.graph.path(&select.from, table);
    match path {
        Ok(path) if inherited || path.is_empty() => {
            if path.iter().all(|join| select.join(join)) {
                Ok(path.len())
            } else {
                Err(Failure::TwoReadings)
            }
        }
        Err(NoPath::Ambiguous) => Err(Failure::TwoReadings),
        _ => Err(Failure::Unreachable {
            metric: fact.label.clone(),
            dimension: label.clone(),
        }),
    }
}

/// The condition of a filter. A place that has yet to be looked up has no values, and no condition.
pub(super) fn condition(world: &World, filter: &Filter) -> Option<String> {
    let column = &world.columns[filter.column];
    let values: Vec<_> = filter
        .values
        .iter()
        .map(|value| literal(&column.values[*value].text))
        .collect();
    // A row without a value is not in either: neither `=` nor `<>` holds for it.
    match (&values[..], filter.negated) {
        ([], _) => None,
        ([one], false) => Some(format!("{} = {one}", column.sql)),
        ([one], true) => Some(format!("{} <> {one}", column.sql)),
        (several, negated) => Some(format!(
            "{} {}IN ({})",
            column.sql,
            if negated { "NOT " } else { "" },
            several.join(", ")
        )),
    }
}

/// A filter in words: `di provinsi Bali`, `dengan jenis kelamin PEREMPUAN`.
pub(super) fn in_words(world: &World, filter: &Filter, language: Language) -> String {
    use super::super::language::Conjunction;
    let column = &world.columns[filter.column];
    let values: Vec<_> = filter
        .values
        .iter()
        .map(|value| column.values[*value].text.as_str())
        .collect();
    let values = language.list(&values, Conjunction::Or);
    let label = language.label(&column.label);
    let not = |before: &'static str| match filter.negated {
        true => before,
        false => "",
    };
    let (in_place, turned) = (
        format!(
            "{}{}",
            not(language.pick("tidak ", "not ")),
            language.pick("di", "in")
        ),
        not(language.pick("bukan ", "not ")),
    );
    match (column.place, column.lookup.is_some()) {
        // The names themselves say whether they are regencies or cities.
        (true, true) => format!("{in_place} {values}"),
        (true, false) => format!("{in_place} {label} {values}"),
        (false, _) => format!(
            "{} {label} {turned}{values}",
            language.pick("dengan", "with")
        ),
    }
}

/// What a reader must know where a value is turned round: a row without one is left out.
pub(super) fn left_out(world: &World, filter: &Filter) -> Option<Label> {
    let label = &world.columns[filter.column].label;
    filter.negated.then(|| Label {
        id: format!("Baris tanpa {} tidak dihitung.", label.id),
        en: Some(format!("Rows without {} are not counted.", label.english())),
    })
}
