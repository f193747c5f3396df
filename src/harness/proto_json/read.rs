//! Reading: proto JSON, and the SDK's own JSON of former versions.
//!
//! A message that is derived with serde asks for each of its fields in the SDK's own names and forms. This deserializer
//! answers in their place: with names in camel case, numbers in quotation marks, names of enumerations, bytes in base64, the
//! members of a `oneof` that stand in the message itself, and defaults for what is left out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde_json::{Error, Map, Value};
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;

use super::{enumerations, payloads};

/// The events of a history.
///
/// # Errors
/// What is wrong with it, with the event that it is wrong with.
pub(in crate::harness) fn events(history: &Value) -> Result<Vec<HistoryEvent>, String> {
    let events = history
        .get("events")
        .and_then(Value::as_array)
        .ok_or("it is no object with a list `events`")?;
    let read = |(index, event): (usize, &Value)| {
        let event = HistoryEvent::deserialize(Reader::Value(event))
            .map_err(|error| format!("event {}: {error}", index + 1))?;
        match event.attributes {
            Some(_) => Ok(event),
            None => Err(format!("event {}: it has no attributes", index + 1)),
        }
    };
    events.iter().enumerate().map(read).collect()
}

/// A value, or the place of one.
#[derive(Clone, Copy)]
enum Reader<'a> {
    Value(&'a Value),
    /// A field that was left out.
    Missing,
    /// A `oneof`, one of whose members may stand in this message itself.
    Members(&'a Map<String, Value>),
}

impl<'de> Reader<'de> {
    fn field(object: &'de Map<String, Value>, fields: &[&str], field: &str) -> Self {
        let found = object.get(field).or_else(|| object.get(&camel(field)));
        match found {
            Some(value) => Self::Value(value),
            None if is_oneof(field) && has_members(object, fields) => Self::Members(object),
            None => Self::Missing,
        }
    }

    /// A number, of whatever form.
    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing | Self::Value(Value::Null) => visitor.visit_i64(0),
            Self::Value(Value::String(text)) => match text.parse::<i64>() {
                Ok(number) => visitor.visit_i64(number),
                Err(_) => match enumerations::number(text) {
                    Some(number) => visitor.visit_i64(number.into()),
                    None => Err(Error::custom(format!(
                        "`{text}` is no number and no name of an enumeration that is known here"
                    ))),
                },
            },
            reader => reader.deserialize_any(visitor),
        }
    }
}

/// The `oneof`s in the messages of a history.
pub(super) fn is_oneof(field: &str) -> bool {
    matches!(field, "attributes" | "value" | "override" | "variant")
}

/// Whether a message holds anything that is none of its fields.
fn has_members(object: &Map<String, Value>, fields: &[&str]) -> bool {
    object.keys().any(|key| {
        !fields
            .iter()
            .any(|field| key == field || *key == camel(field))
    })
}

/// `task_queue` as `taskQueue`.
pub(super) fn camel(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        name.push_str(&initial.to_ascii_uppercase());
        name.push_str(rest);
        name
    })
}

/// `TimerStartedEventAttributes` as `timerStartedEventAttributes`.
pub(super) fn member(variant: &str) -> String {
    let (initial, rest) = variant.split_at(variant.len().min(1));
    initial.to_ascii_lowercase() + rest
}

impl<'de> IntoDeserializer<'de, Error> for Reader<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.number(visitor)
        }
    )+};
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Value(Value::Array(items)) => {
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(Reader::Value)))
            }
            Self::Value(Value::Object(object)) => {
                let entries = object
                    .iter()
                    .map(|(key, value)| (key.as_str(), Reader::Value(value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
            Self::Value(value) => value.deserialize_any(visitor),
            Self::Missing | Self::Members(_) => visitor.visit_unit(),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing | Self::Value(Value::Null) => visitor.visit_bool(false),
            reader => reader.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing | Self::Value(Value::Null) => visitor.visit_str(""),
            reader => reader.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing | Self::Value(Value::Null) => visitor.visit_none(),
            reader => visitor.visit_some(reader),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing | Self::Value(Value::Null) => {
                visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<u8>()))
            }
            Self::Value(Value::String(text)) => {
                let bytes = STANDARD.decode(text).map_err(Error::custom)?;
                visitor.visit_seq(SeqDeserializer::new(bytes.into_iter()))
            }
            reader => reader.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Missing | Self::Value(Value::Null) => visitor.visit_map(MapDeserializer::new(
                std::iter::empty::<(&str, Reader<'de>)>(),
            )),
            reader => reader.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (name, self) {
            ("temporal.api.common.v1.Payloads", Self::Value(Value::Array(list))) => {
                payloads::lengthened(list).deserialize_struct(name, fields, visitor)
            }
            ("temporal.api.common.v1.Payload", Self::Value(value))
                if !payloads::is_in_full(value) && !is_bare(value) =>
            {
                payloads::in_full(value).deserialize_struct(name, fields, visitor)
            }
            // These are read by code that knows proto JSON; its names have their package before them.
            (name, reader) if name.contains('.') => reader.deserialize_any(visitor),
            (_, Self::Value(Value::Object(object))) => {
                let entries = fields
                    .iter()
                    .map(|field| (*field, Reader::field(object, fields, field)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
            (_, reader) => reader.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let object = match self {
            Self::Members(object) | Self::Value(Value::Object(object)) => object,
            reader => return reader.deserialize_any(visitor),
        };
        let found = variants.iter().find_map(|variant| {
            let value = object
                .get(*variant)
                .or_else(|| object.get(&member(variant)))?;
            Some((*variant, Reader::Value(value)))
        });
        let Some(entry) = found else {
            let keys: Vec<_> = object.keys().map(String::as_str).collect();
            return Err(Error::custom(format!(
                "nothing in it is known here as its attributes: {}",
                keys.join(", ")
            )));
        };
        let entry = MapDeserializer::new(std::iter::once(entry));
        visitor.visit_enum(MapAccessDeserializer::new(entry))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// A payload without metadata, as the SDK's own JSON may have it.
fn is_bare(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        object
            .keys()
            .all(|key| matches!(key.as_str(), "data" | "metadata" | "externalPayloads"))
    })
}
