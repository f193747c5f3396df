//! The agent: a question in, events and an answer out.
//!
//! An [`Agent`] lets a [`ChatModel`] work with tools until it answers. What the model learns comes from Typesense and
//! nowhere else: the database's schema, instructions, business terms and skills. What it computes comes from one
//! read-only SQL statement at a time, run as the stored connection's own role. Every step is an event for the
//! caller's [`EventSink`]; the end is a [`RunReport`].
//!
//! | folder | what it does |
//! | --- | --- |
//! | `agent_loop` | turns of the model and the tools it calls, bounded, cancellable |
//! | `tools` | what the model may call, one file a tool |
//! | `chart` | which chart suits a statement's rows |
//! | `memory` | what is remembered of a conversation |
//! | `verified` | statements that are known to answer a question |
//! | `store` | the knowledge in Typesense |
//! | `connection` | stored databases: encrypted, opened, kept open |
//! | `sql` | the guard, the execution, values as JSON |
//! | `schema` | reading a database's schema into the knowledge |
//! | `analyst` | the offline model |
//! | [`models`] | language models, recorded and scripted ones |
//! | `mdl` | the tables as a semantic model |
//! | `configuration` | what a connection's owner configures from outside |
//! | `catalogue` | instructions, glossary and skills as data |
//!
//! The agent knows nothing of Temporal: a worker drives it.

mod agent_loop;
mod analyst;
pub mod catalogue;
mod chart;
mod chat_model;
mod clock;
mod config;
mod configuration;
mod connection;
mod crypto;
mod error;
mod handle;
mod knowledge;
mod mdl;
mod memory;
pub mod models;
mod run;
mod schema;
mod sql;
mod stop;
mod store;
mod tools;
mod verified;
mod words;

pub use analyst::OfflineAnalyst;
pub use catalogue::{
    Catalogue, CatalogueDocuments, CatalogueError, CatalogueInstruction, CatalogueSkill,
    CatalogueVerified, GlossaryTerm,
};
pub use chat_model::{
    ChatModel, DeltaSink, Message, ModelDelta, ModelError, ModelRequest, ModelTurn, ToolCall,
    ToolSpec,
};
pub use config::{AgentConfig, LoopBounds, SqlLimits, TypesenseConfig};
pub use configuration::{SyncCounts, SyncReport, SyncStatus};
pub use connection::ConnectionError;
pub use error::AgentError;
pub use handle::{Agent, CatalogueCounts, ConnectionTest, TestStatus};
pub use knowledge::Knowledge;
pub use mdl::{
    Mdl, MdlColumn, MdlModel, MdlProperties, MdlRelationship, MdlReport, MdlTableReference,
};
pub use run::{EventSink, RunReport, RunRequest};
pub use schema::{ScanReport, ScanStatus};
pub use sql::{GuardError, SqlError};
pub use store::StoreError;
pub use tools::tool_names;
pub use verified::VerifiedSql;
