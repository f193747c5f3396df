//! Temporal's proto JSON of a history: what `temporal workflow show -o json` writes and the replayer of every SDK reads.
//!
//! The Rust SDK's messages know only a JSON of their own, with numbers for names and `attributes` around each event. The
//! reader here takes both; the writer writes proto JSON, with payloads as the JSON that they hold (the shorthand of
//! Temporal's own tools), so that a history can be read and compared line by line.

mod enumerations;
mod payloads;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub(super) use payloads::text as payload_text;
pub(super) use read::events;
pub(super) use write::to_value;
