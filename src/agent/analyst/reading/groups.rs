//! What a figure is broken down by: `per provinsi`, `menurut provinsi dan jenis kelamin`, `untuk semua provinsi`.

use super::super::failure::Failure;
use super::super::intent::Group;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::units::Units;

/// Most columns that a breakdown can have and still be read as a table.
const MOST_GROUPS: usize = 3;

/// Finds the groupings.
pub(super) fn read(units: &mut Units, draft: &mut Draft) -> Result<(), Failure> {
    let mut at = 0;
    while at < units.len() {
        let leads = matches!(units.word(at), Some(Word::Per | Word::All)) && units.open(at);
        if !leads {
            at += 1;
            continue;
        }
        let start = at;
        let (mut all, mut per) = (false, false);
        while let Some(word @ (Word::Per | Word::All | Word::In)) = units.word(at) {
            all |= word == Word::All;
            per |= word == Word::Per;
            at += 1;
        }
        match units.sense(at).filter(|_| units.open(at)) {
            Some(Sense::Dimension(_)) if !draft.is_holder(at) => {
                for place in start..at {
                    units.take(place);
                }
                draft.all |= all;
                at = dimensions(units, draft, at);
            }
            Some(Sense::Metric(_)) if all && !per => {
                // `seluruh koperasi`: all of them is what a figure is about anyway.
                for place in start..at {
                    units.take(place);
                }
            }
            Some(Sense::Metric(metric)) if per && other_metric(units, at) => {
                for place in start..=at {
                    units.take(place);
                }
                draft.per_entity = Some(metric);
            }
            // `top 5 provinsi menurut koperasi`
            Some(Sense::Metric(_)) if per && units.has_word(Word::is_rank) => {
                for place in start..at {
                    units.take(place);
                }
            }
            Some(Sense::Word(word)) if per && word.is_quantity() => {
                // `by number of members`: says what is ranked by, if anything is.
                if !units.has_word(Word::is_rank) {
                    return Err(Failure::NothingToRank);
                }
                for place in start..at {
                    units.take(place);
                }
            }
            _ => {}
        }
        at = at.max(start + 1);
    }
    if draft.groups.len() > MOST_GROUPS {
        return Err(Failure::Contradiction {
            words: units.written_where(|unit| matches!(unit.sense, Sense::Dimension(_))),
        });
    }
    Ok(())
}

/// Marks one or more dimensions after a grouping word; the place after them.
fn dimensions(units: &mut Units, draft: &mut Draft, mut at: usize) -> usize {
    while let Some(Sense::Dimension(dimension)) = units.sense(at).filter(|_| units.open(at)) {
        units.take(at);
        if !draft.groups.contains(&Group::Dimension(dimension)) {
            draft.groups.push(Group::Dimension(dimension));
        }
        let mut next = at + 1;
        while matches!(units.word(next), Some(Word::And | Word::Comma | Word::Per)) {
            next += 1;
        }
        let more = next > at + 1
            && matches!(units.sense(next), Some(Sense::Dimension(_)))
            && units.open(next);
        if !more {
            return at + 1;
        }
        for place in at + 1..next {
            units.take(place);
        }
        at = next;
    }
    at
}

fn other_metric(units: &Units, at: usize) -> bool {
    (0..units.len()).any(|other| {
        other != at && units.open(other) && matches!(units.sense(other), Some(Sense::Metric(_)))
    })
}
