//! The receiver: a worker posts the events of a run, any number of subscribers read them (contract §4).
//!
//! [`CaptureServer`] listens on one address. `POST /events/{session}` puts an event into the session's log,
//! `GET /stream/{session}` reads that log as server-sent events, [`CaptureServer::transcript`] reads it in the process.
//! [`Subscriber`] is the client of a stream, ours or another receiver's.
//!
//! # The log
//!
//! A session is an append-only list of events, and a subscriber is a position in it. That is why every subscriber sees
//! every event in the same order, late ones from the start; why a slow one costs a number and not a queue; and why
//! `Last-Event-ID` resumes exactly. Nothing is ever inserted before something that was already readable: the ids in a
//! stream ([`EventId`]: run, attempt, sequence number) only rise.
//!
//! - **Numbers.** An event stands at the `seq` and `attempt` that its worker gave it. A worker that gives none (one that
//!   knows only KAI) has its events numbered on arrival.
//! - **Early events** wait until the gap before them fills, for at most [`CaptureConfig::reorder_wait`] and at most
//!   [`CaptureConfig::reorder_window`] of them at once. What then still is missing is a [`Fault::Gap`] of the transcript.
//! - **Duplicates** (same attempt and number) are dropped: counted when they say the same, a [`Fault::Conflict`] that
//!   keeps what they said when they do not.
//! - **A newer attempt** ends the one before. What a superseded attempt still sends, its `done` included, is in the
//!   transcript ([`Fault::Late`]) and not in the stream: nobody's stream is ended by it, or mixed with it.
//! - **A second run** in the same session (a conversation, or a callback URL used twice) is told from repetitions of the
//!   first when it uses numbers again that are taken, at a later `sent_at` than all before, or when only one of the two
//!   is numbered by its worker; it raises the run's number in the ids. Subscribers see both runs, one after the other:
//!   to see one alone, give each run a session.
//!
//! # Access
//!
//! On loopback everybody may post and read. With [`Access::Keys`] every session has a key to write and one to read,
//! which are a part of its URLs; whoever has the operator's token gets the URLs of a session by `POST /sessions`. Such
//! sessions are not listed, and what is refused is refused alike whether there is such a session or not. A browser's
//! requests from pages of other origins are refused, unless [`CaptureConfig::origins`] permits them. Without keys,
//! whatever reads must also call the receiver by a name of its own: a page can have its own name resolve to loopback.
//!
//! # Page
//!
//! `GET /` is a page for people: it lists the sessions (`GET /sessions`; with keys it opens one by its stream URL instead)
//! and shows one while it runs: the answer as it forms, SQL and rows, every event with its time, attempts, and whatever
//! went wrong. [`CaptureServer::page_url`] is the page of one session. It is plain HTML and ECMAScript in `page/`, and it
//! takes all that workers send for text.
//!
//! # Transcripts
//!
//! `GET /sessions/{session}/transcript` and [`CaptureConfig::transcripts`] give a session's [`Transcript`] as JSON;
//! [`Transcript::read`] reads it again and [`CaptureServer::replay`] plays it to subscribers.
//!
//! # Bounds
//!
//! Every resource has a limit in [`Limits`]; a delivery beyond one is refused with a status and a reason, and what was
//! accepted before stays ([`Overflow::DropOldest`] is the other way). Sessions are freed only when nobody reads them and
//! they have ended or been idle for long. A subscriber whose history is gone, for either reason or because the server
//! was started anew, is told so by a frame of its own before it gets what there is.

mod access;
mod archive;
mod budget;
mod config;
mod delivery;
mod error;
mod event_json;
mod frame;
mod gate;
mod history;
mod hosts;
mod ingest;
mod keys;
mod log;
mod misbehave;
mod origins;
mod overview;
mod page;
mod percent;
mod placement;
mod point;
mod record;
mod replay;
mod reply;
mod routes;
mod same_json;
mod serve;
mod server;
mod session;
mod session_list;
mod sessions;
mod start_at;
mod store;
mod stream;
mod subscriber;
mod survey;
mod transcript;
mod transcript_file;
mod urls;

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod conformance;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod test_support;

pub use crate::contract::{EventId, EventIdError};
pub use access::Access;
pub use config::{CaptureConfig, Limits, Overflow};
pub use error::{CaptureError, HoldError, ReplayError, SubscribeError, TranscriptError};
pub use event_json::EventJson;
pub use gate::Hold;
pub use misbehave::{Misbehaving, Misbehaviour, MistreatedRequest};
pub use point::Point;
pub use replay::Pace;
pub use server::CaptureServer;
pub use subscriber::{ReceivedEvent, StreamEnd, Subscriber, SubscriberOptions};
pub use transcript::{AttemptMark, Fault, Transcript, TranscriptEvent};
