//! Which of the named values narrow the whole, and which make the part of a share.
//!
//! `berapa persen anggota di Bali yang perempuan`: of the members in Bali (the whole), the women (the part). What stands
//! after `yang`, `are`, `with` is the part when something before it narrows the whole; else kinds and states make the
//! part and places narrow the whole. Whatever stays open is asked back.

use super::super::failure::Failure;
use super::super::intent::{Figure, Filter, Group, Having, Operation};
use super::super::lexicon::Word;
use super::Draft;
use super::units::Units;
use super::values::{Joined, NamedValues};
use crate::agent::catalogue::metadata::Label;

/// What narrows the rows that are looked at.
#[derive(Debug, Default)]
pub(super) struct Narrowing {
    /// By values.
    pub filters: Vec<Filter>,
    /// By what they have or lack.
    pub having: Vec<Having>,
}

/// The whole, and the part of it that a share is about.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// What narrows everything.
    pub whole: Narrowing,
    /// What makes the part.
    pub part: Narrowing,
}

/// Tells apart what narrows the whole and what makes the part.
pub(super) fn split(units: &Units, draft: &mut Draft, figure: Figure) -> Result<Split, Failure> {
    one_filter_a_column(units, &draft.named)?;
    let part = match part_of(units, figure) {
        Some(label) => {
            let grouped = !draft.groups.is_empty() || draft.subject.is_some();
            part(units, draft, grouped).ok_or(Failure::WhichPart { label })?
        }
        None => Vec::new(),
    };
    let mut split = Split::default();
    for (index, named) in draft.named.iter().enumerate() {
        let filter = Filter {
            column: named.column,
            values: named.values.clone(),
            owned: named.named
                || units.world.columns[named.column]
                    .owner
                    .as_ref()
                    .is_none_or(|owner| units.mentions(owner)),
            negated: named.negated,
        };
        let in_part = part.contains(&index);
        if named.joined == Some(Joined::And) {
            let group = Group::Column(named.column);
            let has_it = draft.groups.iter().any(|known| match known {
                Group::Dimension(dimension) => {
                    units.world.dimensions[*dimension].column == named.column
                }
                other => *other == group,
            });
            if in_part {
                return Err(Failure::SumOrEach {
                    values: texts(units, named),
                });
            }
            if !has_it {
                draft.groups.push(group);
            }
        }
        split.side(in_part).filters.push(filter);
    }
    for (index, clause) in draft.clauses.iter().enumerate() {
        let in_part = part.contains(&(draft.named.len() + index));
        split.side(in_part).having.push(clause.having.clone());
    }
    Ok(split)
}

impl Split {
    fn side(&mut self, in_part: bool) -> &mut Narrowing {
        if in_part {
            &mut self.part
        } else {
            &mut self.whole
        }
    }
}

/// What a share is a part of; none when the figure is no share of some rows.
fn part_of(units: &Units, figure: Figure) -> Option<Label> {
    match figure {
        Figure::Metric {
            operation: Operation::Share,
            metric,
        } => Some(units.world.metrics[metric].meta.label.clone()),
        Figure::Things {
            operation: Operation::Share,
            dimension,
        } => Some(units.world.dimensions[dimension].label.clone()),
        _ => None,
    }
}

/// Something that narrows: where it stands, and whether it is a place.
struct Item {
    at: usize,
    place: bool,
}

/// What makes the part: places in `named`, and after them in `clauses`.
fn part(units: &Units, draft: &Draft, grouped: bool) -> Option<Vec<usize>> {
    let named = draft.named.iter().map(|named| Item {
        at: named.at,
        place: units.world.columns[named.column].place,
    });
    let clauses = draft.clauses.iter().map(|clause| Item {
        at: clause.at,
        place: false,
    });
    let items: Vec<Item> = named.chain(clauses).collect();
    let noun = match draft.metric {
        Some((_, at)) => at,
        None => draft.clauses.first().map_or(0, |clause| clause.holder_at),
    };
    let opens =
        (noun + 1..units.len()).find(|at| units.word(*at).is_some_and(|w| w.opens_predicate()));
    let place = |index: &usize| items[*index].place;
    let all = 0..items.len();
    if let Some(opens) = opens {
        let (before, after): (Vec<_>, Vec<_>) =
            all.clone().partition(|index| items[*index].at < opens);
        if !before.is_empty() && !after.is_empty() {
            let kinds: Vec<_> = after
                .iter()
                .copied()
                .filter(|index| !place(index))
                .collect();
            // `anggota perempuan yang ada di Bali` can be read both ways; `female members are in Bali` cannot.
            let narrows = units.word(opens) == Some(Word::That) && kinds.is_empty();
            return match (after.len(), kinds.len()) {
                _ if narrows => None,
                (1, _) => Some(after),
                (_, 1) => Some(kinds),
                _ => None,
            };
        }
    }
    let kinds: Vec<_> = all.clone().filter(|index| !place(index)).collect();
    match (kinds.len(), items.len()) {
        (1, _) => Some(kinds),
        (0, 1) if !grouped => Some(vec![0]),
        _ => None,
    }
}

fn one_filter_a_column(units: &Units, named: &[NamedValues]) -> Result<(), Failure> {
    for (index, first) in named.iter().enumerate() {
        for second in &named[index + 1..] {
            if first.column == second.column {
                return Err(Failure::Conflict {
                    label: units.world.columns[first.column].label.clone(),
                    values: [texts(units, first), texts(units, second)].concat(),
                });
            }
        }
    }
    Ok(())
}

fn texts(units: &Units, named: &NamedValues) -> Vec<String> {
    named
        .values
        .iter()
        .map(|value| units.world.value(named.column, *value).to_owned())
        .collect()
}
