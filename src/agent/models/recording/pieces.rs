//! Bytes as JSON that people can read, exactly.
//!
//! A chunk is a piece, or a list of pieces that follow each other:
//!
//! - `"text"` is the text in UTF-8;
//! - `{"data": {…}}` is one event, `data: `, the value as compact JSON, and an empty line;
//! - `{"hex": "c3"}` are bytes that are no UTF-8, such as half a character.

use serde_json::{Value, json};

use super::canonical::as_written;

/// Writes bytes.
pub(super) fn write(bytes: &[u8]) -> Value {
    let mut pieces = Vec::new();
    for part in bytes.utf8_chunks() {
        events(part.valid(), &mut pieces);
        if !part.invalid().is_empty() {
            let hex: String = part.invalid().iter().map(|b| format!("{b:02x}")).collect();
            match pieces.last_mut() {
                // The halves of a character may be several invalid sequences.
                Some(Value::Object(last))
                    if part.valid().is_empty() && last.contains_key("hex") =>
                {
                    let before = last["hex"].as_str().unwrap_or_default();
                    last["hex"] = json!(format!("{before}{hex}"));
                }
                _ => pieces.push(json!({ "hex": hex })),
            }
        }
    }
    match pieces.len() {
        1 => pieces.remove(0),
        _ => Value::Array(pieces),
    }
}

/// Appends a text: its events as events, the rest as text.
fn events(text: &str, pieces: &mut Vec<Value>) {
    let mut rest = text;
    let mut plain = String::new();
    while !rest.is_empty() {
        let (block, after) = match rest.find("\n\n") {
            Some(end) => rest.split_at(end + 2),
            None => (rest, ""),
        };
        match event(block) {
            Some(data) => {
                if !plain.is_empty() {
                    pieces.push(Value::String(std::mem::take(&mut plain)));
                }
                pieces.push(json!({ "data": data }));
            }
            None => plain.push_str(block),
        }
        rest = after;
    }
    if !plain.is_empty() {
        pieces.push(Value::String(plain));
    }
}

/// The data of a text that is exactly one event.
fn event(block: &str) -> Option<Value> {
    let data = block.strip_prefix("data: ")?.strip_suffix("\n\n")?;
    if !data.starts_with(['{', '[']) {
        return None;
    }
    as_written(data)
}

/// Reads them back.
///
/// # Errors
/// What is wrong with the pieces.
pub(super) fn read(pieces: &Value) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match pieces {
        Value::Array(pieces) => {
            for piece in pieces {
                read_one(piece, &mut bytes)?;
            }
        }
        piece => read_one(piece, &mut bytes)?,
    }
    Ok(bytes)
}

fn read_one(piece: &Value, bytes: &mut Vec<u8>) -> Result<(), String> {
    match (piece, &piece["data"], &piece["hex"]) {
        (Value::String(text), ..) => bytes.extend_from_slice(text.as_bytes()),
        (_, data, Value::Null) if !data.is_null() => {
            bytes.extend_from_slice(format!("data: {data}\n\n").as_bytes());
        }
        (_, Value::Null, Value::String(hex)) => {
            let digits: Option<Vec<u8>> = hex
                .chars()
                .map(|digit| {
                    digit
                        .to_digit(16)
                        .and_then(|digit| u8::try_from(digit).ok())
                })
                .collect();
            let pairs = digits.filter(|digits| digits.len() % 2 == 0);
            let pairs = pairs.ok_or_else(|| format!("`{hex}` are no bytes in hexadecimal"))?;
            bytes.extend(pairs.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]));
        }
        _ => {
            return Err(format!(
                "`{piece}` is no piece of a chunk: write a text, {{\"data\": …}} or {{\"hex\": …}}"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn events_are_shown_as_what_they_say() {
        let bytes = b"data: {\"a\":1}\n\ndata: {\"b\":\"\xc3\xa9\"}\n\ndata: [DONE]\n\n";
        assert_eq!(
            write(bytes),
            json!([{"data": {"a": 1}}, {"data": {"b": "é"}}, "data: [DONE]\n\n"])
        );
        assert_eq!(write(b"data: {\"a\":1}\n\n"), json!({"data": {"a": 1}}));
    }

    #[test]
    fn half_a_character_is_shown_as_bytes() {
        let whole = "data: {\"a\":\"café\"}\n\n".as_bytes();
        let cut = whole.len() - 5;
        assert_eq!(
            write(&whole[..cut]),
            json!(["data: {\"a\":\"caf", {"hex": "c3"}])
        );
        assert_eq!(write(&whole[cut..]), json!([{"hex": "a9"}, "\"}\n\n"]));
        assert_eq!(write(b"\xf0\x9f\x91"), json!({"hex": "f09f91"}));
        assert_eq!(write(b"\x9f\x91\x8d"), json!({"hex": "9f918d"}));
    }

    #[test]
    fn json_that_is_written_in_another_way_stays_text() {
        for text in [
            "data: {\"a\": 1}\n\n",
            "data: 1e999\n\n",
            "data: {\"a\":1.10}\n\n",
            "data:{}\n\n",
        ] {
            assert_eq!(write(text.as_bytes()), json!(text));
        }
    }

    #[test]
    fn what_is_no_piece_is_refused() {
        for piece in [
            json!(1),
            json!({}),
            json!({"hex": "c"}),
            json!({"hex": "zz"}),
            json!({"data": null}),
        ] {
            assert!(read(&piece).is_err(), "{piece}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(read(&write(&bytes)), Ok(bytes));
        }

        #[test]
        fn any_stream_of_events_comes_back(
            parts in prop::collection::vec(
                prop::sample::select(vec!["data: ", "{\"a\":1}", "[]", "\n", "\n\n", "é", "{\"x\":\"👍\"}", ": c"]), 0..12
            ),
            cut in 0..40usize,
        ) {
            let bytes = parts.concat().into_bytes();
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(read(&write(head)), Ok(head.to_vec()));
            prop_assert_eq!(read(&write(tail)), Ok(tail.to_vec()));
        }
    }
}
