//! The `metadata` of a glossary entry: what a term is, beyond its SQL.
//!
//! `metadata.kind` says what an entry describes: a `metric` (when absent), a `dimension`, a `relation` or a `statement`. The
//! entry's own `sql` is then, in that order, an expression to be measured, an expression to group and filter by, the
//! condition of a many-to-one join, or a whole statement. All column references in expressions are qualified by the table's
//! own name, mixed case quoted (`cooperative."provinceId"`); expressions of measures are of type `numeric` or integer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Metadata {
    /// Something to be measured.
    Metric(Box<MetricMeta>),
    /// Something to group and filter by.
    Dimension(Box<DimensionMeta>),
    /// A many-to-one join between two tables.
    Relation(RelationMeta),
    /// An indicator that only a whole statement can say, or whose name says its breakdown too.
    Statement(StatementMeta),
}

impl Metadata {
    /// Reads `metadata` leniently, as it comes out of the store: `kind` defaults to `metric`, unknown keys are ignored.
    ///
    /// # Errors
    /// When a key is missing or has a value that means nothing.
    pub fn from_value(value: &Value) -> Result<Self, serde_json::Error> {
        let mut value = value.clone();
        if let Value::Object(object) = &mut value {
            object
                .entry("kind")
                .or_insert_with(|| Value::from("metric"));
        }
        serde_json::from_value(value)
    }
}

/// A name in the two languages that questions come in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Indonesian.
    pub id: String,
    /// English; the Indonesian one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Label {
    /// The English name, or the Indonesian one where there is no English one.
    pub fn english(&self) -> &str {
        self.en.as_deref().unwrap_or(&self.id)
    }
}

/// How a metric is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Things that are counted: `sql` is `COUNT(*)` or `COUNT(DISTINCT …)` over the rows of `table`.
    Entity,
    /// A quantity of each row of `table`, to be summed or averaged as the question says: `sql` is a row expression.
    Measure,
    /// A finished figure over the rows of `table`: `sql` is an aggregate expression.
    Aggregate,
    /// One figure divided by another of another table: `numerator` and `denominator`, each computed for itself.
    Ratio,
}

/// How figures of a metric are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// A whole number.
    #[default]
    Count,
    /// A number with decimals.
    Decimal,
    /// 0 to 100.
    Percent,
    /// An amount of money.
    Currency,
}

/// How figures of a metric are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// The kind of figure.
    #[serde(default)]
    pub style: Style,
    /// Before the figure, such as `Rp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// After the figure, such as `jam`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Label>,
}

/// Which rows an average divides by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AverageOver {
    /// The rows that have a value.
    #[default]
    Present,
    /// All rows.
    Rows,
}

/// How a measure is aggregated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aggregation {
    /// The total.
    Sum,
    /// The mean.
    Average,
}

/// A figure over one table: a side of a ratio, or another way to count an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// The table whose rows are counted or summed.
    pub table: String,
    /// The aggregate expression.
    pub sql: String,
    /// A condition that the rows must meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Whether figures of groups add up to the figure of the whole.
    #[serde(default)]
    pub additive: bool,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// What a reader of the figure must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Label>,
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricMeta {
    /// How it is computed.
    #[serde(rename = "type")]
    pub shape: Shape,
    /// The table whose rows are counted, summed or averaged; empty only for ratios.
    #[serde(default)]
    pub table: String,
    /// A condition that the rows must meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// What it is called in answers.
    pub label: Label,
    /// How its figures are written.
    #[serde(default)]
    pub format: Format,
    /// Whether figures of groups add up to the figure of the whole.
    #[serde(default)]
    pub additive: bool,
    /// Entities: the column that tells two rows apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Entities: the column that names a row, so that rankings can list them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Entities: other tables to count them over, for dimensions that `table` does not lead to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Side>,
    /// Measures: which rows an average divides by.
    #[serde(default)]
    pub average: AverageOver,
    /// Measures: what is meant where a question says neither `total` nor `rata-rata`; asked back when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Aggregation>,
    /// Ratios: what is divided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<Side>,
    /// Ratios: what it is divided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<Side>,
    /// What a reader of the figure must know, such as which rows stay out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Label>,
    /// What one figure is about, such as one cooperative or the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grain: Option<Label>,
    /// The domain's own number of the indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kpi: Option<String>,
}

/// A whole statement: its columns are those of the groups, then the figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementMeta {
    /// What the figure is called in answers.
    pub label: Label,
    /// What the columns before the figure are called in answers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Label>,
    /// How figures are written.
    #[serde(default)]
    pub format: Format,
    /// Whether figures of groups add up to the figure of the whole.
    #[serde(default)]
    pub additive: bool,
    /// What one figure is about, such as one village.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grain: Option<Label>,
    /// What a reader of the figures must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Label>,
    /// The domain's own number of the indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kpi: Option<String>,
}

/// What a dimension's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Kinds, states, names.
    #[default]
    Category,
    /// Periods: listed in order of time.
    Time,
    /// Moments: what a period that a question names (`tahun 2024`) is compared with. Nothing is listed by them.
    Date,
    /// No dimension: words for "the whole database", which change nothing.
    Everything,
}

/// A dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionMeta {
    /// The table that `sql` reads.
    #[serde(default)]
    pub table: String,
    /// What it is called in answers.
    pub label: Label,
    /// The column that tells two groups apart where names may repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Only names that begin with this word belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Its values and other words for each of them. For an expression that is no plain column, all of its values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Vec<String>>,
    /// What its values are.
    #[serde(default)]
    pub role: Role,
    /// Whether it also describes the rows of tables that refer to `table`. (The month in which a cooperative was
    /// registered says nothing about its outlets.)
    #[serde(default = "yes")]
    pub inherited: bool,
    /// Whether the rows of `table` may be counted as things of this name ("how many provinces").
    #[serde(default)]
    pub countable: bool,
    /// Dates: whether it is the one that is meant where a table has several and a question says none.
    #[serde(default)]
    pub usual: bool,
    /// What is counted when a question names the dimension and no metric ("the most common outlet type").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Side>,
    /// What a reader of the figures must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Label>,
}

/// How the rows of a relation's target are named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Names {
    /// What one of them is called.
    pub label: Label,
    /// The column with the name.
    pub sql: String,
    /// The column that tells two of them apart.
    pub key: String,
    /// Whether they are places: a place narrows the whole of a share, not its part.
    #[serde(default)]
    pub place: bool,
    /// Whether names have to be looked up in the table, being too many to be known.
    #[serde(default)]
    pub lookup: bool,
    /// Words that names begin with and that a question may leave out, and other words for each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prefixes: BTreeMap<String, Vec<String>>,
}

/// A many-to-one join: every row of `from` has at most one row of `to`, so that joining multiplies nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelationMeta {
    /// The table with many rows.
    pub from: String,
    /// The table with one.
    pub to: String,
    /// How the rows of `to` are named; said at one relation of each target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Names>,
}

fn yes() -> bool {
    true
}

/// The keys that each kind knows, for [`super::Catalogue::from_dir`]'s check.
pub(super) fn known_keys(metadata: &Metadata) -> &'static [&'static str] {
    match metadata {
        Metadata::Metric(_) => &[
            "kind",
            "type",
            "table",
            "filter",
            "label",
            "format",
            "additive",
            "key",
            "name",
            "via",
            "average",
            "default",
            "numerator",
            "denominator",
            "note",
            "grain",
            "kpi",
        ],
        Metadata::Dimension(_) => &[
            "kind",
            "table",
            "label",
            "key",
            "prefix",
            "values",
            "role",
            "inherited",
            "countable",
            "usual",
            "counts",
            "note",
        ],
        Metadata::Relation(_) => &["kind", "from", "to", "names"],
        Metadata::Statement(_) => &[
            "kind", "label", "groups", "format", "additive", "grain", "note", "kpi",
        ],
    }
}
