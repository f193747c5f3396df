//! Chat completions as they are sent over the wire: the request, the chunks of a stream, and the turn that they add up to.
//!
//! Servers that call themselves compatible differ in nearly everything: every field of an answer is optional here, and
//! whether a turn calls tools is decided by whether there are calls, never by `finish_reason`.

mod arguments;
mod calls;
mod chunk;
mod draft;
mod request;
mod think;

pub(super) use chunk::{Chunk, ServerError, is_permanent};
pub(super) use draft::{Draft, Flaw};
pub(super) use request::{Sampling, body};

#[cfg(test)]
mod draft_tests;
