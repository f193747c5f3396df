//! The period that a question is about, and the moment that it narrows.

use super::super::failure::Failure;
use super::super::intent::{Figure, Filter, Group, Intent, Operation, When};
use super::super::matching::Sense;
use super::super::period::{Certainty, Period};
use super::super::when::{self, Asked};
use super::super::world::World;
use super::Draft;
use super::units::Units;

/// A period as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPeriod {
    /// The period.
    pub period: Period,
    /// Its words.
    pub written: String,
    /// Where it stands.
    pub at: usize,
    /// The moment that the question names, such as `bergabung`.
    pub date: Option<usize>,
}

/// Finds the period, and marks its words and those of its moment. In a fragment a number alone may be one.
pub(super) fn read(units: &mut Units, is_fragment: bool) -> Result<Option<NamedPeriod>, Failure> {
    let places = units.open_where(|sense| matches!(sense, Sense::Period { .. }));
    let at = match places[..] {
        [] => return Ok(None),
        [at] => at,
        _ => {
            return Err(Failure::SumOrEach {
                values: units.written_where(|unit| matches!(unit.sense, Sense::Period { .. })),
            });
        }
    };
    let (Some(Sense::Period { period, certainty }), Some(unit)) = (units.sense(at), units.get(at))
    else {
        return Ok(None);
    };
    let written = unit.written.clone();
    let fits = match certainty {
        Certainty::Sure => true,
        // `pada 2024 koperasi` may count them.
        Certainty::Likely => !matches!(
            units.sense(at + 1),
            Some(Sense::Metric(_) | Sense::Dimension(_) | Sense::Value { .. })
        ),
        Certainty::Bare => is_fragment || after_time(units, at),
    };
    if !fits {
        return Err(Failure::WrongSense);
    }
    units.take(at);
    let dates = units.open_where(|sense| matches!(sense, Sense::Date(_)));
    let mut date = None;
    for place in dates {
        let here = units.sense(place);
        if let Some(Sense::Date(index)) = here {
            if date.is_some_and(|known| known != index) {
                return Err(Failure::WrongSense);
            }
            date = Some(index);
            units.take(place);
        }
    }
    Ok(Some(NamedPeriod {
        period,
        written,
        at,
        date,
    }))
}

/// `per bulan 2024`
fn after_time(units: &Units, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| units.sense(before));
    matches!(before, Some(Sense::Dimension(dimension)) if units.world.column_of(dimension).time)
}

/// The moment that the period of a whole question narrows.
pub(super) fn narrowed(
    units: &Units,
    draft: &Draft,
    intent: &Intent,
    named: &NamedPeriod,
) -> Result<When, Failure> {
    if let Figure::Metric {
        metric,
        operation: Operation::Share,
    } = intent.figure
        && !is_of_the_whole(units.world, draft, intent, named)
    {
        return Err(Failure::WhichPart {
            label: units.world.metrics[metric].meta.label.clone(),
        });
    }
    let mentioned = (0..units.len()).filter_map(|at| match units.sense(at) {
        Some(Sense::Metric(metric)) => Some(units.world.metrics[metric].meta.table.as_str()),
        _ => None,
    });
    let ranked = intent.groups.iter().filter_map(|group| match group {
        Group::Entity(metric) => Some(units.world.metrics[*metric].meta.table.as_str()),
        Group::Dimension(_) | Group::Column(_) => None,
    });
    let had = intent.having.iter().chain(&intent.part_having);
    let had = had.flat_map(|having| [&*having.holder.table, &*having.thing.table]);
    let asked = Asked {
        period: named.period,
        written: &named.written,
        mentioned: mentioned.chain(ranked).chain(had).collect(),
        date: named.date,
    };
    when::narrowed(units.world, intent, &asked)
}

/// Whether a period narrows the whole of a share: where its part is of a kind, and the period is not said of the part. (`berapa
/// persen koperasi di Bali yang terdaftar pada 2024` may ask for the part that was registered then.)
fn is_of_the_whole(world: &World, draft: &Draft, intent: &Intent, named: &NamedPeriod) -> bool {
    let is_kind = |filter: &Filter| !world.columns[filter.column].place;
    let part = draft.named.iter().find(|values| {
        intent
            .part
            .iter()
            .any(|filter| filter.column == values.column)
    });
    let before = part.is_some_and(|part| named.at < part.at);
    intent.part_having.is_empty()
        && intent.part.iter().all(is_kind)
        && (before || named.date.is_none())
}
