//! What can go wrong in this room.

use super::Point;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::EventId;
use crate::contract::SessionId;

/// Why a [`CaptureServer`](super::CaptureServer) could not be started, or what it lost.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The address is taken, not this machine's, or not permitted.
    #[error(
        "cannot listen on {address}; choose a free address of this machine, or port 0 for any free port"
    )]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The address can be reached from other machines, and nothing would keep them out.
    #[error(
        "other machines would reach {address} and could read and forge every stream: give the sessions keys, or listen on a loopback address"
    )]
    Exposed {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The directory for transcripts cannot be used.
    #[error("cannot write transcripts to {}", directory.display())]
    Transcripts {
        /// The directory.
        directory: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// Transcripts could not be written, up to the last attempt when the server stopped.
    #[error("cannot write the transcript of session `{session}`{} to {}", and_others(*others), directory.display())]
    Lost {
        /// The first session whose transcript is lost.
        session: SessionId,
        /// How many others are lost.
        others: usize,
        /// The directory for transcripts.
        directory: PathBuf,
        /// What the operating system said of the first.
        #[source]
        source: std::io::Error,
    },
    /// What is to be an origin of pages is none that a browser sends.
    #[error(
        "{} cannot be permitted as an origin: it must be http(s)://host[:port] without a path, or `*` for all",
        shown(origin)
    )]
    Origin {
        /// What was given.
        origin: String,
    },
    /// A setting has a value that cannot work.
    #[error("the setting `{setting}` must be {wanted}")]
    Setting {
        /// The setting's path in [`CaptureConfig`](super::CaptureConfig).
        setting: &'static str,
        /// What would be right.
        wanted: &'static str,
    },
}

/// What was given, on one line and without the password that may stand before an `@`.
fn shown(given: &str) -> String {
    let shown = match given.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => given.to_owned(),
    };
    format!("`{}`", shown.escape_debug())
}

fn and_others(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => " and that of another".to_owned(),
        many => format!(" and those of {many} others"),
    }
}

/// Why a [`Transcript`](super::Transcript) cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TranscriptError {
    /// The file cannot be read.
    #[error("cannot read the transcript {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The text is no transcript.
    #[error("this is no transcript: {0}")]
    Json(#[source] serde_json::Error),
    /// No receiver would serve its session.
    #[error(
        "no receiver serves the session of the transcript: {reason}; an id has 1 to 512 bytes and no control characters or line separators"
    )]
    Session {
        /// What is wrong with its id.
        reason: String,
    },
    /// An event is out of order.
    #[error("event {} of the transcript has the id {id} and does not come after the one before it", index + 1)]
    Order {
        /// The event's index.
        index: usize,
        /// The event's id.
        id: EventId,
    },
    /// An event has no type.
    #[error("event {} of the transcript has no `type`", index + 1)]
    Type {
        /// The event's index.
        index: usize,
    },
}

/// Why a transcript was not played to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The session has events already.
    #[error(
        "session `{session}` has events already; play the transcript on a server where it is new"
    )]
    Occupied {
        /// The session.
        session: String,
    },
    /// A limit was reached.
    #[error("event {} of the transcript has no room: {reason}", index + 1)]
    Full {
        /// The event's index.
        index: usize,
        /// Which limit.
        reason: String,
    },
    /// The server was stopped.
    #[error("the capture server stopped before the transcript had been played")]
    Stopped,
}

/// Why a [`Hold`](super::Hold) was not reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HoldError {
    /// The delivery did not come in time, or its reply went out before the hold was set.
    #[error(
        "{point} of session `{session}` was not held within {within:?}: {accepted} had been accepted by then"
    )]
    NotReached {
        /// The session.
        session: String,
        /// Which event was awaited.
        point: Point,
        /// How long was waited.
        within: Duration,
        /// How many deliveries the session had accepted when the wait ended.
        accepted: u64,
    },
    /// The server was stopped.
    #[error("the capture server stopped before {point} of session `{session}` was held")]
    Stopped {
        /// The session.
        session: String,
        /// Which event was awaited.
        point: Point,
    },
}

/// Why a [`Subscriber`](super::Subscriber) could not go on.
///
/// Once a stream was open, the error says what was last seen, so that a broken stream can be told from a late one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The HTTP client could not be built.
    #[error("cannot set up the client for the stream {url}")]
    Client {
        /// The stream's URL.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The URL is none that a stream can have.
    #[error("`{url}` is no URL of a stream: it must be absolute and start with http://")]
    Url {
        /// What was given.
        url: String,
        /// Why it does not parse; none when only the scheme is wrong.
        #[source]
        source: Option<url::ParseError>,
    },
    /// Nothing answers.
    #[error("cannot connect to the stream {url}")]
    Connect {
        /// The stream's URL.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The receiver answered with an error.
    #[error(
        "the receiver refused the stream {url} with status {status} ({reason}); last seen: {last}"
    )]
    Refused {
        /// The stream's URL.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of the body.
        reason: String,
        /// The last event.
        last: String,
    },
    /// The answer is no event stream.
    #[error(
        "{url} answered with content type `{content_type}` instead of text/event-stream; last seen: {last}"
    )]
    NotAStream {
        /// The stream's URL.
        url: String,
        /// What it answered.
        content_type: String,
        /// The last event.
        last: String,
    },
    /// The connection failed or ended early, more often than the permitted number of reconnections.
    #[error("the stream {url} broke off after {reconnects} reconnections; last seen: {last}")]
    Lost {
        /// The stream's URL.
        url: String,
        /// How many times it was connected again.
        reconnects: u32,
        /// The last event.
        last: String,
        /// The last failure; none when the receiver closed the stream without a `done`.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The stream broke off, and its frames carry no ids, so that connecting again would lose or repeat events.
    #[error(
        "the stream {url} broke off and cannot be resumed, because its frames carry no id; last seen: {last}"
    )]
    NotResumable {
        /// The stream's URL.
        url: String,
        /// The last event.
        last: String,
        /// The failure; none when the receiver closed the stream without a `done`.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The receiver no longer has all that follows the last event, or is another one that never had it.
    ///
    /// The stream goes on with what there is.
    #[error(
        "the receiver of {url} has dropped events before they were read, after {after} and before {before}; last seen: {last}"
    )]
    HistoryDropped {
        /// The stream's URL.
        url: String,
        /// The id that reading was to go on after, or what there is instead.
        after: String,
        /// The id of the oldest event that there is, or what there is instead.
        before: String,
        /// The last event.
        last: String,
    },
    /// A frame's data is no JSON object.
    #[error(
        "the stream {url} sent a `{kind}` frame whose data is no JSON object; last seen: {last}"
    )]
    Data {
        /// The stream's URL.
        url: String,
        /// The frame's `event:` field.
        kind: String,
        /// The last event before it.
        last: String,
        /// Where the JSON is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A frame grew beyond what the client accepts.
    #[error("the stream {url} sent a frame of more than {limit} bytes; last seen: {last}")]
    TooLarge {
        /// The stream's URL.
        url: String,
        /// The limit in bytes.
        limit: usize,
        /// The last event before it.
        last: String,
    },
}
