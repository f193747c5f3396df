//! The body of one callback: worker to receiver (contract §3).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::strict_json;

/// One delivery. `session_id` and `event` are KAI's; the other keys are ours and optional on the way in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Callback {
    /// The session that the event belongs to.
    pub session_id: String,
    /// The event, a flat object with a `type`; kept as it came, so that unknown types and keys survive.
    pub event: Map<String, Value>,
    /// 1, 2, 3… within an attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The Temporal attempt, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When the worker sent it, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<String>,
}

/// Why a callback body is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// The body is not JSON, or not JSON that all readers read alike: a key is there twice, or it is nested too deeply.
    #[error("the body is not valid JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// The body is JSON, but no object.
    #[error("the body must be an object with `session_id` and `event`")]
    NotAnObject,
    /// A key is missing or of another type.
    #[error("`{key}` is missing or wrong: it must be {wanted}")]
    Key {
        /// The key.
        key: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
}

/// A body whose keys were checked, and whose event is the text that came.
///
/// The receiver passes events on as texts, and most of what it does for one is to read it: nothing is read into values that
/// is not needed as one.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    pub(crate) session_id: Cow<'a, str>,
    /// An object with a `type`.
    pub(crate) event: &'a RawValue,
    /// The event's `type`; not empty.
    pub(crate) kind: Cow<'a, str>,
    pub(crate) seq: Option<u64>,
    pub(crate) attempt: Option<u32>,
    pub(crate) sent_at: Option<Cow<'a, str>>,
}

/// The keys of a body as they came; none where they are missing or null.
#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow)]
    session_id: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    seq: Option<&'a RawValue>,
    #[serde(borrow)]
    attempt: Option<&'a RawValue>,
    #[serde(borrow)]
    sent_at: Option<&'a RawValue>,
}

/// An event's `type`.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Body<'a> {
    /// Reads a body, naming the first key that is wrong.
    ///
    /// # Errors
    /// As [`Callback::from_slice`].
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, CallbackError> {
        strict_json::check(body).map_err(CallbackError::NotJson)?;
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(CallbackError::NotAnObject);
        }
        let keys: Keys<'_> = serde_json::from_slice(body).map_err(CallbackError::NotJson)?;
        let wrong = |key, wanted| CallbackError::Key { key, wanted };
        let session_id = keys.session_id.and_then(text);
        let session_id = session_id.ok_or(wrong("session_id", "a string"))?;
        let event = keys.event.filter(|event| event.get().starts_with('{'));
        let event = event.ok_or(wrong("event", "an object with a `type`"))?;
        let Kind { kind } = serde_json::from_str(event.get()).map_err(CallbackError::NotJson)?;
        let kind = kind.and_then(text).filter(|kind| !kind.is_empty());
        let kind = kind.ok_or(wrong("event.type", "a non-empty string"))?;
        let seq = whole_number(keys.seq).ok_or(wrong("seq", "a whole number from 1"))?;
        let attempt = whole_number(keys.attempt).and_then(|attempt| match attempt {
            Some(attempt) => u32::try_from(attempt).ok().map(Some),
            None => Some(None),
        });
        let attempt = attempt.ok_or(wrong("attempt", "a whole number from 1"))?;
        let sent_at = match keys.sent_at {
            Some(time) => Some(text(time).ok_or(wrong("sent_at", "an RFC 3339 time"))?),
            None => None,
        };
        Ok(Self {
            session_id,
            event,
            kind,
            seq,
            attempt,
            sent_at,
        })
    }
}

fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let Text(text) = serde_json::from_str(raw.get()).ok()?;
    Some(text)
}

/// A number from 1, if there is any; none when it is something else.
fn whole_number(raw: Option<&RawValue>) -> Option<Option<u64>> {
    let Some(raw) = raw else {
        return Some(None);
    };
    let number = serde_json::from_str(raw.get()).ok()?;
    (number > 0).then_some(Some(number))
}

impl Callback {
    /// Reads a body, naming the first key that is wrong.
    ///
    /// # Errors
    /// When the body is no JSON object, an object in it has a key twice, more than 100 objects and lists stand in one
    /// another, `session_id` is no string, `event` no object with a string `type`, or one of our own keys has another
    /// type than it should.
    pub fn from_slice(body: &[u8]) -> Result<Self, CallbackError> {
        let body = Body::read(body)?;
        Ok(Self {
            session_id: body.session_id.into_owned(),
            event: serde_json::from_str(body.event.get()).map_err(CallbackError::NotJson)?,
            seq: body.seq,
            attempt: body.attempt,
            sent_at: body.sent_at.map(Cow::into_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_of_a_worker_that_knows_only_kai_is_read_and_written_unchanged() {
        let wire =
            json!({"session_id": "s", "event": {"type": "future_kind", "x": {"y": [1, null]}}});
        let callback = Callback::from_slice(wire.to_string().as_bytes()).expect("a plain body");
        assert_eq!(serde_json::to_value(callback).expect("serialises"), wire);
    }

    #[test]
    fn our_keys_round_trip() {
        let wire = json!({"session_id": "s", "event": {"type": "token", "content": "a"}, "seq": 3, "attempt": 2, "sent_at": "2025-01-01T00:00:00Z"});
        let callback = Callback::from_slice(wire.to_string().as_bytes()).expect("a full body");
        assert_eq!((callback.seq, callback.attempt), (Some(3), Some(2)));
        assert_eq!(serde_json::to_value(callback).expect("serialises"), wire);
    }

    #[test]
    fn what_two_readers_may_read_differently_is_refused() {
        let said = |body: &str| {
            let refused = Callback::from_slice(body.as_bytes());
            refused.expect_err(body).to_string()
        };
        for (body, key) in [
            (
                r#"{"session_id":"s","event":{"type":"token","type":"done"}}"#,
                "type",
            ),
            (
                r#"{"session_id":"s","event":{"type":"x","v":[{"a":1,"a":2}]}}"#,
                "a",
            ),
            (
                r#"{"session_id":"s","event":{"type":"x"},"seq":1,"seq":2}"#,
                "seq",
            ),
        ] {
            let wanted = format!("the body is not valid JSON: duplicate field `{key}` at line 1");
            assert!(said(body).starts_with(&wanted), "{}", said(body));
        }
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let body = |levels| {
            format!(
                r#"{{"session_id":"s","event":{{"type":"x","v":{}}}}}"#,
                nested(levels)
            )
        };
        Callback::from_slice(body(98).as_bytes()).expect("deep enough for anybody");
        let wanted = "the body is not valid JSON: nested deeper than 100 levels";
        assert!(said(&body(99)).starts_with(wanted), "{}", said(&body(99)));
    }

    #[test]
    fn refusals_name_the_key() {
        let said = |body: &str| {
            Callback::from_slice(body.as_bytes())
                .unwrap_err()
                .to_string()
        };
        assert!(said("{").starts_with("the body is not valid JSON"));
        assert_eq!(
            said("[]"),
            "the body must be an object with `session_id` and `event`"
        );
        assert_eq!(
            said(r#"{"event":{"type":"x"}}"#),
            "`session_id` is missing or wrong: it must be a string"
        );
        assert_eq!(
            said(r#"{"session_id":"s","event":{"type":""}}"#),
            "`event.type` is missing or wrong: it must be a non-empty string"
        );
        assert_eq!(
            said(r#"{"session_id":"s","event":{"type":"x"},"seq":0}"#),
            "`seq` is missing or wrong: it must be a whole number from 1"
        );
        for seq in ["1.0", "1e2", "\"1\"", "18446744073709551616", "[1]", "-0"] {
            let body = format!(r#"{{"session_id":"s","event":{{"type":"x"}},"seq":{seq}}}"#);
            assert!(
                said(&body).starts_with("`seq` is missing or wrong"),
                "{body}"
            );
        }
        assert!(
            said(r#"{"session_id":"s","event":{"type":"x"},"attempt":4294967296}"#)
                .starts_with("`attempt` is missing or wrong")
        );
        assert!(
            said(r#"{"session_id":"s","event":{"type":"x"},"sent_at":1}"#)
                .starts_with("`sent_at` is missing or wrong")
        );
        assert!(said(r#"{"session_id":"s","event":["x"]}"#).starts_with("`event` is missing"));
        assert!(said(r#"{"session_id":"s","event":{"type":["x"]}}"#).starts_with("`event.type`"));
        assert_eq!(
            said(r#"{"session_id":"s","event":{"type":"x"},"attempt":-1}"#),
            "`attempt` is missing or wrong: it must be a whole number from 1"
        );
    }
}
