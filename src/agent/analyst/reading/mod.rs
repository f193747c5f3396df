//! From the words of a question, each with one meaning, to an [`Intent`].
//!
//! The question is not parsed as a sentence. Rules look one after the other for phrases of a few words (a filter, a
//! grouping, a subject, the metric, an order), mark the words that they explain, and leave the rest. Whatever no rule
//! explained at the end makes the question not understood: that is what keeps a reading from ignoring a `tidak`.

mod counting;
mod figure;
mod fragment;
mod groups;
mod having;
mod leftover;
mod metric;
mod names;
mod nouns;
mod operation;
mod order;
mod periods;
mod share;
mod subject;
mod units;
mod values;

use super::failure::Failure;
use super::intent::{Figure, Group, Intent};
use super::world::World;
pub(super) use fragment::read_fragment;
use having::Clause;
use share::Split;
pub(super) use units::Unit;
use units::Units;
use values::NamedValues;

/// What the rules have found so far.
#[derive(Debug, Default)]
struct Draft {
    /// The values that were named, in order.
    named: Vec<NamedValues>,
    /// What the figure is grouped by.
    groups: Vec<Group>,
    /// Whether groups without rows are listed.
    all: bool,
    /// What is ranked, and where it stands.
    subject: Option<(Group, usize)>,
    /// The table whose rows are ranked one by one.
    subject_table: Option<String>,
    /// The dimension whose things are counted.
    counted: Option<usize>,
    /// `per anggota`: an entity after a grouping word.
    per_entity: Option<usize>,
    /// The metric, and where it stands.
    metric: Option<(usize, usize)>,
    /// Who has or lacks what.
    clauses: Vec<Clause>,
}

impl Draft {
    /// Whether the unit at a place is what has or lacks something.
    fn is_holder(&self, at: usize) -> bool {
        self.clauses.iter().any(|clause| clause.holder_at == at)
    }
}

/// Reads a question.
///
/// # Errors
/// What was not understood, or not unique.
pub(super) fn read(world: &World, units: Vec<Unit>) -> Result<Intent, Failure> {
    let mut units = Units::new(world, units)?;
    let mut draft = Draft {
        named: values::read(&mut units)?,
        ..Draft::default()
    };
    having::read(&mut units, &mut draft)?;
    let period = periods::read(&mut units, false)?;
    groups::read(&mut units, &mut draft)?;
    counting::read(&mut units, &mut draft);
    subject::read(&mut units, &mut draft)?;
    metric::read(&mut units, &mut draft)?;
    let quantities = figure::quantities(&mut units);
    let order = order::read(&mut units, &draft)?;
    let names = names::read(&mut units, &draft, &quantities, order);
    leftover::check(&units)?;
    let (figure, order) = match names {
        Some(group) => (Figure::Names(group), None),
        None => figure::read(&units, &mut draft, quantities, order)?,
    };
    let Split { whole, part } = share::split(&units, &mut draft, figure)?;
    let mut groups = draft.groups.clone();
    if let Some((subject, _)) = draft.subject {
        if !groups.is_empty() {
            return Err(Failure::Unclear {
                words: units.written_where(|unit| {
                    matches!(unit.sense, super::matching::Sense::Dimension(_))
                }),
                unknown: false,
            });
        }
        groups.push(subject);
    }
    if matches!(figure, Figure::Things { .. }) && !(groups.is_empty() || order.is_none()) {
        return Err(Failure::NothingToRank);
    }
    let mut intent = Intent {
        figure,
        groups,
        all: draft.all,
        filters: whole.filters,
        part: part.filters,
        having: whole.having,
        part_having: part.having,
        period: None,
        order,
    };
    if let Some(named) = period {
        intent.period = Some(periods::narrowed(&units, &draft, &intent, &named)?);
    }
    Ok(intent)
}
