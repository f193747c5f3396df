//! `json` and `jsonb` cells: nested as they are, unless a number in them would change on the way.

use serde_json::Value;

use super::number;

/// The cell as JSON; the cell's own text when JSON with 64-bit numbers cannot hold it exactly.
pub(super) fn nested(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value) if numbers_survive(text) => value,
        _ => Value::from(text),
    }
}

/// Whether every number of a valid JSON text is read back as the same number.
fn numbers_survive(text: &str) -> bool {
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[start..];
        if rest.starts_with('"') {
            rest = &rest[string_length(rest)..];
            continue;
        }
        let length = rest
            .find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(length);
        // Postgres's `jsonb` prints no exponents; a `json` with one is kept as text rather than judged.
        if !matches!(number::exact(number), Value::Number(_)) {
            return false;
        }
        rest = after;
    }
    true
}

/// The length of the string literal that `text` begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ordinary_json_is_nested() {
        assert_eq!(
            nested(r#"{"a": [1, -2.5, null], "b": "x\"12345678901234567890123"}"#),
            json!({"a": [1, -2.5, null], "b": "x\"12345678901234567890123"})
        );
        assert_eq!(nested("12"), json!(12));
    }

    /// Serde's quick way of reading decimals is one unit off in the last place for such numbers (`float_roundtrip`).
    #[test]
    fn small_and_long_decimals_are_read_to_the_last_digit() {
        for text in [
            "[0.000000000000000000000000000001]",
            "[0.30000000000000004]",
            "[123456789012345680000000000000]",
        ] {
            let value = nested(text);
            let exact: f64 = text[1..text.len() - 1].parse().expect("a number");
            assert_eq!(value[0].as_f64(), Some(exact), "{text}");
        }
    }

    #[test]
    fn json_with_numbers_that_would_change_stays_text() {
        for text in [
            r#"{"id": 12345678901234567890123}"#,
            "[0.1234567890123456789]",
            "1e400",
            "18446744073709551617",
        ] {
            assert_eq!(nested(text), Value::from(text));
        }
    }
}
