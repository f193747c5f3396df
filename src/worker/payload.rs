//! Arguments as they come over the wire, read leniently and refused by name (contract §1, "encodings").
//!
//! The SDK's typed arguments fail a workflow *task* when they do not decode, and the server retries that for ever while
//! the caller hangs. So arguments are taken raw here, and whatever is wrong with them fails the workflow or activity
//! itself, once.

use serde_json::Value;
use temporalio_common::data_converters::RawValue;
use temporalio_common::protos::temporal::api::common::v1::Payload;

use crate::contract::InputError;

/// Decodes every argument; both encodings of null are null.
pub(super) fn decode_arguments(raw: &RawValue) -> Result<Vec<Value>, InputError> {
    raw.payloads.iter().map(decode).collect()
}

fn decode(payload: &Payload) -> Result<Value, InputError> {
    let encoding = payload
        .metadata
        .get("encoding")
        .map(|encoding| String::from_utf8_lossy(encoding).into_owned());
    match encoding.as_deref() {
        Some("binary/null") => Ok(Value::Null),
        Some("json/plain") => {
            serde_json::from_slice(&payload.data).map_err(|error| InputError::NotAnObject {
                found: format!("a payload that is not valid JSON ({error})"),
            })
        }
        Some(other) => Err(InputError::NotAnObject {
            found: format!("a payload of encoding `{other}` (json/plain is understood)"),
        }),
        None => Err(InputError::NotAnObject {
            found: "a payload without an encoding".to_owned(),
        }),
    }
}

/// Encodes a value the way every SDK reads it: `json/plain`, null as `binary/null`.
pub(super) fn encode(value: &Value) -> Payload {
    let (encoding, data) = match value {
        Value::Null => ("binary/null", Vec::new()),
        value => ("json/plain", value.to_string().into_bytes()),
    };
    Payload {
        metadata: [("encoding".to_owned(), encoding.as_bytes().to_vec())].into(),
        data,
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn payload(encoding: &str, data: &[u8]) -> Payload {
        Payload {
            metadata: [("encoding".to_owned(), encoding.as_bytes().to_vec())].into(),
            data: data.to_vec(),
            ..Default::default()
        }
    }

    #[test]
    fn both_encodings_of_null_are_null() {
        let raw = RawValue::new(vec![
            payload("binary/null", b""),
            payload("json/plain", b"null"),
        ]);
        assert_eq!(decode_arguments(&raw), Ok(vec![Value::Null, Value::Null]));
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let values = vec![json!({"a": [1, "x"]}), json!("text"), Value::Null];
        let raw = RawValue::new(values.iter().map(encode).collect());
        assert_eq!(decode_arguments(&raw), Ok(values));
    }

    #[test]
    fn refusals_say_what_came() {
        let said = |payload| {
            decode_arguments(&RawValue::new(vec![payload]))
                .unwrap_err()
                .to_string()
        };
        assert!(said(payload("json/plain", b"{")).contains("not valid JSON"));
        assert!(said(payload("binary/plain", b"x")).contains("encoding `binary/plain`"));
        assert!(said(Payload::default()).contains("without an encoding"));
    }
}
