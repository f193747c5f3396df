//! One chunk of a stream, or a whole answer of a server that does not stream: whatever is there.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A chunk. A whole answer has the same form, with `message` in the place of `delta`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chunk {
    #[serde(deserialize_with = "or_default")]
    pub(super) choices: Vec<Choice>,
    pub(super) usage: Option<Usage>,
    pub(crate) error: Option<ServerError>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    pub(super) index: Option<u64>,
    #[serde(alias = "message", deserialize_with = "or_default")]
    pub(super) delta: Delta,
    #[serde(deserialize_with = "or_default")]
    pub(super) finish_reason: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Delta {
    /// Text, or a list of parts.
    content: Value,
    /// DeepSeek, vLLM, llama.cpp.
    #[serde(deserialize_with = "or_default")]
    reasoning_content: String,
    /// OpenRouter, Ollama, newer vLLM.
    #[serde(deserialize_with = "or_default")]
    reasoning: String,
    /// OpenAI's word for an answer that declines.
    #[serde(deserialize_with = "or_default")]
    refusal: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) tool_calls: Vec<Fragment>,
}

/// A piece of a call of a tool.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fragment {
    pub(super) index: Option<u64>,
    #[serde(deserialize_with = "or_default")]
    pub(super) id: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) function: Function,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Function {
    #[serde(deserialize_with = "or_default")]
    pub(super) name: String,
    /// A piece of JSON text; of some servers, the whole as an object.
    pub(super) arguments: Value,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Usage {
    #[serde(deserialize_with = "or_default")]
    pub(super) prompt_tokens: u64,
    #[serde(deserialize_with = "or_default")]
    pub(super) completion_tokens: u64,
}

/// `null` is as good as nothing.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    value: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(value).map(Option::unwrap_or_default)
}

impl Delta {
    /// The reasoning of this piece. Servers that send it under both names send the same twice.
    pub(super) fn reasoning(&self) -> String {
        let named = match self.reasoning_content.is_empty() {
            true => &self.reasoning,
            false => &self.reasoning_content,
        };
        let mut text = named.clone();
        for part in self.parts() {
            if part["type"] == "thinking" {
                text.push_str(&part_text(&part["thinking"]));
            }
        }
        text
    }

    /// The visible text of this piece.
    pub(super) fn text(&self) -> String {
        let mut text = match &self.content {
            Value::String(text) => text.clone(),
            _ => self
                .parts()
                .iter()
                .filter(|part| part["type"] == "text")
                .map(|part| part_text(&part["text"]))
                .collect(),
        };
        text.push_str(&self.refusal);
        text
    }

    fn parts(&self) -> &[Value] {
        self.content.as_array().map_or(&[], Vec::as_slice)
    }
}

/// A string, or a list of parts with one.
fn part_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        _ => String::new(),
    }
}

/// What a server says is wrong, in an answer of its own or in the middle of a stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ServerError {
    /// Its words.
    pub(crate) message: String,
    /// Its kind or code, when there is one.
    pub(crate) kind: String,
    /// The status that it corresponds to, when it says so.
    pub(crate) status: Option<u16>,
}

impl<'de> Deserialize<'de> for ServerError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(&Value::deserialize(deserializer)?))
    }
}

impl ServerError {
    /// Reads whatever stands where an error is expected.
    pub(crate) fn of(value: &Value) -> Self {
        if let Some(message) = value.as_str() {
            return Self {
                message: message.to_owned(),
                ..Self::default()
            };
        }
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let message = match text("message") {
            message if message.is_empty() => value.to_string(),
            message => message,
        };
        let code = &value["code"];
        let number = code
            .as_u64()
            .or_else(|| code.as_str().and_then(|code| code.parse().ok()));
        let status = number
            .and_then(|code| u16::try_from(code).ok())
            .filter(|code| (400..600).contains(code));
        let kind = match (text("type"), code.as_str()) {
            (kind, Some(code)) if kind.is_empty() => code.to_owned(),
            (kind, _) => kind,
        };
        Self {
            message,
            kind,
            status,
        }
    }

    /// Whether the request itself is wrong, so that another attempt is pointless.
    pub(crate) fn is_permanent(&self) -> bool {
        match self.status {
            Some(status) => is_permanent(status),
            None => self.kind.starts_with("invalid_request"),
        }
    }
}

/// Whether a status says that another attempt of the same request is pointless.
pub(crate) fn is_permanent(status: u16) -> bool {
    !matches!(status, 408 | 429 | 500..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn delta(delta: Value) -> Delta {
        serde_json::from_value(delta).expect("a delta")
    }

    #[test]
    fn nothing_is_required_and_null_is_nothing() {
        for chunk in [
            json!({}),
            json!({"choices": null, "usage": null, "error": null}),
            json!({"choices": [{"delta": null, "finish_reason": null, "index": null}]}),
            json!({"choices": [{"delta": {"content": null, "tool_calls": null, "role": "assistant"}}]}),
            json!({"choices": [{"delta": {"tool_calls": [{"id": null, "function": null}]}}]}),
            json!({"choices": [], "usage": {"prompt_tokens": null, "total_tokens": 3}}),
        ] {
            let read: Chunk = serde_json::from_value(chunk.clone()).expect("readable");
            assert!(read.error.is_none(), "{chunk}");
        }
    }

    #[test]
    fn text_and_reasoning_are_found_wherever_a_server_puts_them() {
        let read = |value| {
            let delta = delta(value);
            (delta.reasoning(), delta.text())
        };
        let pair = |reasoning: &str, text: &str| (reasoning.to_owned(), text.to_owned());
        assert_eq!(read(json!({"content": "a"})), pair("", "a"));
        assert_eq!(read(json!({"reasoning_content": "r"})), pair("r", ""));
        assert_eq!(read(json!({"reasoning": "r"})), pair("r", ""));
        assert_eq!(
            read(json!({"reasoning": "r", "reasoning_content": "r"})),
            pair("r", "")
        );
        assert_eq!(read(json!({"refusal": "no"})), pair("", "no"));
        let parts = json!([
            {"type": "thinking", "thinking": [{"type": "text", "text": "r"}]},
            {"type": "text", "text": "a"},
            {"type": "reference", "reference_ids": [1]},
        ]);
        assert_eq!(read(json!({"content": parts})), pair("r", "a"));
    }

    #[test]
    fn errors_are_read_in_every_shape_and_told_apart() {
        let read = |value: Value| {
            let error = ServerError::of(&value);
            (error.message.clone(), error.is_permanent())
        };
        let cases = [
            (json!("overloaded"), "overloaded", false),
            (
                json!({"message": "slow down", "code": 429}),
                "slow down",
                false,
            ),
            (
                json!({"message": "too long", "code": "400"}),
                "too long",
                true,
            ),
            (
                json!({"message": "no such model", "type": "invalid_request_error", "code": "model_not_found"}),
                "no such model",
                true,
            ),
            (
                json!({"message": "oops", "type": "server_error"}),
                "oops",
                false,
            ),
            (json!({"detail": "x"}), r#"{"detail":"x"}"#, false),
        ];
        for (value, message, permanent) in cases {
            assert_eq!(read(value), (message.to_owned(), permanent));
        }
    }
}
