//! Which rows a noun of the question stands for.

use super::super::intent::Noun;
use super::super::matching::Sense;
use super::super::plan::begins;
use super::super::world::World;
use crate::agent::catalogue::metadata::{Shape, Style};

/// The rows that can be had. A quantity is none: whether somebody has capital is not whether a row is there.
pub(super) fn thing(world: &World, sense: Sense) -> Option<Noun> {
    match sense {
        Sense::Metric(metric) => {
            let known = &world.metrics[metric];
            let meta = &known.meta;
            let counts_rows = meta.shape == Shape::Entity
                || meta.shape == Shape::Aggregate
                    && meta.format.style == Style::Count
                    && known.sql.starts_with("COUNT(");
            counts_rows.then(|| Noun {
                table: meta.table.clone(),
                filter: meta.filter.clone(),
                label: meta.label.clone(),
            })
        }
        Sense::Dimension(dimension) => things(world, dimension),
        Sense::Table(table) => {
            let known = &world.tables[table];
            Some(Noun {
                table: known.name.clone(),
                filter: None,
                label: known.label.clone(),
            })
        }
        _ => None,
    }
}

/// The rows that can have something: those that a figure is about, or the things of a dimension.
pub(super) fn holder(world: &World, sense: Sense) -> Option<Noun> {
    match sense {
        Sense::Metric(metric) => {
            let meta = &world.metrics[metric].meta;
            let table = meta
                .denominator
                .as_ref()
                .map_or(&meta.table, |side| &side.table);
            Some(Noun {
                table: table.clone(),
                filter: None,
                label: named(world, table).unwrap_or_else(|| meta.label.clone()),
            })
        }
        Sense::Dimension(dimension) => things(world, dimension),
        _ => None,
    }
}

fn things(world: &World, dimension: usize) -> Option<Noun> {
    let known = &world.dimensions[dimension];
    let column = world.column_of(dimension);
    known.countable.then(|| Noun {
        table: column.table.clone(),
        filter: known
            .prefix
            .as_deref()
            .map(|prefix| begins(&column.sql, prefix)),
        label: known.label.clone(),
    })
}

fn named(world: &World, table: &str) -> Option<crate::agent::catalogue::metadata::Label> {
    let mut named = world.named.iter();
    named
        .find(|(known, _, _)| known == table)
        .map(|(_, _, label)| label.clone())
}
