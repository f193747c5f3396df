//! The words of the wire contract as types, and the rules that a stream must obey. No I/O happens here.
//!
//! A KAI worker, its callers and its stream receivers exchange five things: the workflow's argument
//! ([`ChatInput`]), its result ([`ChatResult`]), the events of a run ([`Event`]), the callback body that carries one
//! event ([`Callback`]), and the documents that the worker keeps in Typesense ([`documents`]). Every type here
//! serialises to exactly the JSON of `docs/contract.md`; additions are optional keys, so that a peer which knows only
//! KAI keeps working.

mod callback;
mod chat;
mod counted;
pub mod documents;
mod error_chain;
mod event;
mod event_id;
mod failure;
mod names;
pub mod protocol;
mod result;
mod secret;
mod session;
pub(crate) mod sse;
#[cfg(any(test, fuzzing))]
pub(crate) mod sse_fuzzing;
pub(crate) mod strict_json;

pub(crate) use callback::Body;
pub use callback::{Callback, CallbackError};
pub use chat::{ChatInput, InputError, MAX_PROMPT_BYTES, check_prompt};
pub(crate) use counted::counted;
pub use error_chain::error_chain;
pub use event::{
    ChartWidget, Event, LoadedSkill, SqlResultEvent, TodoItem, TodoStatus, ToolEnd, ToolStart,
};
pub use event_id::{EventId, EventIdError};
pub use failure::FailureType;
pub use names::{
    AUTONOMOUS_CHAT_ACTIVITY, CHAT_ACTIVITY, CHAT_STREAMING_ACTIVITY, CHAT_WORKFLOW,
    DEFAULT_TASK_QUEUE, SCAN_SCHEMA_ACTIVITY, STORE_CONNECTION_ACTIVITY, TEST_CONNECTION_ACTIVITY,
    organisation_task_queue,
};
pub use result::{ChatResult, RunStatus, TokenUsage};
pub use secret::Secret;
pub use session::SessionId;
