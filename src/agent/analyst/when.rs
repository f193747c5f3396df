//! Which moment of the rows a period narrows: the one that the question names, else the only one or the usual one of what is
//! measured. Whatever could be another is asked back.

use super::failure::Failure;
use super::intent::{Figure, Group, Intent, When};
use super::period::Period;
use super::world::World;
use crate::agent::catalogue::metadata::Label;

/// A period that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked<'a> {
    /// The period.
    pub period: Period,
    /// Its words.
    pub written: &'a str,
    /// The tables of the entities that the question names.
    pub mentioned: Vec<&'a str>,
    /// The moment that it names.
    pub date: Option<usize>,
}

/// The moment that a period narrows.
///
/// # Errors
/// When the rows have none, or several of which nothing says which is meant.
pub(super) fn narrowed(world: &World, intent: &Intent, asked: &Asked<'_>) -> Result<When, Failure> {
    let period = asked.period;
    let (home, label) = home(world, intent.figure);
    let dates_of = |table: &str| -> Vec<usize> {
        let all = 0..world.dates.len();
        all.filter(|date| world.dates[*date].table == table)
            .collect()
    };
    if let Some(date) = asked.date {
        let table = world.dates[date].table.as_str();
        let belongs = table == home || asked.mentioned.contains(&table);
        return match belongs {
            true => Ok(When { date, period }),
            false => Err(Failure::WrongSense),
        };
    }
    let own = dates_of(home);
    let others: Vec<usize> = world
        .dates
        .iter()
        .enumerate()
        .filter(|(_, date)| date.table != home && asked.mentioned.contains(&date.table.as_str()))
        .map(|(index, _)| index)
        .collect();
    if own.is_empty() && others.is_empty() {
        return Err(Failure::NoDate {
            words: asked.written.to_owned(),
            label,
        });
    }
    let which = || Failure::WhichDate {
        words: asked.written.to_owned(),
        options: own
            .iter()
            .chain(&others)
            .map(|date| world.dates[*date].label.clone())
            .collect(),
    };
    // `koperasi yang punya domain pada 2024` may be about the moment when they got it.
    let is_had = !intent.having.is_empty() || !intent.part_having.is_empty();
    if is_had || !others.is_empty() {
        return Err(which());
    }
    let usual: Vec<usize> = own
        .iter()
        .copied()
        .filter(|date| world.dates[*date].usual)
        .collect();
    match (&own[..], &usual[..]) {
        ([date], _) => Ok(When {
            date: *date,
            period,
        }),
        // `yang ditolak pada 2024` may be about the moment of the refusal, which is another one.
        (_, [date]) if !has_state(world, intent, home) => Ok(When {
            date: *date,
            period,
        }),
        _ => Err(which()),
    }
}

/// Whether something that can change is said of the rows themselves.
fn has_state(world: &World, intent: &Intent, home: &str) -> bool {
    intent.filters.iter().chain(&intent.part).any(|filter| {
        let column = &world.columns[filter.column];
        column.table == home && !column.place
    })
}

/// The table whose rows are measured, and what they are called.
pub(super) fn home(world: &World, figure: Figure) -> (&str, Label) {
    match figure {
        Figure::Metric { metric, .. } | Figure::Names(Group::Entity(metric)) => {
            let meta = &world.metrics[metric].meta;
            (meta.table.as_str(), meta.label.clone())
        }
        Figure::Names(Group::Column(column)) => {
            let column = &world.columns[column];
            (column.table.as_str(), column.label.clone())
        }
        Figure::Names(Group::Dimension(dimension)) | Figure::Things { dimension, .. } => {
            let table = world.column_of(dimension).table.as_str();
            (table, world.dimensions[dimension].label.clone())
        }
        Figure::Counted { dimension, .. } => {
            let known = &world.dimensions[dimension];
            let table = known.counts.as_ref().map_or("", |side| side.table.as_str());
            (table, known.label.clone())
        }
    }
}
