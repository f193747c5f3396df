//! What a short question changes of the one before it.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::intent::{Direction, Extent, Figure, Filter, Group, Intent, Operation, Order};
use super::language::Language;
use super::lexicon::Word;
use super::period::Period;
use super::when::{self, Asked};
use super::world::{Metric, World};
use crate::agent::catalogue::metadata::{Aggregation, Label, MetricMeta, Shape};

/// What a short question says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Another metric.
    pub metric: Option<usize>,
    /// Another kind of figure.
    pub quantities: BTreeSet<Word>,
    /// The same as it was written.
    pub written: Vec<String>,
    /// Another breakdown.
    pub groups: Vec<Group>,
    /// A dimension by itself, which takes the place of a breakdown or a subject.
    pub dimension: Option<usize>,
    /// Other values.
    pub values: Vec<ChangedValues>,
    /// The other end.
    pub direction: Option<Direction>,
    /// Another number of rows.
    pub amount: Option<u32>,
    /// Whether all are wanted in order.
    pub sort: bool,
    /// Whether it is about the place that was named before.
    pub there: bool,
    /// Another period.
    pub period: Option<ChangedPeriod>,
}

/// A period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangedPeriod {
    /// The period.
    pub period: Period,
    /// Its words.
    pub written: String,
    /// The moment that is named beside it.
    pub date: Option<usize>,
}

/// Values of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangedValues {
    /// The column.
    pub column: usize,
    /// The values.
    pub values: Vec<usize>,
    /// Whether each is wanted by itself.
    pub each: bool,
    /// Whether the question also says what they are values of.
    pub owned: bool,
}

impl Change {
    /// The question before with what this one changes.
    ///
    /// # Errors
    /// What does not go together.
    pub fn apply(&self, world: &World, before: &Intent) -> Result<Intent, Failure> {
        let is_place = |filter: &Filter| world.columns[filter.column].place;
        if self.there && !before.filters.iter().any(is_place) {
            return Err(Failure::NothingBefore);
        }
        let mut intent = before.clone();
        self.figure(world, &mut intent)?;
        self.breakdown(world, &mut intent)?;
        for values in &self.values {
            narrow(world, &mut intent, values)?;
        }
        self.order(&mut intent)?;
        self.period(world, before, &mut intent)?;
        Ok(intent)
    }

    /// The period of this question, or that of the one before, which then narrows what is measured now.
    fn period(&self, world: &World, before: &Intent, intent: &mut Intent) -> Result<(), Failure> {
        let same = when::home(world, before.figure).0 == when::home(world, intent.figure).0;
        let (period, written, date) = match (&self.period, before.period) {
            (Some(new), former) => {
                let former = former.filter(|_| same).map(|when| when.date);
                (new.period, new.written.clone(), new.date.or(former))
            }
            (None, Some(former)) if !same => {
                let said = former.period.in_words(Language::default());
                (former.period, said, None)
            }
            (None, _) => return Ok(()),
        };
        if self.period.is_some()
            && let Some(label) = shared(world, intent)
            && intent
                .part
                .iter()
                .any(|filter| world.columns[filter.column].place)
        {
            return Err(Failure::WhichPart { label });
        }
        let former = before
            .period
            .map(|when| world.dates[when.date].table.as_str());
        let asked = Asked {
            period,
            written: &written,
            mentioned: former.into_iter().filter(|_| date.is_some()).collect(),
            date,
        };
        intent.period = Some(when::narrowed(world, intent, &asked)?);
        Ok(())
    }

    fn figure(&self, world: &World, intent: &mut Intent) -> Result<(), Failure> {
        let (metric, former) = match (self.metric, intent.figure) {
            (Some(metric), Figure::Metric { operation, .. }) => (metric, operation),
            (Some(metric), _) => (metric, Operation::Count),
            (None, Figure::Metric { metric, operation }) => (metric, operation),
            (None, _) if self.quantities.is_empty() => return Ok(()),
            (None, _) => return Err(Failure::NoMetric),
        };
        if self.metric.is_none() && self.quantities.is_empty() {
            return Ok(());
        }
        // Whether what was said of the one holds for the other is not said.
        let has = !(intent.having.is_empty() && intent.part_having.is_empty());
        if has && self.metric.is_some() {
            return Err(Failure::TwoReadings);
        }
        let (metric, operation) = match self.quantities.is_empty() {
            true => (metric, same_way(&world.metrics[metric].meta, former)?),
            false => self.other_way(world, metric, !intent.groups.is_empty())?,
        };
        if operation != Operation::Share {
            // What made the part of a share narrows nothing else.
            intent.part.clear();
            intent.part_having.clear();
        }
        intent.figure = Figure::Metric { metric, operation };
        Ok(())
    }

    /// A metric put to the use that words of quantity say.
    fn other_way(
        &self,
        world: &World,
        metric: usize,
        grouped: bool,
    ) -> Result<(usize, Operation), Failure> {
        let metric = quantity_of(world, metric).unwrap_or(metric);
        let meta = &world.metrics[metric].meta;
        let words: Vec<Word> = self.quantities.iter().copied().collect();
        let operation = match (meta.shape, &words[..]) {
            (Shape::Entity, [Word::Total | Word::Tally]) => Operation::Count,
            (Shape::Entity, [Word::Share | Word::Makeup]) if grouped => Operation::Makeup,
            (Shape::Entity, [Word::Share]) => {
                return Err(Failure::WhichPart {
                    label: meta.label.clone(),
                });
            }
            (Shape::Measure, [Word::Total | Word::Sum]) => Operation::Sum,
            (Shape::Measure, [Word::Average]) => Operation::Average,
            (Shape::Measure, [Word::Maximum]) => Operation::Maximum,
            (Shape::Measure, [Word::Minimum]) => Operation::Minimum,
            _ => {
                return Err(Failure::NotThatWay {
                    metric: meta.label.clone(),
                    words: self.written.clone(),
                });
            }
        };
        Ok((metric, operation))
    }

    fn breakdown(&self, world: &World, intent: &mut Intent) -> Result<(), Failure> {
        let groups = match self.dimension {
            None if self.groups.is_empty() => return Ok(()),
            None => self.groups.clone(),
            Some(dimension) => {
                let asked = !intent.groups.is_empty() || self.direction.is_some();
                if !self.groups.is_empty() || !asked {
                    return Err(Failure::WhatAboutIt {
                        label: world.dimensions[dimension].label.clone(),
                    });
                }
                vec![Group::Dimension(dimension)]
            }
        };
        if let Figure::Names(_) = intent.figure {
            return Err(Failure::WrongSense);
        }
        // `per provinsi` after one about a single province is about all of them.
        let listed: Vec<usize> = groups
            .iter()
            .map(|group| column_of(world, *group))
            .collect();
        intent
            .filters
            .retain(|filter| !listed.contains(&filter.column));
        if groups.len() > 1 {
            intent.order = None;
        }
        intent.groups = groups;
        intent.all = false;
        if matches!(
            intent.figure,
            Figure::Metric {
                operation: Operation::Each,
                ..
            }
        ) {
            return Err(Failure::WrongSense);
        }
        Ok(())
    }

    fn order(&self, intent: &mut Intent) -> Result<(), Failure> {
        if self.direction.is_none() && self.amount.is_none() && !self.sort {
            return Ok(());
        }
        if intent.groups.is_empty() {
            return other_end(self, intent);
        }
        let former = intent.order;
        let direction = self.direction.or(former.map(|order| order.direction));
        let extent = match (self.amount, former) {
            (Some(_), _) if intent.groups.len() > 1 => return Err(Failure::NothingToRank),
            (Some(amount), _) => Extent::First(amount),
            (None, _) if self.sort => Extent::All,
            (None, Some(order)) => order.extent,
            (None, None) if intent.groups.len() > 1 => Extent::All,
            (None, None) => Extent::Best,
        };
        intent.order = Some(Order {
            direction: direction.ok_or(Failure::NothingToRank)?,
            extent,
        });
        Ok(())
    }
}

/// The smallest instead of the largest of a quantity.
fn other_end(change: &Change, intent: &mut Intent) -> Result<(), Failure> {
    let Figure::Metric { metric, operation } = intent.figure else {
        return Err(Failure::NothingToRank);
    };
    let extreme = matches!(operation, Operation::Maximum | Operation::Minimum);
    let operation = match change.direction {
        Some(Direction::Descending) if extreme => Operation::Maximum,
        Some(Direction::Ascending) if extreme => Operation::Minimum,
        _ => return Err(Failure::NothingToRank),
    };
    if change.amount.is_some() {
        return Err(Failure::NothingToRank);
    }
    intent.figure = Figure::Metric { metric, operation };
    Ok(())
}

/// Another metric put to the same use as the one before.
fn same_way(meta: &MetricMeta, former: Operation) -> Result<Operation, Failure> {
    match meta.shape {
        Shape::Aggregate | Shape::Ratio => Ok(Operation::Finished),
        Shape::Entity => match former {
            Operation::Count | Operation::Makeup | Operation::Share => Ok(former),
            Operation::Finished => Ok(Operation::Count),
            _ => Err(Failure::WhatAboutIt {
                label: meta.label.clone(),
            }),
        },
        Shape::Measure => match (former, meta.default) {
            (Operation::Sum | Operation::Average | Operation::Maximum | Operation::Minimum, _) => {
                Ok(former)
            }
            (_, Some(Aggregation::Sum)) => Ok(Operation::Sum),
            (_, Some(Aggregation::Average)) => Ok(Operation::Average),
            (_, None) => Err(Failure::WhichAggregate {
                label: meta.label.clone(),
            }),
        },
    }
}

/// The quantity of which a finished figure is the mean or the total.
fn quantity_of(world: &World, metric: usize) -> Option<usize> {
    let finished = &world.metrics[metric];
    let is_of = |quantity: &Metric| {
        let sql = &quantity.sql;
        quantity.meta.shape == Shape::Measure
            && quantity.meta.table == finished.meta.table
            && [format!("AVG({sql})"), format!("SUM({sql})")].contains(&finished.sql)
    };
    world.metrics.iter().position(is_of)
}

/// Other values take the place of those of the same column, or of another place; else they narrow what was asked.
fn narrow(world: &World, intent: &mut Intent, changed: &ChangedValues) -> Result<(), Failure> {
    let label = || -> Label { world.columns[changed.column].label.clone() };
    let is_place = |column: usize| world.columns[column].place;
    let same = |filter: &&mut Filter| filter.column == changed.column;
    if let Some(filter) = intent.part.iter_mut().find(same) {
        if changed.each {
            return Err(Failure::SumOrEach {
                values: texts(world, changed),
            });
        }
        if filter.negated {
            return Err(Failure::TwoReadings);
        }
        filter.values.clone_from(&changed.values);
        return Ok(());
    }
    let places = intent
        .filters
        .iter()
        .filter(|filter| is_place(filter.column))
        .count();
    let takes_place = |filter: &Filter| {
        filter.column == changed.column
            || is_place(filter.column) && is_place(changed.column) && places == 1
    };
    let share = shared(world, intent);
    match intent.filters.iter_mut().find(|filter| takes_place(filter)) {
        Some(filter) => {
            // `kalau Bali?` after `tidak di Jawa Barat` could take back the `tidak` or not.
            if filter.negated {
                return Err(Failure::TwoReadings);
            }
            // A share's places were said of its whole and stay there.
            let former = filter.column;
            let owned = changed.owned || former == changed.column && filter.owned;
            *filter = Filter {
                column: changed.column,
                values: changed.values.clone(),
                owned,
                negated: false,
            };
            intent
                .groups
                .retain(|group| column_of(world, *group) != former);
        }
        None if is_place(changed.column) && places > 1 => {
            return Err(Failure::Conflict {
                label: label(),
                values: texts(world, changed),
            });
        }
        None if !is_place(changed.column) && share.is_some() => {
            return Err(Failure::WhichPart {
                label: share.unwrap_or_default(),
            });
        }
        None => intent.filters.push(Filter {
            column: changed.column,
            values: changed.values.clone(),
            owned: changed.owned,
            negated: false,
        }),
    }
    let at = intent
        .groups
        .iter()
        .position(|group| column_of(world, *group) == changed.column);
    intent
        .groups
        .retain(|group| column_of(world, *group) != changed.column);
    if changed.each {
        let at = at.unwrap_or(intent.groups.len());
        intent.groups.insert(at, Group::Column(changed.column));
    }
    if intent.groups.is_empty() {
        alone(intent);
    }
    Ok(())
}

/// What was listed is one figure now.
fn alone(intent: &mut Intent) {
    intent.order = None;
    intent.all = false;
    if let Figure::Metric {
        metric,
        operation: Operation::Makeup,
    } = intent.figure
    {
        // Which part of the whole one of the groups is.
        intent.part = intent.filters.pop().into_iter().collect();
        intent.figure = Figure::Metric {
            metric,
            operation: Operation::Share,
        };
    }
}

/// What a share is a part of; none when the figure is no share.
fn shared(world: &World, intent: &Intent) -> Option<Label> {
    match intent.figure {
        Figure::Metric {
            metric,
            operation: Operation::Share,
        } => Some(world.metrics[metric].meta.label.clone()),
        _ => None,
    }
}

/// The column that a group lists; a table's single rows are none of the named columns.
fn column_of(world: &World, group: Group) -> usize {
    match group {
        Group::Dimension(dimension) => world.dimensions[dimension].column,
        Group::Column(column) => column,
        Group::Entity(_) => usize::MAX,
    }
}

fn texts(world: &World, changed: &ChangedValues) -> Vec<String> {
    let values = changed.values.iter();
    values
        .map(|value| world.value(changed.column, *value).to_owned())
        .collect()
}
