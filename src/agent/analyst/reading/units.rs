//! The words that rules look at and mark.

use super::super::failure::Failure;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::super::tokens::{without_ending, words};
use super::super::world::World;
use crate::agent::catalogue::metadata::Label;

/// A phrase of the question with one meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Unit {
    /// What it means.
    pub sense: Sense,
    /// As it was written.
    pub written: String,
    /// Whether it says itself what kind of figure is meant.
    pub quantified: bool,
    /// Whether a rule has explained it.
    pub used: bool,
}

/// The phrases of a question, without those that say nothing.
#[derive(Debug)]
pub(super) struct Units<'w> {
    /// The world that senses point into.
    pub world: &'w World,
    list: Vec<Unit>,
    mentioned: Vec<String>,
    computes: bool,
}

impl<'w> Units<'w> {
    /// Drops fillers, and one of two equal neighbours (`provinsi-provinsi`).
    pub fn new(world: &'w World, units: Vec<Unit>) -> Result<Self, Failure> {
        let writes: Vec<_> = units
            .iter()
            .filter(|unit| unit.sense == Sense::Word(Word::Write))
            .map(|unit| unit.written.clone())
            .collect();
        if !writes.is_empty() {
            return Err(Failure::Write { words: writes });
        }
        if let Some(first) = units.first()
            && first.sense == Sense::Word(Word::Who)
        {
            return Err(Failure::Unclear {
                words: vec![first.written.clone()],
                unknown: false,
            });
        }
        let mentioned = units.iter().flat_map(|unit| words(&unit.written)).collect();
        let computes = |unit: &Unit| unit.sense == Sense::Word(Word::Compute);
        let computes = units.iter().any(computes);
        let mut list: Vec<Unit> = Vec::new();
        for unit in units {
            let says_nothing = matches!(
                unit.sense,
                Sense::Word(Word::Filler | Word::Compute) | Sense::Everything
            );
            let repeats = list.last().is_some_and(|last| {
                last.sense == unit.sense
                    && matches!(unit.sense, Sense::Dimension(_) | Sense::Metric(_))
            });
            if !says_nothing && !repeats {
                list.push(unit);
            }
        }
        Ok(Self {
            world,
            list,
            mentioned,
            computes,
        })
    }

    /// Whether a thing is named anywhere in the question, be it as a part of a longer phrase.
    pub fn mentions(&self, label: &Label) -> bool {
        let plural = format!("{}s", label.english());
        [label.id.as_str(), label.english(), &plural]
            .into_iter()
            .map(words)
            .any(|name| {
                self.mentioned.windows(name.len().max(1)).any(|part| {
                    part.iter()
                        .zip(&name)
                        .all(|(here, word)| here == word || without_ending(here) == Some(word))
                })
            })
    }

    /// Whether the question says that it wants a figure, without saying of which kind.
    pub fn computes(&self) -> bool {
        self.computes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The unit at a place, if there is one.
    pub fn get(&self, at: usize) -> Option<&Unit> {
        self.list.get(at)
    }

    /// What the unit at a place means.
    pub fn sense(&self, at: usize) -> Option<Sense> {
        self.list.get(at).map(|unit| unit.sense)
    }

    /// The word at a place, if it is one of the language.
    pub fn word(&self, at: usize) -> Option<Word> {
        match self.sense(at) {
            Some(Sense::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Whether no rule has explained the unit yet.
    pub fn open(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|unit| !unit.used)
    }

    /// Marks a unit as explained.
    pub fn take(&mut self, at: usize) {
        if let Some(unit) = self.list.get_mut(at) {
            unit.used = true;
        }
    }

    /// The places of the open units for which `wanted` holds.
    pub fn open_where(&self, wanted: impl Fn(Sense) -> bool) -> Vec<usize> {
        (0..self.len())
            .filter(|at| self.open(*at) && self.sense(*at).is_some_and(&wanted))
            .collect()
    }

    /// The places of the open words for which `wanted` holds.
    pub fn open_words(&self, wanted: impl Fn(Word) -> bool) -> Vec<usize> {
        self.open_where(|sense| matches!(sense, Sense::Word(word) if wanted(word)))
    }

    /// Whether any word, explained or not, is one of these.
    pub fn has_word(&self, wanted: impl Fn(Word) -> bool) -> bool {
        (0..self.len()).any(|at| self.word(at).is_some_and(&wanted))
    }

    /// The nearest place before `at` that is neither explained nor skipped.
    pub fn before(&self, at: usize, skip: impl Fn(Word) -> bool) -> Option<usize> {
        (0..at)
            .rev()
            .find(|at| self.open(*at) && !self.word(*at).is_some_and(&skip))
    }

    /// Whether between two places there are only explained words, words of belonging, and `rata-rata` after its measure.
    pub fn touch(&self, a: usize, b: usize) -> bool {
        (a.min(b) + 1..a.max(b)).all(|at| {
            !self.open(at)
                || self
                    .word(at)
                    .is_some_and(|w| matches!(w, Word::Of | Word::In | Word::Average))
        })
    }

    /// The units' words as written.
    pub fn written_where(&self, wanted: impl Fn(&Unit) -> bool) -> Vec<String> {
        self.list
            .iter()
            .filter(|unit| wanted(unit))
            .map(|unit| unit.written.clone())
            .collect()
    }
}
