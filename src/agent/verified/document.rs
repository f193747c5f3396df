//! Verified SQL as it is stored.

use serde::{Deserialize, Serialize};

/// A question with SQL that is known to answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedSql {
    /// The document's id.
    pub id: String,
    /// The connection it belongs to.
    pub db_connection_id: String,
    /// The question.
    pub prompt_text: String,
    /// The statement.
    pub sql: String,
    /// Anything to sort it by, such as the number of an indicator.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Seconds since 1970.
    #[serde(default)]
    pub created_at: i64,
}
