//! What the tools said, as types. Unknown keys are ignored and missing ones empty: the analyst must cope with whatever
//! another catalogue or scanner wrote.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Output of `get_database_schema`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct SchemaOutput {
    /// The tables.
    #[serde(default)]
    pub tables: Vec<SchemaTable>,
}

/// One table.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SchemaTable {
    /// As Postgres stores it.
    pub table_name: String,
    /// The table's comment.
    #[serde(default)]
    pub description: String,
    /// Its columns.
    #[serde(default)]
    pub columns: Vec<SchemaColumn>,
}

/// One column.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SchemaColumn {
    /// As Postgres stores it.
    pub name: String,
    /// The column's comment.
    #[serde(default)]
    pub description: String,
    /// Postgres's name of the type.
    #[serde(default)]
    pub data_type: String,
    /// Part of the primary key.
    #[serde(default)]
    pub is_primary_key: bool,
    /// Whether `categories` are all of its values.
    #[serde(default)]
    pub low_cardinality: bool,
    /// Its values.
    #[serde(default)]
    pub categories: Vec<String>,
    /// `table.column`.
    #[serde(default)]
    pub foreign_key: Option<String>,
}

/// Output of `search_metrics_in_question`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct GlossaryOutput {
    /// Entries of kind `metric`.
    #[serde(default)]
    pub metrics: Vec<Entry>,
    /// Entries of kind `dimension`.
    #[serde(default)]
    pub dimensions: Vec<Entry>,
    /// Entries of kind `statement`.
    #[serde(default)]
    pub statements: Vec<Entry>,
    /// Entries of kind `relation`, all of them.
    #[serde(default)]
    pub relations: Vec<Entry>,
}

/// Output of `get_business_glossary`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct TermsOutput {
    /// Every entry.
    #[serde(default)]
    pub terms: Vec<Entry>,
}

/// One glossary entry.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Entry {
    /// The term.
    pub metric: String,
    /// Other words for it.
    #[serde(default)]
    pub alias: Vec<String>,
    /// The SQL expression.
    #[serde(default)]
    pub sql: String,
    /// See [`crate::agent::catalogue::metadata`].
    #[serde(default)]
    pub metadata: Value,
}

impl Entry {
    /// The words that it is found by.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.metric).chain(&self.alias)
    }
}

/// Output of `lookup_verified_sql`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct VerifiedOutput {
    /// The statements.
    #[serde(default)]
    pub queries: Vec<VerifiedQuery>,
}

/// A question with SQL that is known to answer it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct VerifiedQuery {
    /// The question.
    pub prompt_text: String,
    /// The statement.
    pub sql: String,
}

/// Output of `get_instructions`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct InstructionsOutput {
    /// The rules.
    #[serde(default)]
    pub instructions: Vec<InstructionText>,
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct InstructionText {
    /// When it applies.
    #[serde(default)]
    pub condition: String,
    /// Whether it applies to every question.
    #[serde(default)]
    pub is_default: bool,
}

/// Output of `sql_query`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct RowsOutput {
    /// Whether the statement ran.
    #[serde(default)]
    pub success: bool,
    /// Why it did not.
    #[serde(default)]
    pub error: String,
    /// The columns in order.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The rows by column.
    #[serde(default)]
    pub rows: Vec<Map<String, Value>>,
    /// Whether rows were cut off.
    #[serde(default)]
    pub truncated: bool,
}
