//! How much is remembered.

/// The longest namespace or key of a note, in bytes.
pub(super) const MAX_NAME_BYTES: usize = 64;
/// The longest note, in bytes.
pub(super) const MAX_NOTE_BYTES: usize = 4 * 1024;
/// How many notes a conversation may have.
pub(super) const MAX_NOTES: usize = 100;
/// How many notes are recalled at once.
pub(super) const MOST_RECALLED: usize = 10;
/// How many of the last questions a conversation remembers.
pub(super) const MAX_TURNS: usize = 8;
/// The longest question that is remembered, in bytes. A part of one would be another question, so a longer one is not.
pub(super) const MAX_QUESTION_BYTES: usize = 4 * 1024;
/// How much of an answer is remembered, in bytes.
pub(super) const MAX_ANSWER_BYTES: usize = 2 * 1024;
/// The longest id of a conversation that has a memory, in bytes: as long as an id of a session may be (contract §4).
pub(super) const MAX_CONVERSATION_BYTES: usize = 512;
