//! One delivery, read from a request's body.

use axum::body::Bytes;
use serde_json::{Map, Value};

use super::frame;
use crate::contract::{Body, CallbackError, SessionId};

/// An event as it came, before it has a place.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) attempt: Option<u32>,
    pub(super) seq: Option<u64>,
    pub(super) sent_at: Option<Box<str>>,
    /// The session that the body names, where that is not the one it was posted to.
    pub(super) other_session: Option<Box<str>>,
    /// Whether it is a `done`.
    pub(super) done: bool,
    /// Whether it is the `done` of a run that failed.
    pub(super) failed: bool,
    /// The frame after its id.
    pub(super) frame: Bytes,
    /// Where the event's JSON starts in the frame; it ends before the last two bytes.
    pub(super) json_start: usize,
}

impl Delivery {
    /// Reads a body (contract §3) that was posted to a session.
    ///
    /// The path picks the session, and the body may name another: KAI's own callers post a run of conversation
    /// `temporal_…` to `/events/test-1`.
    ///
    /// # Errors
    /// As [`Callback::from_slice`](crate::contract::Callback::from_slice).
    pub(super) fn read(posted_to: &SessionId, body: &[u8]) -> Result<Self, CallbackError> {
        let body = Body::read(body)?;
        let (frame, json_start) = frame::body(&body.kind, &frame::one_line(body.event.get()));
        let done = body.kind == "done";
        let event = || serde_json::from_str(body.event.get());
        Ok(Self {
            attempt: body.attempt,
            seq: body.seq,
            failed: done && event().is_ok_and(|event| says_failed(&event)),
            sent_at: body.sent_at.map(Box::from),
            other_session: (body.session_id != posted_to.as_str()).then(|| body.session_id.into()),
            done,
            frame: Bytes::from(frame),
            json_start,
        })
    }

    /// The event's JSON, on one line.
    pub(super) fn json(&self) -> &[u8] {
        json(&self.frame, self.json_start)
    }

    /// What keeping it costs, in bytes.
    pub(super) fn cost(&self) -> usize {
        cost(
            &self.frame,
            self.other_session.as_deref(),
            self.sent_at.as_deref(),
        )
    }
}

/// Whether an event is the `done` of a run that failed (contract §2).
pub(super) fn says_failed(event: &Map<String, Value>) -> bool {
    let result = event.get("result").and_then(|result| result.get("status"));
    event.get("type").and_then(Value::as_str) == Some("done")
        && result.and_then(Value::as_str) == Some("failed")
}

/// What keeping an event costs, in bytes: its texts, and a flat amount for the places that refer to it.
pub(super) fn cost(frame: &[u8], other_session: Option<&str>, sent_at: Option<&str>) -> usize {
    const BOOKKEEPING: usize = 192;
    BOOKKEEPING + frame.len() + other_session.map_or(0, str::len) + sent_at.map_or(0, str::len)
}

/// The JSON in a frame that [`frame::body`] wrote.
pub(super) fn json(frame: &[u8], start: usize) -> &[u8] {
    frame
        .get(start..frame.len().saturating_sub(2))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Delivery, CallbackError> {
        Delivery::read(&SessionId::new("s"), body.as_bytes())
    }

    #[test]
    fn the_event_keeps_its_digits_and_its_unknown_keys() {
        let body = r#"{"session_id": "s", "event": {"type": "sql_result",
            "data": [[12345678901234567890.10, 1.50]], "future": null}, "seq": 7}"#;
        let delivery = read(body).expect("a good body");
        assert_eq!(
            std::str::from_utf8(delivery.json()),
            Ok(
                r#"{"type": "sql_result",             "data": [[12345678901234567890.10, 1.50]], "future": null}"#
            )
        );
        assert_eq!((delivery.seq, delivery.attempt), (Some(7), None));
        assert!(!delivery.done && delivery.other_session.is_none());
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_position() {
        for number in ["NaN", "Infinity", "-Infinity", "1e999"] {
            let body = format!(r#"{{"session_id":"s","event":{{"type":"x","v":{number}}}}}"#);
            let said = read(&body).expect_err(number).to_string();
            assert!(
                said.starts_with("the body is not valid JSON: ") && said.contains("line 1 column"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        let body = r#"{"session_id":"s","event":{"type":"a"},"event":{"type":"b"}}"#;
        let said = read(body).expect_err("ambiguous").to_string();
        assert!(said.contains("duplicate field `event`"), "{said}");
    }
}
