//! Whether two texts are the same JSON value: whatever the order of keys, and to the last digit of each number.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Compares two texts of valid JSON. Numbers are compared as decimals: as numbers of the machine, long ones that differ would be
/// the same.
pub(super) fn same_json(one: &[u8], other: &[u8]) -> bool {
    one == other
        || match (std::str::from_utf8(one), std::str::from_utf8(other)) {
            (Ok(one), Ok(other)) => same(one, other),
            _ => false,
        }
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let begins = |text: &str| text.trim_ascii_start().bytes().next();
    match (begins(one), begins(other)) {
        (Some(b'{'), Some(b'{')) => both(one, other, same_objects),
        (Some(b'['), Some(b'[')) => both(one, other, |one: Vec<&RawValue>, other: Vec<_>| {
            let mut pairs = one.iter().zip(&other);
            one.len() == other.len() && pairs.all(|(one, other)| same(one.get(), other.get()))
        }),
        (Some(b'"'), Some(b'"')) => both(one, other, |one: Text<'_>, other| one == other),
        (Some(b'-' | b'0'..=b'9'), Some(b'-' | b'0'..=b'9')) => {
            let number = |text| Decimal::of(text);
            number(one).is_some_and(|value| Some(value) == number(other))
        }
        // `true`, `false` and `null` have one text each, but for the space around it.
        _ => one.trim_ascii() == other.trim_ascii(),
    }
}

fn both<'a, T: Deserialize<'a>>(
    one: &'a str,
    other: &'a str,
    same: impl FnOnce(T, T) -> bool,
) -> bool {
    match (serde_json::from_str(one), serde_json::from_str(other)) {
        (Ok(one), Ok(other)) => same(one, other),
        _ => false,
    }
}

fn same_objects<'a>(
    one: HashMap<Text<'a>, &'a RawValue>,
    other: HashMap<Text<'a>, &'a RawValue>,
) -> bool {
    one.len() == other.len()
        && one.iter().all(|(key, value)| {
            let found = other.get(key);
            found.is_some_and(|found| same(value.get(), found.get()))
        })
}

/// A number without what may be written otherwise: ±0.digits × 10^exponent, the digits neither beginning nor ending with 0.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i64 = exponent.parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        let digits = all.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Self {
                negative,
                digits: String::new(),
                exponent: 0,
            });
        }
        let leading = i64::try_from(all.len() - digits.len()).ok()?;
        let whole = i64::try_from(whole.len()).ok()?;
        Some(Self {
            negative,
            digits: digits.trim_end_matches('0').to_owned(),
            exponent: exponent.checked_add(whole)?.checked_sub(leading)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sameness_is_of_values_not_of_texts() {
        for (one, other) in [
            (r#"{"a":1,"b":[2, null]}"#, r#"{"b": [2,null ], "a": 1}"#),
            (r#"{"a":"é\n"}"#, r#"{"\u0061":"\u00e9\u000a"}"#),
            ("[1.50, 100, 0.01, -0.0]", "[1.5, 1e2, 1E-2, -0]"),
            (r#"{"a":{}}"#, r#"{ "a" : { } }"#),
        ] {
            assert!(same_json(one.as_bytes(), other.as_bytes()), "{one} {other}");
        }
    }

    #[test]
    fn what_differs_anywhere_differs() {
        for (one, other) in [
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            (r#"{"a":1}"#, r#"{"a":"1"}"#),
            (r#"{"a":null}"#, r#"{"b":null}"#),
            ("[1,2]", "[2,1]"),
            ("[true]", "[false]"),
            ("[1]", "[-1]"),
            ("[10]", "[1]"),
            // These are the same numbers of the machine.
            ("[12345678901234567890.10]", "[12345678901234567890.11]"),
            ("[0.1]", "[0.1000000000000000000001]"),
        ] {
            assert!(
                !same_json(one.as_bytes(), other.as_bytes()),
                "{one} {other}"
            );
        }
    }
}
