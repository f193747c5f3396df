//! The neighbours of what was asked.

use super::super::intent::{Direction, Extent, Figure, Group, Intent, Operation, Order};
use super::super::world::World;

/// How many are listed where a list becomes a ranking.
const TOP: u32 = 5;
/// Most breakdowns that are tried.
const MOST_BREAKDOWNS: usize = 3;

/// Neighbours of an intent, the nearest first.
pub(super) fn variations(world: &World, intent: &Intent) -> Vec<Intent> {
    let mut found = Vec::new();
    found.extend(other_end(intent));
    found.extend(ranked(world, intent));
    found.extend(without_place(world, intent));
    found.extend(whole(intent));
    found.extend(broken_down(world, intent));
    found
}

/// The other end of a ranking.
fn other_end(intent: &Intent) -> Option<Intent> {
    let order = intent.order.filter(|order| order.extent != Extent::All)?;
    let direction = match order.direction {
        Direction::Descending => Direction::Ascending,
        Direction::Ascending => Direction::Descending,
    };
    let order = Some(Order { direction, ..order });
    Some(Intent {
        order,
        ..intent.clone()
    })
}

/// The first of a list: several where there are many, else the one.
fn ranked(world: &World, intent: &Intent) -> Option<Intent> {
    let [Group::Dimension(dimension)] = intent.groups[..] else {
        return None;
    };
    if intent.order.is_some() || intent.all {
        return None;
    }
    let column = world.column_of(dimension);
    let many = column.lookup.is_some() || column.values.len() > TOP as usize;
    let extent = match many && !column.time {
        true => Extent::First(TOP),
        false => Extent::Best,
    };
    let order = Some(Order {
        direction: Direction::Descending,
        extent,
    });
    Some(Intent {
        order,
        ..intent.clone()
    })
}

/// All places instead of the one that was named.
fn without_place(world: &World, intent: &Intent) -> Option<Intent> {
    if !intent.groups.is_empty() {
        return None;
    }
    let at = intent
        .filters
        .iter()
        .position(|filter| world.columns[filter.column].place)?;
    let column = intent.filters[at].column;
    let dimension = world
        .dimensions
        .iter()
        .position(|dimension| dimension.column == column && dimension.prefix.is_none())?;
    let mut varied = intent.clone();
    varied.filters.remove(at);
    varied.groups.push(Group::Dimension(dimension));
    Some(varied)
}

/// One figure instead of a list.
fn whole(intent: &Intent) -> Option<Intent> {
    let listed = matches!(intent.groups[..], [Group::Dimension(_)]);
    let whole = !matches!(
        intent.figure,
        Figure::Metric {
            operation: Operation::Makeup | Operation::Each,
            ..
        } | Figure::Counted { .. }
    );
    (listed && whole).then(|| Intent {
        groups: Vec::new(),
        order: None,
        all: false,
        ..intent.clone()
    })
}

/// A breakdown of one figure: by place first, then by the kinds that are known.
fn broken_down(world: &World, intent: &Intent) -> Vec<Intent> {
    if !intent.groups.is_empty() || matches!(intent.figure, Figure::Things { .. }) {
        return Vec::new();
    }
    let filters = || intent.filters.iter().chain(&intent.part);
    // Of a district there is one province: a list of one row.
    let is_within = |from: usize, to: usize| {
        let (from, to) = (&world.columns[from], &world.columns[to]);
        from.place && to.place && world.graph.path(&from.table, &to.table).is_ok()
    };
    let narrowed = |column: usize| {
        filters().any(|filter| filter.column == column || is_within(filter.column, column))
    };
    let mut dimensions: Vec<usize> = (0..world.dimensions.len())
        .filter(|dimension| {
            let known = &world.dimensions[*dimension];
            let column = world.column_of(*dimension);
            known.prefix.is_none() && column.lookup.is_none() && !narrowed(known.column)
        })
        .collect();
    dimensions.sort_by_key(|dimension| !world.column_of(*dimension).place);
    let broken = dimensions.into_iter().map(|dimension| Intent {
        groups: vec![Group::Dimension(dimension)],
        order: None,
        ..intent.clone()
    });
    broken
        .filter(|intent| reaches(world, intent))
        .take(MOST_BREAKDOWNS)
        .collect()
}

/// Whether the breakdown can be joined at all, so that those that cannot do not count.
fn reaches(world: &World, intent: &Intent) -> bool {
    super::plan(world, intent, Default::default()).is_ok()
}
