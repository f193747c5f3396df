//! The streams that the suite runs on.

use std::path::Path;

use futures::StreamExt;

use crate::capture::test_support::{server, soon};
use crate::capture::{CaptureServer, Pace, Transcript, stream};
use crate::contract::sse::Frame;

/// A stream as it was sent, with line feeds, and the frames that it must become.
pub(super) struct Recording {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) frames: Vec<Frame>,
}

/// The transcripts that real runs left, by name.
pub(super) fn transcripts() -> Vec<(String, Transcript)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/streams");
    let entries = std::fs::read_dir(&folder).expect("the recordings' folder");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no recordings in {}", folder.display());
    files
        .into_iter()
        .map(|path| {
            let name = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            let transcript = Transcript::read(&path).expect("a transcript");
            (name.unwrap_or_default(), transcript)
        })
        .collect()
}

/// A server that has received what a transcript says.
pub(super) async fn played(transcript: &Transcript) -> CaptureServer {
    let server = server(|_| {}).await;
    let playing = server.replay(transcript, Pace::Full);
    soon("the replay", playing).await.expect("room");
    server
}

/// What a server sends to a subscriber of its only session.
pub(super) async fn sent(server: &CaptureServer, transcript: &Transcript) -> String {
    let store = &server.shared.store;
    let (session, grown) = store.subscribe(&transcript.session_id).expect("room");
    let stream = stream::tests_reader(session, grown, &server.shared);
    let pieces: Vec<_> = soon("the stream's end", stream.collect()).await;
    let bytes: Vec<_> = pieces.into_iter().map(|Ok(piece)| piece).collect();
    String::from_utf8(bytes.concat()).expect("UTF-8")
}

/// The frames that a transcript's stream has. Written without our parser.
pub(super) fn frames(transcript: &Transcript) -> Vec<Frame> {
    let streamed = transcript.events.iter().filter(|event| event.streamed);
    streamed
        .map(|event| Frame {
            id: Some(event.id().to_string()),
            kind: event.kind().to_owned(),
            data: event.event.text().to_owned(),
        })
        .collect()
}

/// All recordings: the transcripts as our server streams them, and streams of other servers.
pub(super) async fn all() -> Vec<Recording> {
    let mut recordings = Vec::new();
    for (name, transcript) in transcripts() {
        let server = played(&transcript).await;
        recordings.push(Recording {
            name,
            text: sent(&server, &transcript).await,
            frames: frames(&transcript),
        });
    }
    recordings.extend([kai(), kept_open(), manners()]);
    recordings
}

fn frame(id: Option<&str>, kind: &str, data: &str) -> Frame {
    Frame {
        id: id.map(str::to_owned),
        kind: kind.to_owned(),
        data: data.to_owned(),
    }
}

/// A receiver that knows only KAI: no ids.
fn kai() -> Recording {
    let events = [
        (
            "token",
            r#"{"type": "token", "content": "Rp 1.000 \u2013 é 漢 👍"}"#,
        ),
        (
            "done",
            r#"{"type": "done", "result": {"status": "completed"}}"#,
        ),
    ];
    Recording {
        name: "kai".to_owned(),
        text: events
            .iter()
            .map(|(kind, data)| format!("event: {kind}\ndata: {data}\n\n"))
            .collect(),
        frames: events
            .iter()
            .map(|(kind, data)| frame(None, kind, data))
            .collect(),
    }
}

/// A server that sends pings as comments with a blank line.
fn kept_open() -> Recording {
    Recording {
        name: "kept open".to_owned(),
        text: ": ping - 2025-01-01 00:00:00+00:00\n\nid: 7\ndata: {\"type\":\"a\"}\n\n: ping\n\n: ping\n\ndata: {\"type\":\"done\"}\n\n"
            .to_owned(),
        frames: vec![
            frame(Some("7"), "message", "{\"type\":\"a\"}"),
            frame(None, "message", "{\"type\":\"done\"}"),
        ],
    }
}

/// Everything else that the standard permits, its own examples among it.
fn manners() -> Recording {
    Recording {
        name: "manners".to_owned(),
        text: "\
: test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n\
data\n\ndata\ndata\n\ndata:test\n\ndata: test\n\n\
data: YHOO\ndata: +2\ndata: 10\n\n\
retry: 10\nunknown: field\nEvent: not a field\n id: nor this\nid: bad\0id\nevent:a:b\ndata::c: \n\n\
event: nothing without data\n\nevent: add\nevent: remove\ndata: last one counts\n\n"
            .to_owned(),
        frames: vec![
            frame(Some("1"), "message", "first event"),
            frame(Some(""), "message", "second event"),
            frame(None, "message", " third event"),
            frame(None, "message", ""),
            frame(None, "message", "\n"),
            frame(None, "message", "test"),
            frame(None, "message", "test"),
            frame(None, "message", "YHOO\n+2\n10"),
            frame(None, "a:b", ":c: "),
            frame(None, "remove", "last one counts"),
        ],
    }
}
