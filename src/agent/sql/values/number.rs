//! Numbers: JSON numbers when that loses nothing, text otherwise.

use serde_json::{Number, Value};

use super::ValueError;

/// A decimal in plain notation as JSON: a number when reading it back gives the same decimal, text otherwise.
pub(super) fn exact(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return Value::from(whole);
    }
    if let Ok(float) = text.parse::<f64>()
        && float.is_finite()
        && same_decimal(&format!("{float}"), text)
        && let Some(number) = Number::from_f64(float)
    {
        return Value::Number(number);
    }
    Value::from(text)
}

/// A double as JSON; JSON has no word for the values that are no numbers, so they are text.
pub(super) fn float(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None if value.is_nan() => Value::from("NaN"),
        None if value > 0.0 => Value::from("Infinity"),
        None => Value::from("-Infinity"),
    }
}

/// A single as JSON, with the digits that Postgres prints (0.1, not 0.10000000149011612).
pub(super) fn single(value: f32) -> Value {
    match value.to_string().parse::<f64>() {
        Ok(same_digits) if value.is_finite() => float(same_digits),
        _ => float(f64::from(value)),
    }
}

/// Whether two decimals in plain notation are the same number. Zeros that say nothing are ignored.
fn same_decimal(a: &str, b: &str) -> bool {
    fn plain(text: &str) -> (bool, &str, &str) {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        (
            negative && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        )
    }
    plain(a) == plain(b)
}

/// Postgres's binary `numeric`: four 16-bit words, then digits to the base 10,000.
pub(super) fn numeric(raw: &[u8]) -> Result<Value, ValueError> {
    Ok(match numeric_text(raw).ok_or(ValueError::Malformed)? {
        Decimal::Number(text) => exact(&text),
        Decimal::Special(name) => Value::from(name),
    })
}

enum Decimal {
    Number(String),
    Special(&'static str),
}

fn numeric_text(raw: &[u8]) -> Option<Decimal> {
    let word = |index: usize| -> Option<u16> {
        let bytes = raw.get(index * 2..index * 2 + 2)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    };
    let count = usize::from(word(0)?);
    let weight = i32::from(word(1)? as i16);
    let scale = usize::from(word(3)?);
    let negative = match word(2)? {
        0x0000 => false,
        0x4000 => true,
        0xC000 => return Some(Decimal::Special("NaN")),
        0xD000 => return Some(Decimal::Special("Infinity")),
        0xF000 => return Some(Decimal::Special("-Infinity")),
        _ => return None,
    };
    if raw.len() != 8 + 2 * count {
        return None;
    }
    // The group with this place value (10,000 to the power of `place`); the ones that are not sent are zero.
    let group = |place: i32| -> Option<u16> {
        match usize::try_from(weight - place) {
            Ok(index) if index < count => word(4 + index).filter(|digit| *digit < 10_000),
            _ => Some(0),
        }
    };
    let mut text = String::new();
    if negative {
        text.push('-');
    }
    if weight < 0 {
        text.push('0');
    } else {
        for place in (0..=weight).rev() {
            let digits = group(place)?;
            if place == weight {
                text.push_str(&digits.to_string());
            } else {
                text.push_str(&format!("{digits:04}"));
            }
        }
    }
    if scale > 0 {
        text.push('.');
        let mut fraction = String::new();
        let mut place = -1;
        while fraction.len() < scale {
            fraction.push_str(&format!("{:04}", group(place)?));
            place -= 1;
        }
        fraction.truncate(scale);
        text.push_str(&fraction);
    }
    Some(Decimal::Number(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_of_64_bits_are_numbers() {
        assert_eq!(exact("9223372036854775807"), json!(i64::MAX));
        assert_eq!(exact("-9223372036854775808"), json!(i64::MIN));
        assert_eq!(exact("0"), json!(0));
    }

    #[test]
    fn decimals_are_numbers_as_long_as_they_survive() {
        assert_eq!(exact("12.50"), json!(12.5));
        assert_eq!(exact("-0.1"), json!(-0.1));
        assert_eq!(exact("123456789012.25"), json!(123_456_789_012.25));
        assert_eq!(exact("0.00"), json!(0.0));
        assert_eq!(
            exact("3.14159265358979323846"),
            json!("3.14159265358979323846")
        );
        assert_eq!(exact("12345678901234567.89"), json!("12345678901234567.89"));
    }

    #[test]
    fn whole_numbers_beyond_64_bits_survive_or_stay_text() {
        assert_eq!(exact("10000000000000000000"), json!(1e19));
        assert_eq!(exact("9223372036854775809"), json!("9223372036854775809"));
        let huge = "9".repeat(400);
        assert_eq!(exact(&huge), json!(huge));
    }

    #[test]
    fn what_is_no_number_is_text() {
        assert_eq!(float(f64::NAN), json!("NaN"));
        assert_eq!(float(f64::INFINITY), json!("Infinity"));
        assert_eq!(single(f32::NEG_INFINITY), json!("-Infinity"));
        assert_eq!(single(0.1), json!(0.1));
        assert_eq!(single(16_777_216.0), json!(16_777_216.0));
    }

    fn wire(weight: i16, sign: u16, scale: u16, digits: &[u16]) -> Vec<u8> {
        let mut words = vec![digits.len() as u16, weight as u16, sign, scale];
        words.extend(digits);
        words.into_iter().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn numeric_is_read_digit_by_digit() {
        let read = |raw: &[u8]| numeric(raw).expect("a numeric");
        assert_eq!(read(&wire(0, 0, 0, &[])), json!(0));
        assert_eq!(read(&wire(0, 0, 2, &[12, 5000])), json!(12.5));
        assert_eq!(read(&wire(1, 0x4000, 0, &[1, 5])), json!(-10_005));
        assert_eq!(read(&wire(2, 0, 0, &[15])), json!(1_500_000_000));
        assert_eq!(read(&wire(-1, 0, 4, &[12])), json!(0.0012));
        assert_eq!(read(&wire(-2, 0, 8, &[1])), json!(0.000_000_01));
        assert_eq!(
            read(&wire(0, 0, 20, &[0, 3333, 3333, 3333, 3333, 3333])),
            json!("0.33333333333333333333")
        );
        assert_eq!(read(&wire(0, 0xC000, 0, &[])), json!("NaN"));
        assert_eq!(read(&wire(0, 0xD000, 0, &[])), json!("Infinity"));
        assert_eq!(read(&wire(0, 0xF000, 0, &[])), json!("-Infinity"));
    }

    #[test]
    fn a_damaged_numeric_is_an_error() {
        assert!(numeric(&[]).is_err());
        assert!(numeric(&wire(0, 0, 0, &[10_000])).is_err());
        assert!(numeric(&wire(0, 1, 0, &[1])).is_err());
        let mut short = wire(0, 0, 0, &[1, 2]);
        short.pop();
        assert!(numeric(&short).is_err());
    }
}
