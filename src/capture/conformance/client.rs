//! Our parser: the same frames, however a stream is written and cut.

use std::collections::VecDeque;

use serde_json::Value;

use super::recordings;
use crate::contract::sse::{Frame, Parser};

const LIMIT: usize = 16 << 20;

fn parse<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Frame> {
    let mut parser = Parser::new(LIMIT, None);
    let mut frames = VecDeque::new();
    for chunk in chunks {
        parser.push(chunk, &mut frames).expect("small enough");
    }
    frames.into()
}

/// The same stream in every way that the standard lets it be written: line ends, a byte order mark, comments.
fn written(text: &str) -> Vec<(String, Vec<u8>)> {
    let commented: String = text
        .split_inclusive('\n')
        .map(|line| format!(": data: not {line}:\n{line}"))
        .collect();
    let mut all = Vec::new();
    for (comments, text) in [("", text), (" with comments", commented.as_str())] {
        for (end_name, end) in [("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r")] {
            for (mark_name, mark) in [("", ""), (" after a mark", "\u{feff}")] {
                let text = format!("{mark}{}", text.replace('\n', end));
                let name = format!("{end_name}{mark_name}{comments}");
                all.push((name, text.into_bytes()));
            }
        }
    }
    all
}

#[tokio::test]
async fn every_recording_reads_the_same_whole_and_byte_by_byte() {
    for recording in recordings::all().await {
        for (way, bytes) in written(&recording.text) {
            assert_eq!(
                parse([&bytes[..]]),
                recording.frames,
                "{} {way}",
                recording.name
            );
            assert_eq!(
                parse(bytes.chunks(1)),
                recording.frames,
                "{} {way}",
                recording.name
            );
            for size in [2, 3, 5, 7, 1_447] {
                let name = &recording.name;
                assert_eq!(
                    parse(bytes.chunks(size)),
                    recording.frames,
                    "{name} {way} by {size}"
                );
            }
        }
    }
}

/// Cuts at every byte, those inside of characters and line ends included: two chunks leave the parser as one does, so
/// that whatever follows is read the same.
#[tokio::test]
async fn every_recording_reads_the_same_cut_at_every_byte() {
    /// How much there is on either side of a cut.
    const CHUNK: usize = 24;
    let mut cuts = 0;
    for recording in recordings::all().await {
        for (way, bytes) in written(&recording.text) {
            let mut before = Parser::new(LIMIT, None);
            let mut ignored = VecDeque::new();
            for cut in 0..=bytes.len() {
                let start = cut.saturating_sub(CHUNK);
                let end = (cut + CHUNK).min(bytes.len());
                let after = |chunks: &[&[u8]]| {
                    let (mut parser, mut frames) = (before.clone(), VecDeque::new());
                    for chunk in chunks {
                        parser.push(chunk, &mut frames).expect("small enough");
                    }
                    (parser, frames)
                };
                let whole = after(&[&bytes[start..end]]);
                let parts = after(&[&bytes[start..cut], &bytes[cut..end]]);
                assert!(parts == whole, "{} {way} at {cut}", recording.name);
                cuts += 1;
                if cut >= CHUNK {
                    before
                        .push(&bytes[start..=start], &mut ignored)
                        .expect("small enough");
                }
            }
        }
    }
    assert!(cuts > 100_000, "{cuts}");
}

#[tokio::test]
async fn data_on_many_lines_is_the_same_event() {
    for (name, transcript) in recordings::transcripts() {
        let values: Vec<Value> = transcript
            .events
            .iter()
            .map(|event| Value::Object(event.event.object().clone()))
            .collect();
        let text: String = values
            .iter()
            .map(|value| {
                let pretty = serde_json::to_string_pretty(value).expect("serialises");
                let lines: String = pretty
                    .lines()
                    .map(|line| format!("data:{line}\n"))
                    .collect();
                format!("{lines}\n")
            })
            .collect();
        for (way, bytes) in written(&text) {
            let frames = parse(bytes.chunks(11));
            let read: Vec<Value> = frames
                .iter()
                .map(|frame| serde_json::from_str(&frame.data).expect("JSON"))
                .collect();
            assert_eq!(read, values, "{name} {way}");
        }
    }
}
