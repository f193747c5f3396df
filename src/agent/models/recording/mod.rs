//! Model calls in a file, to be replayed exactly.
//!
//! A [`Recorder`] stands between a worker and the server of its model and keeps what they say; the [`Recording`] is one JSONL
//! file a conversation, a fact a line, in the order of the calls:
//!
//! | line | what it is |
//! | --- | --- |
//! | `{"recording":1}` | the form, and how much the model could be given |
//! | `{"tool":1,…}` | a tool as it was offered, once |
//! | `{"message":1,…}` | a message, once: the requests of a conversation repeat all earlier ones |
//! | `{"request":1,…}` | model, parameters, and the numbers of its messages and tools |
//! | `{"response":200,…}` | status and kind of the answer |
//! | `{"chunk":…}` | one chunk, byte for byte, and how long it had to be waited for |
//! | `{"end":"complete"}` | or `cut`, when the connection broke off |
//!
//! A [`ReplayServer`] answers from it. Which answer is decided by what is asked, never by how many came before: Temporal
//! runs an activity again, and a tape that is read by position would be out of step from there on. Two requests are the same
//! when their models, messages, tools and parameters are, with ids of calls counted instead of compared, and times of day
//! that tools and rules mention left out. A request that was recorded several times (a server that was busy at first) gets its
//! answers in order, and the last one from then on.
//!
//! What is kept are bodies. Neither headers nor addresses of requests are, and whatever looks like a secret keeps the whole
//! file from being written.

mod assembled;
mod canonical;
mod error;
mod exchange;
mod file;
mod nearest;
mod pieces;
mod reader;
mod recorder;
mod replay;
mod request;
mod secrets;
mod tape;
mod writer;

pub use error::RecordingError;
pub use exchange::Recording;
pub use recorder::Recorder;
pub use replay::{ReplayModel, ReplayPace, ReplayServer};

#[cfg(test)]
mod tests;
