//! The workflow's argument (contract §1).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The longest prompt that a worker accepts, in bytes.
pub const MAX_PROMPT_BYTES: usize = 32 * 1024;

/// What a caller asks: the one argument of `KaiChatWorkflow`, and the four positional arguments of `chat_streaming`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatInput {
    /// The question, in the user's words.
    pub prompt: String,
    /// The id under which the database was stored.
    pub connection_id: String,
    /// The conversation that the prompt belongs to; also the stream's session id when it is not empty.
    #[serde(default)]
    pub conversation_id: Option<String>,
    /// Where the worker posts the run's events; none means that nobody listens.
    #[serde(default)]
    pub callback_url: Option<String>,
}

/// Why an argument is not a [`ChatInput`]. The text names the key and what it should hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The argument is no JSON object.
    #[error(
        "the argument of KaiChatWorkflow must be an object with `prompt` and `connection_id`; it was {found}"
    )]
    NotAnObject {
        /// What came instead.
        found: String,
    },
    /// A required key is absent or null.
    #[error("`{key}` is missing: the argument of KaiChatWorkflow needs a non-empty string there")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A key holds another type than a string.
    #[error("`{key}` must be a string, not {found}")]
    NotAString {
        /// The key.
        key: &'static str,
        /// The type that came instead.
        found: &'static str,
    },
    /// A required string holds nothing but white space.
    #[error("`{key}` is empty: it must name {wanted}")]
    Empty {
        /// The key.
        key: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
    /// The prompt is longer than [`MAX_PROMPT_BYTES`].
    #[error("`prompt` has {bytes} bytes; at most {MAX_PROMPT_BYTES} are accepted")]
    TooLong {
        /// The prompt's size in bytes.
        bytes: usize,
    },
    /// A string holds a NUL character, which neither Postgres nor Typesense can store.
    #[error("`{key}` contains a NUL character, which cannot be stored or queried")]
    Nul {
        /// The key.
        key: &'static str,
    },
}

impl ChatInput {
    /// Reads the argument leniently in form (unknown keys are ignored, nulls are absent) and strictly in meaning.
    ///
    /// # Errors
    /// When it is no object, or when a key is missing, empty, too long or of another type.
    pub fn from_value(value: &Value) -> Result<Self, InputError> {
        let Value::Object(object) = value else {
            return Err(InputError::NotAnObject {
                found: type_name(value).to_owned(),
            });
        };
        let prompt = optional(object, "prompt")?.ok_or(InputError::Missing { key: "prompt" })?;
        let connection_id = optional(object, "connection_id")?.ok_or(InputError::Missing {
            key: "connection_id",
        })?;
        let input = Self {
            prompt,
            connection_id,
            conversation_id: optional(object, "conversation_id")?,
            callback_url: optional(object, "callback_url")?,
        };
        input.validate()?;
        Ok(input)
    }

    /// Checks what the types cannot say: nothing required is empty, nothing is too long, nothing holds a NUL.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn validate(&self) -> Result<(), InputError> {
        check_prompt(&self.prompt)?;
        if self.connection_id.trim().is_empty() {
            return Err(InputError::Empty {
                key: "connection_id",
                wanted: "a stored connection",
            });
        }
        let strings = [
            ("connection_id", Some(&self.connection_id)),
            ("conversation_id", self.conversation_id.as_ref()),
            ("callback_url", self.callback_url.as_ref()),
        ];
        for (key, text) in strings {
            if text.is_some_and(|text| text.contains('\0')) {
                return Err(InputError::Nul { key });
            }
        }
        Ok(())
    }
}

/// Checks a prompt by itself, as [`ChatInput::validate`] does.
///
/// # Errors
/// When it is empty, longer than [`MAX_PROMPT_BYTES`], or holds a NUL.
pub fn check_prompt(prompt: &str) -> Result<(), InputError> {
    if prompt.trim().is_empty() {
        return Err(InputError::Empty {
            key: "prompt",
            wanted: "the question to answer",
        });
    }
    if prompt.len() > MAX_PROMPT_BYTES {
        return Err(InputError::TooLong {
            bytes: prompt.len(),
        });
    }
    if prompt.contains('\0') {
        return Err(InputError::Nul { key: "prompt" });
    }
    Ok(())
}

fn optional(object: &Map<String, Value>, key: &'static str) -> Result<Option<String>, InputError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(InputError::NotAString {
            key,
            found: type_name(other),
        }),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_the_smallest_argument_that_callers_send() {
        let input =
            ChatInput::from_value(&json!({"prompt": "p", "connection_id": "c", "other": 1}));
        assert_eq!(
            input,
            Ok(ChatInput {
                prompt: "p".into(),
                connection_id: "c".into(),
                conversation_id: None,
                callback_url: None
            })
        );
    }

    #[test]
    fn takes_null_for_an_absent_key() {
        let input = ChatInput::from_value(
            &json!({"prompt": "p", "connection_id": "c", "conversation_id": null, "callback_url": null}),
        )
        .expect("nulls are absent keys");
        assert_eq!(input.conversation_id, None);
    }

    #[test]
    fn names_what_is_wrong() {
        let said = |value: Value| ChatInput::from_value(&value).unwrap_err().to_string();
        assert_eq!(
            said(json!(7)),
            "the argument of KaiChatWorkflow must be an object with `prompt` and `connection_id`; it was a number"
        );
        assert_eq!(
            said(json!({"connection_id": "c"})),
            "`prompt` is missing: the argument of KaiChatWorkflow needs a non-empty string there"
        );
        assert_eq!(
            said(json!({"prompt": ["p"], "connection_id": "c"})),
            "`prompt` must be a string, not an array"
        );
        assert_eq!(
            said(json!({"prompt": " ", "connection_id": "c"})),
            "`prompt` is empty: it must name the question to answer"
        );
        assert_eq!(
            said(json!({"prompt": "p\0", "connection_id": "c"})),
            "`prompt` contains a NUL character, which cannot be stored or queried"
        );
        assert_eq!(
            said(json!({"prompt": "x".repeat(MAX_PROMPT_BYTES + 1), "connection_id": "c"})),
            "`prompt` has 32769 bytes; at most 32768 are accepted"
        );
    }
}
