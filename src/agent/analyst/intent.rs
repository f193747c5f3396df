//! What a question asks for, in terms of the [`World`](super::world::World).

use super::period::Period;
use crate::agent::catalogue::metadata::Label;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Intent {
    /// The figure.
    pub figure: Figure,
    /// What it is broken down by, in the order of the columns.
    pub groups: Vec<Group>,
    /// Whether groups without any row are listed too.
    pub all: bool,
    /// What narrows everything.
    pub filters: Vec<Filter>,
    /// The period that it is about.
    pub period: Option<When>,
    /// Of a share: what makes the part.
    pub part: Vec<Filter>,
    /// What rows must have, or lack, to be in the whole.
    pub having: Vec<Having>,
    /// Of a share: what rows must have, or lack, to be in the part.
    pub part_having: Vec<Having>,
    /// The order that was asked for.
    pub order: Option<Order>,
}

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// A metric, put to use in some way.
    Metric {
        /// The metric.
        metric: usize,
        /// The way.
        operation: Operation,
    },
    /// The rows of a dimension's table: `how many provinces`.
    Things {
        /// The dimension.
        dimension: usize,
        /// As a number, or the part of them that has something.
        operation: Operation,
    },
    /// No figure but the names of those that have or lack something: `which cooperatives have no outlets`.
    Names(Group),
    /// What a dimension counts by itself: `the most common outlet type`.
    Counted {
        /// The dimension.
        dimension: usize,
        /// As a number or as a part.
        operation: Operation,
    },
}

/// How a metric is put to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// Counts an entity.
    Count,
    /// The metric's own expression.
    Finished,
    /// Sums a measure.
    Sum,
    /// Averages a measure.
    Average,
    /// The largest of a measure.
    Maximum,
    /// The smallest of a measure.
    Minimum,
    /// The measure of each single row.
    Each,
    /// Which part of an entity meets the filters of [`Intent::part`].
    Share,
    /// Which part of an entity each group is.
    Makeup,
}

/// What a figure is broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// A dimension.
    Dimension(usize),
    /// A column, because several of its values were named.
    Column(usize),
    /// The single rows of an entity's table.
    Entity(usize),
}

/// A period of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    /// The date.
    pub date: usize,
    /// The period.
    pub period: Period,
}

/// Some values of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    /// The column.
    pub column: usize,
    /// The values, any of which will do.
    pub values: Vec<usize>,
    /// Whether the question also says what they are values of.
    pub owned: bool,
    /// Whether any other value will do instead. A row without a value has none.
    pub negated: bool,
}

/// That rows refer to something, or that none does: `koperasi yang belum punya gerai`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Having {
    /// What has or lacks it.
    pub holder: Noun,
    /// What it has or lacks: rows of a table that leads to the holder's.
    pub thing: Noun,
    /// What narrows the thing: `anggota perempuan`.
    pub inside: Vec<Filter>,
    /// Whether it is lacked.
    pub negated: bool,
}

/// The rows of a table, as a question names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noun {
    /// The table.
    pub table: String,
    /// A condition that they meet.
    pub filter: Option<String>,
    /// What they are called.
    pub label: Label,
}

/// An order, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    /// Which end comes first.
    pub direction: Direction,
    /// How many are wanted.
    pub extent: Extent,
}

/// How many rows of a ranking are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of them, in order.
    All,
    /// So many.
    First(u32),
    /// The best one; all of them where several are equally good.
    Best,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// The largest.
    Descending,
    /// The smallest.
    Ascending,
}
