//! What holds for the parser of server-sent events, whatever the bytes are and however they are cut. For the fuzzer of
//! `fuzz/`, and for the test that reads its corpus again.

use std::collections::VecDeque;

use super::sse::{Frame, Parser, TooLarge};

/// The most bytes of a frame. Small, so that inputs reach it.
const LIMIT: usize = 512;

/// What a stream comes to.
#[derive(Debug, PartialEq)]
struct Outcome {
    frames: Vec<Frame>,
    last_id: Option<String>,
    retry: Option<std::time::Duration>,
    too_large: bool,
}

/// Reads bytes in one piece, byte by byte and in pieces of many sizes: the outcome is the same, and it is the one of a reader
/// that was written apart from the parser.
///
/// # Panics
/// When it is not.
pub fn sse(bytes: &[u8]) {
    let whole = read([bytes]);
    assert_eq!(read(bytes.chunks(1)), whole, "byte by byte");
    // Sizes that follow from the bytes, so that an input that fails fails again.
    let mut seed = bytes.iter().fold(0x9e37_79b9_u32, |seed, byte| {
        (seed ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    for _ in 0..4 {
        let (mut pieces, mut rest) = (Vec::new(), bytes);
        while !rest.is_empty() {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let size = 1 + (seed >> 16) as usize % 7;
            let (piece, after) = rest.split_at(size.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        assert_eq!(read(pieces.iter().copied()), whole, "in {pieces:?}");
    }
    if whole.too_large {
        return;
    }
    assert_eq!(by_the_standard(bytes), whole, "by the standard");
    // What was read can be written, and is then read again.
    let written: String = whole.frames.iter().map(write).collect();
    let again = read([written.as_bytes()]);
    assert!(again.too_large || again.frames == whole.frames, "{written}");
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut parser = Parser::new(LIMIT, None);
    let mut frames = VecDeque::new();
    let mut pieces = pieces.into_iter();
    let too_large = pieces.any(|piece| parser.push(piece, &mut frames) == Err(TooLarge));
    Outcome {
        frames: frames.into(),
        last_id: parser.last_id().map(str::to_owned),
        retry: parser.retry(),
        too_large,
    }
}

/// A stream as the HTML standard says it is read ("Interpreting an event stream"), all of it at once.
fn by_the_standard(bytes: &[u8]) -> Outcome {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut outcome = Outcome {
        frames: Vec::new(),
        last_id: None,
        retry: None,
        too_large: false,
    };
    let (mut id, mut kind, mut data) = (None, String::new(), None::<Vec<String>>);
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\r' | b'\n' => {
                lines.push(std::mem::take(&mut line));
                at += usize::from(text[at..].starts_with(b"\r\n"));
            }
            byte => line.push(byte),
        }
        at += 1;
    }
    for line in lines {
        if line.is_empty() {
            let id: Option<String> = id.take();
            if let Some(id) = &id {
                outcome.last_id = (!id.is_empty()).then(|| id.clone());
            }
            let kind = std::mem::take(&mut kind);
            if let Some(data) = data.take() {
                outcome.frames.push(Frame {
                    id,
                    kind: if kind.is_empty() {
                        "message".to_owned()
                    } else {
                        kind
                    },
                    data: data.join("\n"),
                });
            }
            continue;
        }
        let mut halves = line.splitn(2, |byte| *byte == b':');
        let name = halves.next().unwrap_or_default();
        let value = halves.next().unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let value = String::from_utf8_lossy(value).into_owned();
        match name {
            b"event" => kind = value,
            b"data" => data.get_or_insert_default().push(value),
            b"id" if !value.contains('\0') => id = Some(value),
            b"retry" if value.chars().all(|c| c.is_ascii_digit()) && !value.is_empty() => {
                outcome.retry = value.parse().ok().map(std::time::Duration::from_millis);
            }
            _ => {}
        }
    }
    outcome
}

fn write(frame: &Frame) -> String {
    let id = frame.id.as_ref();
    let id = id.map_or_else(String::new, |id| format!("id: {id}\n"));
    let data: String = frame
        .data
        .split('\n')
        .map(|line| format!("data: {line}\n"))
        .collect();
    format!("{id}event: {}\n{data}\n", frame.kind)
}
