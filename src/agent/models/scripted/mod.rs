//! A server of chat completions that says what a test tells it to.
//!
//! It speaks the wire format as servers in the field do, good and bad ones: a worker, ours or another, can be tested against
//! a model of which every byte and every pause is known.
//!
//! ```
//! use kai_e2e::agent::models::{Reply, ScriptedServer};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! let server = ScriptedServer::start(|request| {
//!     match request["messages"].as_array().map_or(0, Vec::len) {
//!         0..=2 => Reply::calls(&[("get_database_schema", json!({}))]),
//!         _ => Reply::says(&["There are ", "15", " tables."]),
//!     }
//! })
//! .await?;
//! // A worker with CHAT_FAMILY=openai-compatible and this as its OPENAI_API_BASE:
//! let base = server.url();
//! # assert!(base.starts_with("http://127.0.0.1:"));
//! # Ok(()) }
//! ```

mod reply;
mod server;

pub use reply::Reply;
pub use server::ScriptedServer;
