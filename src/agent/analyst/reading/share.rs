//! Which of the named values narrow the whole, and which make the part of a share.
//!
//! `berapa persen anggota di Bali yang perempuan`: of the members in Bali (the whole), the women (the part). What stands
//! after `yang`, `are`, `with` is the part when something before it narrows the whole; else kinds and states make the
//! part and places narrow the whole. Whatever stays open is asked back.

use super::super::failure::Failure;
use super::super::intent::{Figure, Filter, Group, Operation};
use super::super::lexicon::Word;
use super::Draft;
use super::units::Units;
use super::values::{Joined, NamedValues};

/// The filters of the whole, and those of the part.
pub(super) fn split(
    units: &Units,
    draft: &mut Draft,
    figure: Figure,
) -> Result<(Vec<Filter>, Vec<Filter>), Failure> {
    one_filter_a_column(units, &draft.named)?;
    let part = match figure {
        Figure::Metric {
            operation: Operation::Share,
            metric,
        } => {
            let grouped = !draft.groups.is_empty() || draft.subject.is_some();
            let label = &units.world.metrics[metric].meta.label;
            part(units, draft, grouped).ok_or_else(|| Failure::WhichPart {
                label: label.clone(),
            })?
        }
        _ => Vec::new(),
    };
    let (mut whole, mut parts) = (Vec::new(), Vec::new());
    for (index, named) in draft.named.iter().enumerate() {
        let filter = Filter {
            column: named.column,
            values: named.values.clone(),
            owned: named.named
                || units.world.columns[named.column]
                    .owner
                    .as_ref()
                    .is_none_or(|owner| units.mentions(owner)),
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
        if in_part {
            parts.push(filter)
        } else {
            whole.push(filter)
        }
    }
    Ok((whole, parts))
}

/// The places in `named` that make the part.
fn part(units: &Units, draft: &Draft, grouped: bool) -> Option<Vec<usize>> {
    let named = &draft.named;
    let metric = draft.metric.map_or(0, |(_, at)| at);
    let opens =
        (metric + 1..units.len()).find(|at| units.word(*at).is_some_and(|w| w.opens_predicate()));
    let place = |index: &usize| units.world.columns[named[*index].column].place;
    let all = 0..named.len();
    if let Some(opens) = opens {
        let (before, after): (Vec<_>, Vec<_>) =
            all.clone().partition(|index| named[*index].at < opens);
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
    match (kinds.len(), named.len()) {
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
