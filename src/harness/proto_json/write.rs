//! Writing: the SDK's messages as proto JSON.

use serde::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer,
};
use serde_json::{Error, Map, Value};
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;

use super::read::{camel, member};
use super::{enumerations, payloads};

/// A history as `temporal workflow show -o json` has it, with plain payloads in shorthand.
///
/// # Errors
/// When a message cannot be serialised, for instance because of a time that no calendar has.
pub(in crate::harness) fn to_value(events: &[HistoryEvent]) -> Result<Value, Error> {
    let events: Vec<Value> = events
        .iter()
        .map(|event| event.serialize(Writer::default()))
        .collect::<Result<_, _>>()?;
    Ok(serde_json::json!({ "events": events }))
}

/// Where a value stands: a message of the SDK's own, and one of its fields. Empty elsewhere.
#[derive(Default, Clone, Copy)]
struct Writer {
    message: &'static str,
    field: &'static str,
}

type Nothing = Impossible<Value, Error>;

fn unexpected(what: &str) -> Error {
    Error::custom(format!("a history holds no {what}"))
}

/// Values that serde's own JSON has in the right form already.
macro_rules! plain {
    ($($method:ident($kind:ty))+) => {$(
        fn $method(self, value: $kind) -> Result<Value, Error> {
            serde_json::value::Serializer.$method(value)
        }
    )+};
}

impl Serializer for Writer {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Items;
    type SerializeTuple = Nothing;
    type SerializeTupleStruct = Nothing;
    type SerializeTupleVariant = Nothing;
    type SerializeMap = Entries;
    type SerializeStruct = Message;
    type SerializeStructVariant = Nothing;

    plain! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
        serialize_f32(f32) serialize_char(char) serialize_bytes(&[u8])
    }

    fn serialize_i32(self, value: i32) -> Result<Value, Error> {
        Ok(match enumerations::name(self.message, self.field, value) {
            Some(_) if value == 0 => Value::from(0),
            Some(name) => Value::from(name),
            None => Value::from(value),
        })
    }

    // As others write it: a whole number without a decimal point.
    fn serialize_f64(self, value: f64) -> Result<Value, Error> {
        Ok(match value as i64 {
            whole if whole as f64 == value => Value::from(whole),
            _ => Value::from(value),
        })
    }

    // Numbers of 64 bits are strings in proto JSON.
    fn serialize_i64(self, value: i64) -> Result<Value, Error> {
        Ok(match value {
            0 => Value::from(0),
            value => Value::from(value.to_string()),
        })
    }

    fn serialize_u64(self, value: u64) -> Result<Value, Error> {
        Ok(match value {
            0 => Value::from(0),
            value => Value::from(value.to_string()),
        })
    }

    fn serialize_str(self, value: &str) -> Result<Value, Error> {
        let is_span = ["timeout", "backoff", "delay", "interval"]
            .iter()
            .any(|word| self.field.to_ascii_lowercase().ends_with(word));
        Ok(Value::from(match is_span {
            true => without_zeros(value),
            false => value.to_owned(),
        }))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, Error> {
        Ok(Value::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        value.serialize(self)
    }

    /// A `oneof`: the message that it stands in takes its member over.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        let value = value.serialize(Self::default())?;
        Ok(Value::Object(Map::from_iter([(member(variant), value)])))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, Error> {
        Ok(Items {
            place: self,
            items: Vec::with_capacity(length.unwrap_or_default()),
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Error> {
        Ok(Entries::default())
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Message, Error> {
        Ok(Message {
            name,
            object: Map::new(),
        })
    }

    fn serialize_tuple(self, _: usize) -> Result<Nothing, Error> {
        Err(unexpected("tuple"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Nothing, Error> {
        Err(unexpected("tuple"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Nothing, Error> {
        Err(unexpected("tuple"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Nothing, Error> {
        Err(unexpected("variant with fields"))
    }
}

struct Items {
    place: Writer,
    items: Vec<Value>,
}

impl SerializeSeq for Items {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.items.push(value.serialize(self.place)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Value::Array(self.items))
    }
}

/// A map in a message; sorted, because the SDK's maps have another order each time.
#[derive(Default)]
struct Entries {
    key: String,
    entries: std::collections::BTreeMap<String, Value>,
}

impl SerializeMap for Entries {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = match key.serialize(Writer::default())? {
            Value::String(key) => key,
            key => key.to_string(),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let value = value.serialize(Writer::default())?;
        self.entries.insert(std::mem::take(&mut self.key), value);
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Value::Object(self.entries.into_iter().collect()))
    }
}

struct Message {
    name: &'static str,
    object: Map<String, Value>,
}

impl Message {
    /// Whether the SDK derives this message's JSON. The others write proto JSON already, and their package in their names.
    fn is_derived(&self) -> bool {
        !self.name.contains('.')
    }
}

impl SerializeStruct for Message {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        field: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let message = if self.is_derived() { self.name } else { "" };
        let value = value.serialize(Writer { message, field })?;
        match value {
            Value::Object(member) if self.is_derived() && super::read::is_oneof(field) => {
                self.object.extend(member)
            }
            value if self.is_derived() && is_default(&value) => {}
            value if self.is_derived() => {
                self.object.insert(camel(field), value);
            }
            value => {
                self.object.insert(field.to_owned(), value);
            }
        }
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        let value = Value::Object(self.object);
        Ok(match self.name {
            "temporal.api.common.v1.Payloads" => payloads::shortened(value),
            _ => value,
        })
    }
}

/// What proto JSON leaves out.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        // A message that holds nothing is there all the same.
        Value::Object(_) | Value::Bool(true) => false,
    }
}

/// `900.000000000s` as `900s`, `0.500000000s` as `0.5s`.
fn without_zeros(span: &str) -> String {
    match span.strip_suffix('s') {
        Some(number) if number.contains('.') => {
            format!("{}s", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => span.to_owned(),
    }
}
