//! An event as it came, text and value together.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::frame;

/// An event's object, and the text that it came as.
///
/// It is written as that text: a number that is parsed and written again may lose digits.
#[derive(Clone, PartialEq)]
pub struct EventJson {
    text: Box<str>,
    object: Map<String, Value>,
}

impl EventJson {
    /// Reads an object.
    ///
    /// # Errors
    /// When the text is no JSON object.
    pub fn new(text: &str) -> Result<Self, serde_json::Error> {
        Ok(Self {
            object: serde_json::from_str(text)?,
            text: frame::one_line(text).into_boxed_str(),
        })
    }

    /// The JSON, on one line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The object.
    pub fn object(&self) -> &Map<String, Value> {
        &self.object
    }
}

/// The empty object.
impl Default for EventJson {
    fn default() -> Self {
        Self {
            text: "{}".into(),
            object: Map::new(),
        }
    }
}

impl Deref for EventJson {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.object
    }
}

impl fmt::Debug for EventJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for EventJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.text).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EventJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::new(raw.get()).map_err(serde::de::Error::custom)
    }
}

/// Reads an object where its text is gone.
pub(super) fn from_map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EventJson, D::Error> {
    let object = Map::<String, Value>::deserialize(deserializer)?;
    EventJson::new(&Value::Object(object).to_string()).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_it_was_read_digit_for_digit() {
        let text = r#"{"type":"x","v":[12345678901234567890.10,1.50,1e2]}"#;
        let event: EventJson = serde_json::from_str(text).expect("an object");
        assert_eq!(serde_json::to_string(&event).expect("writes"), text);
        assert_eq!(event.get("type"), Some(&Value::from("x")));
        let pretty = serde_json::to_string_pretty(&[&event]).expect("writes");
        assert_eq!(pretty, format!("[\n  {text}\n]"));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[]", "1", "{", "{\"a\":NaN}"] {
            assert!(serde_json::from_str::<EventJson>(text).is_err(), "{text}");
        }
    }
}
