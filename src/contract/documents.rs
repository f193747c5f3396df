//! The documents that a worker keeps in Typesense (contract §7): KAI's collection names and fields.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Collection of [`DatabaseConnection`]s.
pub const DATABASE_CONNECTIONS: &str = "database_connections";
/// Collection of [`TableDescription`]s.
pub const TABLE_DESCRIPTIONS: &str = "table_descriptions";
/// Collection of [`Instruction`]s.
pub const INSTRUCTIONS: &str = "instructions";
/// Collection of [`GlossaryEntry`]s.
pub const BUSINESS_GLOSSARIES: &str = "business_glossaries";
/// Collection of [`Skill`]s.
pub const SKILLS: &str = "skills";

/// Collection of what a worker remembers of earlier sessions.
pub const KAI_MEMORIES: &str = "kai_memories";
/// Collection of questions with SQL that is known to answer them.
pub const CONTEXT_STORES: &str = "context_stores";

/// Every collection that a worker may make.
pub const COLLECTIONS: [&str; 7] = [
    DATABASE_CONNECTIONS,
    TABLE_DESCRIPTIONS,
    INSTRUCTIONS,
    BUSINESS_GLOSSARIES,
    SKILLS,
    KAI_MEMORIES,
    CONTEXT_STORES,
];

/// A column with 1 to this many distinct values is of low cardinality, and its values are stored.
pub const MAX_CATEGORIES: usize = 60;

/// A database that the agent may query.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DatabaseConnection {
    /// The id that callers give as `connection_id`.
    pub id: String,
    /// A name for people.
    pub alias: String,
    /// `postgresql`.
    pub dialect: String,
    /// The connection URI, encrypted (a Fernet token), never in clear.
    pub connection_uri: String,
    /// The schemas to look at.
    #[serde(default)]
    pub schemas: Vec<String>,
    /// Anything else, as JSON text.
    #[serde(default)]
    pub metadata: String,
    /// Seconds since 1970.
    #[serde(default)]
    pub created_at: i64,
}

impl std::fmt::Debug for DatabaseConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseConnection")
            .field("id", &self.id)
            .field("alias", &self.alias)
            .field("connection_uri", &"[encrypted]")
            .finish_non_exhaustive()
    }
}

/// What the agent knows of one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableDescription {
    /// `{db_connection_id}.{db_schema}.{table_name}`.
    pub id: String,
    /// The connection it belongs to.
    pub db_connection_id: String,
    /// The schema.
    pub db_schema: String,
    /// The table's name as Postgres stores it (unquoted).
    pub table_name: String,
    /// What the table holds: the table's comment in the database.
    #[serde(default)]
    pub table_description: String,
    /// Its columns in order.
    pub columns: Vec<ColumnDescription>,
    /// A few example rows.
    #[serde(default)]
    pub examples: Vec<Value>,
    /// The table as DDL.
    #[serde(default)]
    pub table_schema: String,
    /// `synced`.
    #[serde(default)]
    pub sync_status: String,
    /// Seconds since 1970.
    #[serde(default)]
    pub created_at: i64,
}

/// What the agent knows of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDescription {
    /// The column's name as Postgres stores it (unquoted, mixed case possible).
    pub name: String,
    /// What the column holds: its comment in the database.
    #[serde(default)]
    pub description: String,
    /// Postgres's own name of the type (`format_type`).
    pub data_type: String,
    /// Whether it is the table's primary key, or a part of it.
    #[serde(default)]
    pub is_primary_key: bool,
    /// Whether it has 1 to [`MAX_CATEGORIES`] distinct values.
    #[serde(default)]
    pub low_cardinality: bool,
    /// Those values in order.
    #[serde(default)]
    pub categories: Vec<String>,
    /// `table.column` that it references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign_key: Option<String>,
}

/// A rule that the agent must follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// The document's id.
    pub id: String,
    /// The connection it belongs to.
    pub db_connection_id: String,
    /// When it applies.
    #[serde(default)]
    pub condition: String,
    /// What it says.
    pub rules: String,
    /// Whether it applies to every question.
    #[serde(default)]
    pub is_default: bool,
    /// Seconds since 1970.
    #[serde(default)]
    pub created_at: i64,
}

/// A business term and the SQL that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlossaryEntry {
    /// The document's id.
    pub id: String,
    /// The connection it belongs to.
    pub db_connection_id: String,
    /// The term.
    pub metric: String,
    /// Other words for it, in any language.
    #[serde(default)]
    pub alias: Vec<String>,
    /// The SQL expression.
    pub sql: String,
    /// Anything else, as JSON text (kind, tables, joins, unit, additivity).
    #[serde(default)]
    pub metadata: String,
    /// Seconds since 1970.
    #[serde(default)]
    pub created_at: i64,
}

/// A procedure that the agent can follow for a kind of question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    /// The document's id.
    pub id: String,
    /// The connection it belongs to.
    pub db_connection_id: String,
    /// The skill's own id.
    pub skill_id: String,
    /// Its name.
    pub name: String,
    /// When to use it.
    #[serde(default)]
    pub description: String,
    /// The procedure.
    pub content: String,
    /// A group of skills.
    #[serde(default)]
    pub category: String,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether it is in use.
    #[serde(default)]
    pub is_active: bool,
    /// Seconds since 1970.
    #[serde(default)]
    pub created_at: i64,
    /// Seconds since 1970.
    #[serde(default)]
    pub updated_at: i64,
}
