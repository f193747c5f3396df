//! Whether a question wants the names of those that have or lack something, and no figure: `koperasi mana yang belum punya
//! gerai?`, `cooperatives without members in Bali`.

use std::collections::BTreeSet;

use super::super::intent::Group;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::order::Ranking;
use super::units::Units;

/// Whose names are wanted; marks the words that ask for them.
pub(super) fn read(
    units: &mut Units,
    draft: &Draft,
    quantities: &BTreeSet<Word>,
    ranking: Ranking,
) -> Option<Group> {
    let ranks = ranking != Ranking::default();
    let groups = !draft.groups.is_empty() || draft.subject.is_some() || draft.all;
    let counts = draft.counted.is_some() || draft.per_entity.is_some() || !quantities.is_empty();
    if draft.clauses.is_empty()
        || ranks
        || groups
        || counts
        || units.computes()
        || asks_whether(units)
    {
        return None;
    }
    let group = match draft.metric {
        Some((metric, at)) => {
            let says_figure = units.get(at).is_some_and(|unit| unit.quantified);
            let meta = &units.world.metrics[metric].meta;
            let fits = meta.name.is_some() && !says_figure && holds_all(draft, &meta.table);
            fits.then_some(Group::Entity(metric))?
        }
        None => {
            let at = draft.clauses.first()?.holder_at;
            let Some(Sense::Dimension(dimension)) = units.sense(at) else {
                return None;
            };
            let table = &units.world.column_of(dimension).table;
            if !units.open(at) || !holds_all(draft, table) {
                return None;
            }
            units.take(at);
            Group::Dimension(dimension)
        }
    };
    let asks = |word| matches!(word, Word::Which | Word::WhichOnes | Word::All);
    if let [at] = units.open_words(asks)[..] {
        units.take(at);
    }
    Some(group)
}

/// Whether all clauses are about the rows of one table.
fn holds_all(draft: &Draft, table: &str) -> bool {
    let mut clauses = draft.clauses.iter();
    clauses.all(|clause| clause.having.holder.table == table)
}

/// Whether a yes or a no is asked for.
fn asks_whether(units: &Units) -> bool {
    units.has_word(|word| word == Word::Whether)
        || matches!(units.word(0), Some(Word::Do | Word::Is))
}
