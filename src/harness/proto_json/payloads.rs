//! Payloads in shorthand: `[{"prompt": "…"}]` for what is base64 in a name and in the bytes otherwise.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

const JSON: &str = "json/plain";
const NULL: &str = "binary/null";

/// Several payloads in proto JSON, shorter where all of them are plain JSON and nothing is lost.
pub(super) fn shortened(payloads: Value) -> Value {
    let shorter = payloads
        .get("payloads")
        .and_then(Value::as_array)
        .and_then(|list| list.iter().map(shorthand).collect::<Option<Vec<_>>>());
    shorter.map_or(payloads, Value::Array)
}

/// Several payloads in shorthand, in full.
pub(super) fn lengthened(list: &[Value]) -> Value {
    let payloads: Vec<_> = list.iter().map(in_full).collect();
    json!({ "payloads": payloads })
}

/// Whether this is a payload in full, and no JSON that one holds.
pub(super) fn is_in_full(value: &Value) -> bool {
    let encoding = value
        .get("metadata")
        .and_then(|metadata| metadata.get("encoding"));
    encoding.is_some_and(Value::is_string)
}

/// One payload in full.
pub(super) fn in_full(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "metadata": { "encoding": STANDARD.encode(NULL) } }),
        value if is_in_full(value) => value.clone(),
        value => json!({
            "metadata": { "encoding": STANDARD.encode(JSON) },
            "data": STANDARD.encode(value.to_string()),
        }),
    }
}

/// The text of a payload in full.
pub(in crate::harness) fn text(payload: &Map<String, Value>) -> Option<String> {
    let data = payload.get("data")?.as_str()?;
    let bytes = STANDARD.decode(data).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn shorthand(payload: &Value) -> Option<Value> {
    let object = payload.as_object()?;
    let metadata = object.get("metadata")?.as_object()?;
    let known = ["metadata", "data"];
    if metadata.len() != 1 || object.keys().any(|key| !known.contains(&key.as_str())) {
        return None;
    }
    let encoding = STANDARD.decode(metadata.get("encoding")?.as_str()?).ok()?;
    let text = text(object).unwrap_or_default();
    match std::str::from_utf8(&encoding).ok()? {
        NULL if text.is_empty() => Some(Value::Null),
        JSON => {
            let value: Value = serde_json::from_str(&text).ok()?;
            // Null would be read back as `binary/null`, and digits that no number of ours holds would be lost.
            let written = value.to_string();
            let whole = written == without_space(&text);
            (whole && !value.is_null() && !is_in_full(&value)).then_some(value)
        }
        _ => None,
    }
}

/// JSON without the space between its parts.
fn without_space(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            let kept = quoted || !c.is_ascii_whitespace();
            if c == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && c == '\\' && !escaped;
            kept
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(encoding: &str, data: &str) -> Value {
        json!({ "metadata": { "encoding": STANDARD.encode(encoding) }, "data": STANDARD.encode(data) })
    }

    #[test]
    fn plain_json_is_written_out_and_read_back() {
        let written = shortened(json!({ "payloads": [
            full(JSON, r#"{"prompt": "Berapa \" \\ koperasi?", "n": [1, 2.5]}"#),
            { "metadata": { "encoding": STANDARD.encode(NULL) } },
        ]}));
        let short = json!([{ "prompt": "Berapa \" \\ koperasi?", "n": [1, 2.5] }, null]);
        assert_eq!(written, short);
        let list = short.as_array().expect("a list");
        let read = shortened(lengthened(list));
        assert_eq!(read, short);
    }

    #[test]
    fn what_shorthand_would_change_stays_as_it_is() {
        for data in [
            "0.10000000000000000000001",
            "1e400",
            "null",
            r#"{"metadata": {"encoding": "x"}}"#,
            r#"{"a": 1, "a": 2}"#,
            "no json",
        ] {
            let payloads = json!({ "payloads": [full(JSON, data)] });
            assert_eq!(shortened(payloads.clone()), payloads, "{data}");
        }
        let encrypted = json!({ "payloads": [full("binary/encrypted", "{}")] });
        assert_eq!(shortened(encrypted.clone()), encrypted);
    }
}
