//! The body of an answer, as the chunks of a turn.

use std::collections::VecDeque;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};

use super::wire::{Chunk, Draft};
use crate::agent::{DeltaSink, ModelDelta};
use crate::contract::error_chain;
use crate::contract::sse::{Frame, Parser, TooLarge};

/// The largest frame, and the largest answer that is not streamed. A turn is a few kilobytes.
const LARGEST: usize = 8 * 1024 * 1024;
/// How long the usage may follow the end of a turn.
const AFTER_THE_END: Duration = Duration::from_secs(2);
/// How long the end of the connection's answer may follow the last line.
const TO_THE_END: Duration = Duration::from_millis(50);

/// Why a body is no turn.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Another attempt may succeed.
    Off(String),
    /// Another attempt gives the same.
    Unusable(String),
}

/// Reads a stream to its end, handing pieces to `sink` as they come.
pub(super) async fn read(
    mut body: Incoming,
    idle: Duration,
    draft: &mut Draft,
    sink: &mut dyn DeltaSink,
) -> Result<(), Broken> {
    let mut parser = Parser::new(LARGEST, None);
    let mut frames = VecDeque::new();
    let mut seen = Seen::default();
    loop {
        let patience = match draft.is_finished() {
            true => AFTER_THE_END.min(idle),
            false => idle,
        };
        let bytes = match next(&mut body, patience).await {
            Ok(Some(bytes)) => bytes,
            // The end of the stream. Whether it is the end of the turn, the draft knows.
            Ok(None) if seen.any() => return Ok(()),
            Ok(None) => return Err(Broken::Unusable(seen.nothing())),
            Err(_) if draft.is_finished() => return Ok(()),
            Err(why) => return Err(Broken::Off(why)),
        };
        seen.bytes += bytes.len();
        parser.push(&bytes, &mut frames).map_err(|TooLarge| {
            Broken::Unusable(format!("a frame is larger than {LARGEST} bytes"))
        })?;
        for frame in frames.drain(..) {
            seen.frames += 1;
            if frame.data.trim() == "[DONE]" {
                draft.terminate();
                // A connection whose answer was read to its end can be used again.
                let _ = next(&mut body, TO_THE_END).await;
                return Ok(());
            }
            for delta in draft.take(chunk(&frame)?) {
                sink.delta(delta).await;
            }
        }
    }
}

/// What came, to tell an answer from something else.
#[derive(Default)]
struct Seen {
    bytes: usize,
    frames: usize,
}

impl Seen {
    fn any(&self) -> bool {
        self.frames > 0 || self.bytes == 0
    }

    fn nothing(&self) -> String {
        format!("its {} bytes are no stream of events", self.bytes)
    }
}

/// Reads an answer that is not streamed.
pub(super) async fn read_whole(
    body: Incoming,
    idle: Duration,
    draft: &mut Draft,
) -> Result<Vec<ModelDelta>, Broken> {
    let bytes = whole(body, idle).await.map_err(Broken::Off)?;
    let frame = Frame {
        id: None,
        kind: "message".to_owned(),
        data: String::from_utf8_lossy(&bytes).into_owned(),
    };
    let deltas = draft.take(chunk(&frame)?);
    draft.terminate();
    Ok(deltas)
}

/// A body to its end.
pub(super) async fn whole(mut body: Incoming, idle: Duration) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    while let Some(bytes) = next(&mut body, idle).await? {
        all.extend_from_slice(&bytes);
        if all.len() > LARGEST {
            return Err(format!("its answer is larger than {LARGEST} bytes"));
        }
    }
    Ok(all)
}

async fn next(body: &mut Incoming, patience: Duration) -> Result<Option<Bytes>, String> {
    loop {
        let frame = tokio::time::timeout(patience, body.frame())
            .await
            .map_err(|_| format!("it was silent for {} s", patience.as_secs_f64()))?;
        match frame {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
            Some(Err(error)) => {
                return Err(format!("the connection broke off: {}", error_chain(&error)));
            }
        }
    }
}

fn chunk(frame: &Frame) -> Result<Chunk, Broken> {
    let chunk: Chunk = serde_json::from_str(&frame.data).map_err(|error| {
        Broken::Unusable(format!("what it sent is no chat completion: {error}"))
    })?;
    match &chunk.error {
        None => Ok(chunk),
        Some(error) if error.is_permanent() => Err(Broken::Unusable(error.message.clone())),
        Some(error) => Err(Broken::Off(error.message.clone())),
    }
}
