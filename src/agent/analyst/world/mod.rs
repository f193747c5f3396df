//! What can be asked about: metrics, dimensions, values and joins, as the tools described them this time.

mod build;
mod columns;
mod comments;
mod dates;
mod graph;

use crate::agent::catalogue::metadata::{Label, MetricMeta, Side};

pub(super) use dates::DateColumn;
pub(super) use graph::{Graph, Join, NoPath};

/// Everything that the tools said about the domain.
#[derive(Debug, Default)]
pub(super) struct World {
    /// What can be measured.
    pub metrics: Vec<Metric>,
    /// What metrics are grouped and filtered by.
    pub columns: Vec<Column>,
    /// The names for columns, or for the part of a column with one prefix.
    pub dimensions: Vec<Dimension>,
    /// The moments that periods narrow.
    pub dates: Vec<DateColumn>,
    /// The many-to-one joins.
    pub graph: Graph,
    /// Words for the whole database.
    pub everything: Vec<String>,
    /// Tables of named things: table, column of the names, and what one is called.
    pub named: Vec<(String, String, Label)>,
    /// The tables by the names in their comments.
    pub tables: Vec<Table>,
    /// What the tables hold, for saying what can be asked.
    pub topics: Vec<Label>,
}

/// A table, as its comment names it.
#[derive(Debug)]
pub(super) struct Table {
    /// As Postgres stores it.
    pub name: String,
    /// The words for its rows.
    pub phrases: Vec<String>,
    /// What they are called.
    pub label: Label,
}

/// Something to be measured.
#[derive(Debug)]
pub(super) struct Metric {
    /// The words for it.
    pub phrases: Vec<String>,
    /// The SQL expression.
    pub sql: String,
    /// The rest.
    pub meta: MetricMeta,
}

/// An expression to group and filter by, and the values that are known of it.
#[derive(Debug)]
pub(super) struct Column {
    /// The table that the expression reads.
    pub table: String,
    /// The expression.
    pub sql: String,
    /// The column that tells two groups apart where names repeat.
    pub key: Option<String>,
    /// What it is called.
    pub label: Label,
    /// Whether its values are places.
    pub place: bool,
    /// Whether it describes rows of tables that refer to `table`.
    pub inherited: bool,
    /// Whether its values are periods.
    pub time: bool,
    /// Its known values.
    pub values: Vec<ColumnValue>,
    /// Whether other values than the known ones may be looked up by name, and what names begin with.
    pub lookup: Option<Vec<(String, Vec<String>)>>,
    /// What a reader of the figures must know.
    pub note: Option<Label>,
    /// Whose property it is, where its table holds named things: `mandiri` is said of cooperatives, not of members.
    pub owner: Option<Label>,
}

/// A value and the words for it.
#[derive(Debug)]
pub(super) struct ColumnValue {
    /// As it stands in the database.
    pub text: String,
    /// The words for it, as matched.
    pub forms: Vec<Vec<String>>,
}

/// A name for a column.
#[derive(Debug)]
pub(super) struct Dimension {
    /// The words for it.
    pub phrases: Vec<String>,
    /// The column.
    pub column: usize,
    /// Only values that begin with this word.
    pub prefix: Option<String>,
    /// What it is called in answers.
    pub label: Label,
    /// Whether the table's rows may be counted.
    pub countable: bool,
    /// What is counted where a question names no metric.
    pub counts: Option<Side>,
    /// What a reader of the figures must know.
    pub note: Option<Label>,
}

impl World {
    /// The column of a dimension.
    pub fn column_of(&self, dimension: usize) -> &Column {
        &self.columns[self.dimensions[dimension].column]
    }

    /// The value's text.
    pub fn value(&self, column: usize, value: usize) -> &str {
        &self.columns[column].values[value].text
    }
}
