//! The names that both sides of the wire must spell alike (contract §1).

/// The workflow type that runs one prompt.
pub const CHAT_WORKFLOW: &str = "KaiChatWorkflow";
/// The activity behind [`CHAT_WORKFLOW`]: four positional arguments (prompt, connection, conversation, callback URL).
pub const CHAT_STREAMING_ACTIVITY: &str = "chat_streaming";
/// The activity that answers without a stream: prompt, connection, conversation or null.
pub const CHAT_ACTIVITY: &str = "chat";
/// Same arguments and result as [`CHAT_ACTIVITY`].
pub const AUTONOMOUS_CHAT_ACTIVITY: &str = "autonomous_chat";
/// Stores a database connection: connection id, connection URI, alias.
pub const STORE_CONNECTION_ACTIVITY: &str = "store_connection";
/// Opens a stored connection and says whether it answers: connection id.
pub const TEST_CONNECTION_ACTIVITY: &str = "test_connection";
/// Reads a database's schema into Typesense: connection id, table names or null for all.
pub const SCAN_SCHEMA_ACTIVITY: &str = "scan_schema";

/// The task queue of a worker that serves no particular organisation.
pub const DEFAULT_TASK_QUEUE: &str = "kai-agent-queue";

/// The task queue of a worker that serves one organisation: `kai-{ORG_ID}-queue`.
///
/// ```
/// assert_eq!(kai_e2e::contract::organisation_task_queue("acme"), "kai-acme-queue");
/// ```
pub fn organisation_task_queue(org_id: &str) -> String {
    format!("kai-{org_id}-queue")
}
