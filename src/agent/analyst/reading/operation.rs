//! How a metric is put to use: what the words of quantity, the groups and the order together ask of it.

use std::collections::BTreeSet;

use super::super::failure::Failure;
use super::super::intent::{Direction, Group, Operation};
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::order::Ranking;
use super::units::Units;
use crate::agent::catalogue::metadata::{Aggregation, Label, MetricMeta, Shape, Style};

/// What is asked of a metric.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// The question.
    pub units: &'a Units<'a>,
    /// What is known of it.
    pub draft: &'a Draft,
    /// The metric.
    pub meta: &'a MetricMeta,
    /// The words of quantity in the question.
    pub words: &'a BTreeSet<Word>,
    /// What it says about order.
    pub ranking: Ranking,
    /// Whether the figure is broken down by anything.
    pub grouped: bool,
    /// Whether the metric's own words say what kind of figure is meant.
    pub quantified: bool,
}

impl Asked<'_> {
    /// The operation that is asked for.
    pub fn operation(&self) -> Result<Operation, Failure> {
        // `rata-rata modal awal per koperasi`: each row is one cooperative, so `per` adds nothing. Anything else does.
        let per_row =
            |entity: usize| self.units.world.metrics[entity].meta.table == self.meta.table;
        if let Some(entity) = self.draft.per_entity
            && !(per_row(entity) && self.has(Word::Average))
        {
            return Err(self.not_that_way(|word| word == Word::Per));
        }
        match self.meta.shape {
            Shape::Entity if self.has(Word::Makeup) || self.has(Word::Share) => self.part(),
            Shape::Entity => self.count(),
            Shape::Measure => self.measure(),
            Shape::Aggregate | Shape::Ratio => self.finished(),
        }
    }

    /// A part of an entity: that with some property, or that of each group.
    fn part(&self) -> Result<Operation, Failure> {
        self.only(&[Word::Makeup, Word::Share])?;
        let named = &self.draft.named;
        let has = !self.draft.clauses.is_empty();
        let kind = has
            || named
                .iter()
                .any(|named| !self.units.world.columns[named.column].place);
        let broken_down = !self.draft.groups.is_empty() || self.draft.subject.is_some();
        let of_named = self.has(Word::Share) && (kind || !broken_down);
        match (of_named, self.grouped) {
            (true, _) if has || !named.is_empty() => Ok(Operation::Share),
            (false, true) => Ok(Operation::Makeup),
            _ => Err(Failure::WhichPart {
                label: self.meta.label.clone(),
            }),
        }
    }

    fn count(&self) -> Result<Operation, Failure> {
        self.only(&[Word::Total, Word::Tally, Word::Spread])?;
        // `daftar koperasi per provinsi` may want the names.
        let names = self.units.has_word(|word| word == Word::List) && self.draft.subject.is_none();
        let asked = self.says_figure() || self.grouped && !names;
        if self.has(Word::Spread) && !self.grouped || !asked {
            return Err(self.what_about_it());
        }
        Ok(Operation::Count)
    }

    fn measure(&self) -> Result<Operation, Failure> {
        self.only(&[
            Word::Total,
            Word::Sum,
            Word::Average,
            Word::Maximum,
            Word::Minimum,
        ])?;
        let ways: BTreeSet<_> = self
            .words
            .iter()
            .map(|word| match word {
                Word::Average | Word::Maximum | Word::Minimum => *word,
                _ => Word::Total,
            })
            .collect();
        // Whether the subject's rows are the measure's own.
        let single_rows = matches!(self.draft.subject, Some((Group::Entity(_), _)))
            && self.draft.subject_table.as_deref() == Some(self.meta.table.as_str());
        match (ways.len(), ways.first()) {
            (0, _) => self.bare_measure(single_rows),
            // One row has no average of its own: `rata-rata modal 5 koperasi terbesar` is about the five together.
            (1, _) if single_rows => Err(self.not_that_way(Word::is_quantity)),
            (1, Some(Word::Average)) => Ok(Operation::Average),
            (1, Some(Word::Maximum)) => Ok(Operation::Maximum),
            (1, Some(Word::Minimum)) => Ok(Operation::Minimum),
            (1, _) => Ok(Operation::Sum),
            _ => Err(Failure::Contradiction {
                words: self.written(Word::is_quantity),
            }),
        }
    }

    /// A quantity without `total` or `rata-rata`: plain for single rows, the largest one for `terbesar`, else not said.
    fn bare_measure(&self, single_rows: bool) -> Result<Operation, Failure> {
        let extreme = self
            .ranking
            .direction
            .filter(|_| !self.grouped && self.ranking.amount.is_none() && !self.ranking.sort);
        match (single_rows, extreme, self.meta.default) {
            (true, ..) => Ok(Operation::Each),
            (_, Some(Direction::Descending), _) => Ok(Operation::Maximum),
            (_, Some(Direction::Ascending), _) => Ok(Operation::Minimum),
            (_, None, Some(Aggregation::Sum)) => Ok(Operation::Sum),
            (_, None, Some(Aggregation::Average)) => Ok(Operation::Average),
            (_, None, None) => Err(Failure::WhichAggregate {
                label: self.meta.label.clone(),
            }),
        }
    }

    /// A figure that needs nothing more, only perhaps the word for what it is.
    fn finished(&self) -> Result<Operation, Failure> {
        let counts = self.meta.format.style == Style::Count;
        self.only(match (self.meta.shape, self.meta.format.style) {
            (_, Style::Percent) => &[Word::Share],
            (Shape::Aggregate, Style::Count) => &[Word::Total, Word::Tally, Word::Spread],
            _ => &[],
        })?;
        if counts && !self.says_figure() && !self.grouped {
            return Err(self.what_about_it());
        }
        Ok(Operation::Finished)
    }

    fn has(&self, word: Word) -> bool {
        self.words.contains(&word)
    }

    /// Whether the question says that it wants a figure.
    fn says_figure(&self) -> bool {
        let asks = self.units.has_word(|word| word == Word::HowMany);
        !self.words.is_empty() || self.quantified || asks || self.units.computes()
    }

    fn only(&self, allowed: &[Word]) -> Result<(), Failure> {
        only(self.units, self.words, allowed, &self.meta.label)
    }

    fn what_about_it(&self) -> Failure {
        Failure::WhatAboutIt {
            label: self.meta.label.clone(),
        }
    }

    fn not_that_way(&self, which: impl Fn(Word) -> bool) -> Failure {
        Failure::NotThatWay {
            metric: self.meta.label.clone(),
            words: self.written(which),
        }
    }

    fn written(&self, which: impl Fn(Word) -> bool) -> Vec<String> {
        self.units
            .written_where(|unit| matches!(unit.sense, Sense::Word(word) if which(word)))
    }
}

/// Fails when the question has other words of quantity than those that go with what is asked.
pub(super) fn only(
    units: &Units,
    words: &BTreeSet<Word>,
    allowed: &[Word],
    label: &Label,
) -> Result<(), Failure> {
    let wrong: Vec<_> = words
        .iter()
        .filter(|word| !allowed.contains(word))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::NotThatWay {
        metric: label.clone(),
        words: units.written_where(
            |unit| matches!(unit.sense, Sense::Word(word) if wrong.contains(&&word)),
        ),
    })
}
