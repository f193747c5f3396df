//! A memory as it is stored.

use serde::{Deserialize, Serialize};

/// Something that is remembered of a conversation: a document of `kai_memories` (contract §7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The document's id.
    pub(crate) id: String,
    /// The connection that the conversation is about.
    pub(crate) db_connection_id: String,
    /// The conversation.
    pub(crate) session_id: String,
    /// A group of memories.
    pub(crate) namespace: String,
    /// Its name in the group.
    pub(crate) key: String,
    /// What is remembered.
    #[serde(default)]
    pub(crate) value: String,
    /// The same as text to search in.
    #[serde(default)]
    pub(crate) content_text: String,
    /// How much it matters, 0 to 1.
    #[serde(default)]
    pub(crate) importance: f64,
    /// How often it was recalled.
    #[serde(default)]
    pub(crate) access_count: i64,
    /// Seconds since 1970.
    #[serde(default)]
    pub(crate) created_at: i64,
    /// Seconds since 1970.
    #[serde(default)]
    pub(crate) updated_at: i64,
}
