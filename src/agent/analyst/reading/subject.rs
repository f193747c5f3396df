//! What is ranked or listed: `top 5 provinsi …`, `provinsi mana yang …`, `10 koperasi dengan …`, `komposisi tipe gerai`.

use super::super::failure::Failure;
use super::super::intent::Group;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::units::Units;

/// Finds the subject and marks it with the words that lead from it to its measure (`yang memiliki`, `with`).
pub(super) fn read(units: &mut Units, draft: &mut Draft) -> Result<(), Failure> {
    let ranked = units.has_word(Word::is_rank);
    let dimensions = units.open_where(|sense| matches!(sense, Sense::Dimension(_)));
    let entities = if ranked { entities(units) } else { Vec::new() };
    match (&dimensions[..], &entities[..]) {
        ([], []) => {}
        ([at], []) if ranked => set(units, draft, *at),
        ([at], []) => after_breakdown_word(units, draft, *at),
        ([], [at]) => set(units, draft, *at),
        _ => {
            let words = dimensions
                .iter()
                .chain(&entities)
                .filter_map(|at| units.get(*at))
                .map(|unit| unit.written.clone())
                .collect();
            return Err(Failure::Unclear {
                words,
                unknown: false,
            });
        }
    }
    Ok(())
}

fn set(units: &mut Units, draft: &mut Draft, at: usize) {
    // `berapa provinsi dengan … terbanyak` asks for a number, not for names.
    let counted = at > 0
        && matches!(
            units.word(at - 1),
            Some(Word::HowMany | Word::Total | Word::Tally)
        );
    if counted {
        return;
    }
    let group = match units.sense(at) {
        Some(Sense::Dimension(dimension)) => Group::Dimension(dimension),
        Some(Sense::Metric(metric)) => {
            draft.subject_table = Some(units.world.metrics[metric].meta.table.clone());
            Group::Entity(metric)
        }
        _ => return,
    };
    units.take(at);
    draft.subject = Some((group, at));
    for side in [at.checked_sub(1), Some(at + 1)].into_iter().flatten() {
        if matches!(units.word(side), Some(Word::Which | Word::All)) {
            draft.all |= units.word(side) == Some(Word::All);
            units.take(side);
        }
    }
    // `which 3 provinces`, `which are the 3 provinces`
    if let Some(before) = units.before(at, |word| word.is_soft() || word.is_rank())
        && let Some(which) = match units.sense(before) {
            Some(Sense::Number(_)) => units.before(before, |word| word.is_soft() || word.is_rank()),
            _ => Some(before),
        }
        && units.word(which) == Some(Word::Which)
    {
        units.take(which);
    }
    let mut link = at + 1;
    while link < units.len() && (!units.open(link) || units.word(link).is_some_and(passes)) {
        link += 1;
    }
    if matches!(
        units.word(link),
        Some(Word::With | Word::Have | Word::HavePlural)
    ) {
        units.take(link);
    }
}

/// Words that may stand between a subject and `dengan`.
fn passes(word: Word) -> bool {
    matches!(
        word,
        Word::That | Word::Is | Word::Comma | Word::What | Word::Top | Word::Bottom
    )
}

/// `komposisi tipe gerai` breaks down by the dimension without a grouping word.
fn after_breakdown_word(units: &mut Units, draft: &mut Draft, at: usize) {
    let leads = units
        .before(at, |word| word == Word::Of)
        .and_then(|before| units.word(before))
        .is_some_and(|word| matches!(word, Word::Share | Word::Spread | Word::Makeup));
    if let Some(Sense::Dimension(dimension)) = units.sense(at)
        && leads
        && draft.groups.is_empty()
    {
        units.take(at);
        draft.groups.push(Group::Dimension(dimension));
    }
}

/// Entities whose single rows are ranked by something else: `10 koperasi dengan …`, `koperasi mana yang …`.
fn entities(units: &Units) -> Vec<usize> {
    let metrics = units.open_where(|sense| matches!(sense, Sense::Metric(_)));
    if metrics.len() < 2 {
        return Vec::new();
    }
    metrics
        .into_iter()
        .filter(|at| {
            let Some(Sense::Metric(metric)) = units.sense(*at) else {
                return false;
            };
            units.world.metrics[metric].meta.name.is_some() && is_subject(units, *at)
        })
        .collect()
}

fn is_subject(units: &Units, at: usize) -> bool {
    let numbered = at > 0
        && (matches!(units.sense(at - 1), Some(Sense::Number(_)))
            || matches!(
                units.word(at - 1),
                Some(Word::Top | Word::Bottom | Word::Which | Word::Sort)
            ));
    let asked = matches!(units.word(at + 1), Some(Word::Which | Word::What));
    let mut link = at + 1;
    while link < units.len() && (!units.open(link) || units.word(link).is_some_and(passes)) {
        link += 1;
    }
    let linked = matches!(
        units.word(link),
        Some(Word::With | Word::Have | Word::HavePlural)
    );
    numbered || asked || linked
}
