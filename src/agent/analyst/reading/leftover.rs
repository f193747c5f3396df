//! The rule that keeps the analyst honest: a question with a word that nothing explained is not understood.

use super::super::failure::Failure;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::units::{Unit, Units};

/// Fails when a word is left.
pub(super) fn check(units: &Units) -> Result<(), Failure> {
    let unknown = units.written_where(|unit| unit.sense == Sense::Unknown);
    if !unknown.is_empty() {
        return Err(Failure::Unclear {
            words: unknown,
            unknown: true,
        });
    }
    let months = units.written_where(|unit| unit.sense == Sense::WhichYear);
    if let Some(words) = months.into_iter().next() {
        return Err(Failure::WhichYear { words });
    }
    let left = units.written_where(is_left);
    if left.is_empty() {
        Ok(())
    } else {
        Err(Failure::Unclear {
            words: left,
            unknown: false,
        })
    }
}

fn is_left(unit: &Unit) -> bool {
    let soft = matches!(unit.sense, Sense::Word(word) if word.is_soft() || word == Word::Do);
    !unit.used && !soft
}
