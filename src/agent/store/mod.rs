//! The agent's knowledge in Typesense: connections, tables, instructions, glossary, skills, verified SQL and memories.
//!
//! [`Store`] offers the few questions that the agent asks, typed; `client` speaks HTTP. Every answer comes from the
//! server at the moment of the question: nothing is kept between two calls.

mod client;
mod collections;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod filter;
mod knowledge;
mod legacy;

pub use error::StoreError;
pub(crate) use knowledge::{CONNECTION_COLLECTIONS, Document, Store};

#[cfg(test)]
mod tests;
