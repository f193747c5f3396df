//! JSON in one way of writing, and texts without times of day.

use serde_json::Value;

/// The same text for the same value, whatever the order of its keys.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<_> = object.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let members: Vec<_> = keys
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        plain => plain.to_string(),
    }
}

/// A text's JSON, when writing it again gives the text: only then it can be kept as JSON and be given back exactly.
pub(super) fn as_written(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    let written = value.to_string();
    (written == text).then_some(value)
}

/// Puts `<time>` in the place of each date with a time of day, and `<uuid>` in that of each UUID. Dates alone stay: they are
/// what people ask about.
pub(super) fn without_times(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(next) = rest.chars().next() {
        if !after_word && let Some((length, name)) = volatile(rest) {
            clean.push_str(name);
            rest = &rest[length..];
            after_word = true;
            continue;
        }
        after_word = next.is_ascii_alphanumeric();
        clean.push(next);
        rest = &rest[next.len_utf8()..];
    }
    clean
}

/// The length of what changes from run to run at the beginning of a text, and what stands for it.
fn volatile(text: &str) -> Option<(usize, &'static str)> {
    let found = date_time(text)
        .map(|length| (length, "<time>"))
        .or_else(|| uuid(text).map(|length| (length, "<uuid>")))?;
    let more = text[found.0..].starts_with(|c: char| c.is_ascii_alphanumeric());
    (!more).then_some(found)
}

/// Whether the text begins as the pattern says: `0` is a digit, `h` a hexadecimal one, `T` a `T` or a space.
fn begins(text: &str, pattern: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= pattern.len()
        && pattern
            .bytes()
            .zip(bytes)
            .all(|(wanted, byte)| match wanted {
                b'0' => byte.is_ascii_digit(),
                b'h' => byte.is_ascii_hexdigit(),
                b'T' => matches!(byte, b'T' | b't' | b' '),
                other => *byte == other,
            })
}

fn date_time(text: &str) -> Option<usize> {
    const SECONDS: &str = "0000-00-00T00:00:00";
    if !begins(text, SECONDS) {
        return None;
    }
    let mut length = SECONDS.len();
    if text[length..].starts_with('.') {
        let digits = text[length + 1..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        length += if digits > 0 { digits + 1 } else { 0 };
    }
    let zone = &text[length..];
    length += match zone.as_bytes().first() {
        Some(b'Z' | b'z') => 1,
        Some(b'+' | b'-') => ["00:00", "0000", "00"]
            .into_iter()
            .find(|pattern| begins(&zone[1..], pattern))
            .map_or(0, |pattern| pattern.len() + 1),
        _ => 0,
    };
    Some(length)
}

fn uuid(text: &str) -> Option<usize> {
    const UUID: &str = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    begins(text, UUID).then_some(UUID.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_count_and_that_of_items_does() {
        let one: Value =
            serde_json::from_str(r#"{"b":[1,{"y":2,"x":null}],"a\"":"é"}"#).expect("JSON");
        let two: Value =
            serde_json::from_str(r#"{"a\"":"é","b":[1,{"x":null,"y":2}]}"#).expect("JSON");
        assert_eq!(canonical(&one), canonical(&two));
        assert_eq!(canonical(&one), r#"{"a\"":"é","b":[1,{"x":null,"y":2}]}"#);
        assert_ne!(canonical(&json!([1, 2])), canonical(&json!([2, 1])));
    }

    #[test]
    fn times_of_day_are_left_out_and_dates_stay() {
        for (text, clean) in [
            ("now 2024-05-01T10:20:30Z.", "now <time>."),
            ("2024-05-01 10:20:30.123456+07", "<time>"),
            (
                "2024-05-01T10:20:30+07:00 and 2024-05-02T00:00:00",
                "<time> and <time>",
            ),
            ("since 2024-05-01", "since 2024-05-01"),
            ("at 10:20:30", "at 10:20:30"),
            ("id 6f1c9f0e-6d0b-4a3b-9f43-0d9d4f2b8a11", "id <uuid>"),
            ("x2024-05-01T10:20:30Z", "x2024-05-01T10:20:30Z"),
            ("2024-05-01T10:20:305", "2024-05-01T10:20:305"),
            ("é 2024-05-01T10:20:30.", "é <time>."),
        ] {
            assert_eq!(without_times(text), clean);
        }
    }
}
