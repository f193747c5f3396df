//! What is remembered of a conversation: the questions that were asked and answered in it, and what the model noted.
//!
//! All of it belongs to one [`Scope`], a conversation over a connection, which the caller of a run sets. Neither a model nor
//! a prompt can name another: a note's id is a digest of its scope, and what is read is compared with the scope byte by byte.

mod bounds;
mod conversation;
mod document;
mod notes;
mod recall;
mod scope;
mod turns;

pub(crate) use conversation::ConversationMemory;
pub(crate) use document::Memory;
pub(crate) use scope::Scope;
pub(crate) use turns::Turn;
