//! The body of one callback: worker to receiver (contract §3).

use serde::{Deserialize, Serialize};
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

impl Callback {
    /// Reads a body, naming the first key that is wrong.
    ///
    /// # Errors
    /// When the body is no JSON object, an object in it has a key twice, more than 100 objects and lists stand in one
    /// another, `session_id` is no string, `event` no object with a
    /// string `type`, or one of our own keys has another type than it should.
    pub fn from_slice(body: &[u8]) -> Result<Self, CallbackError> {
        strict_json::check(body).map_err(CallbackError::NotJson)?;
        let value: Value = serde_json::from_slice(body).map_err(CallbackError::NotJson)?;
        let Value::Object(mut object) = value else {
            return Err(CallbackError::NotAnObject);
        };
        let wrong = |key, wanted| CallbackError::Key { key, wanted };
        let session_id = match object.remove("session_id") {
            Some(Value::String(id)) => id,
            _ => return Err(wrong("session_id", "a string")),
        };
        let event = match object.remove("event") {
            Some(Value::Object(event)) => event,
            _ => return Err(wrong("event", "an object with a `type`")),
        };
        if !matches!(event.get("type"), Some(Value::String(kind)) if !kind.is_empty()) {
            return Err(wrong("event.type", "a non-empty string"));
        }
        let seq = match present(&mut object, "seq") {
            None => None,
            Some(value) => Some(
                value
                    .as_u64()
                    .filter(|seq| *seq > 0)
                    .ok_or(wrong("seq", "a whole number from 1"))?,
            ),
        };
        let attempt = match present(&mut object, "attempt") {
            None => None,
            Some(value) => Some(
                value
                    .as_u64()
                    .and_then(|attempt| u32::try_from(attempt).ok())
                    .filter(|attempt| *attempt > 0)
                    .ok_or(wrong("attempt", "a whole number from 1"))?,
            ),
        };
        let sent_at = match present(&mut object, "sent_at") {
            None => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => return Err(wrong("sent_at", "an RFC 3339 time")),
        };
        Ok(Self {
            session_id,
            event,
            seq,
            attempt,
            sent_at,
        })
    }
}

fn present(object: &mut Map<String, Value>, key: &str) -> Option<Value> {
    object.remove(key).filter(|value| !value.is_null())
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
        assert_eq!(
            said(r#"{"session_id":"s","event":{"type":"x"},"attempt":-1}"#),
            "`attempt` is missing or wrong: it must be a whole number from 1"
        );
    }
}
