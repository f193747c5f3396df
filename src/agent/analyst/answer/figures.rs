//! Figures as people of each language write them: `Rp 1.234.567,89`, `12,34 %`, `1,234.5`.

use serde_json::Value;

use super::super::language::Language;
use crate::agent::catalogue::metadata::{Format, Style};

/// A figure of a result in words and digits; a missing one as `tidak ada data`.
pub(super) fn figure(value: &Value, format: &Format, language: Language) -> String {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return language.pick("tidak ada data", "no data").to_owned(),
    };
    let places = match format.style {
        Style::Count => None,
        Style::Decimal | Style::Percent | Style::Currency => Some(2),
    };
    let Some(digits) = decimal(&text, places) else {
        return text;
    };
    let mut written = group(&digits, language);
    if let Some(prefix) = &format.prefix {
        written = match written.strip_prefix('-') {
            Some(rest) => format!("-{prefix} {rest}"),
            None => format!("{prefix} {written}"),
        };
    }
    if format.style == Style::Percent {
        written.push_str(" %");
    }
    if let Some(suffix) = &format.suffix {
        written.push(' ');
        written.push_str(language.label(suffix));
    }
    written
}

/// A decimal number with at most so many places, rounded half up. Works on the digits, so that nothing is lost to binary
/// fractions. `None` when the text is no plain number.
fn decimal(text: &str, places: Option<usize>) -> Option<String> {
    let plain = match text.parse::<f64>() {
        Ok(number) if text.contains(['e', 'E']) && number.is_finite() => format!("{number}"),
        _ => text.to_owned(),
    };
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let Some(places) = places.filter(|_| !fraction.is_empty()) else {
        return Some(plain);
    };
    let kept: String = fraction
        .chars()
        .chain("0".repeat(places).chars())
        .take(places)
        .collect();
    let up = fraction.as_bytes().get(places).is_some_and(|b| *b >= b'5');
    let mut number: Vec<u8> = format!("{whole}{kept}").into_bytes();
    if up {
        let mut at = number.len();
        loop {
            if at == 0 {
                number.insert(0, b'1');
                break;
            }
            at -= 1;
            if number[at] == b'9' {
                number[at] = b'0';
            } else {
                number[at] += 1;
                break;
            }
        }
    }
    let number = String::from_utf8(number).ok()?;
    let (whole, fraction) = number.split_at(number.len() - places);
    let zero = number.bytes().all(|b| b == b'0');
    Some(format!(
        "{}{whole}.{fraction}",
        if zero { "" } else { sign }
    ))
}

/// Thousands apart, and the decimal sign of the language.
fn group(number: &str, language: Language) -> String {
    let (thousands, point) = match language {
        Language::Indonesian => ('.', ','),
        Language::English => (',', '.'),
    };
    let (sign, digits) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut written = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            written.push(thousands);
        }
        written.push(digit);
    }
    if !fraction.is_empty() {
        written.push(point);
        written.push_str(fraction);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(style: Style, prefix: Option<&str>) -> Format {
        Format {
            style,
            prefix: prefix.map(str::to_owned),
            suffix: None,
        }
    }

    #[test]
    fn writes_figures_as_each_language_does() {
        let rupiah = of(Style::Currency, Some("Rp"));
        let (id, en) = (Language::Indonesian, Language::English);
        assert_eq!(figure(&json!(1234567.89), &rupiah, id), "Rp 1.234.567,89");
        assert_eq!(
            figure(&json!("1234567.895"), &rupiah, en),
            "Rp 1,234,567.90"
        );
        assert_eq!(figure(&json!(-15000), &rupiah, id), "-Rp 15.000");
        assert_eq!(
            figure(&json!(44.7667), &of(Style::Percent, None), id),
            "44,77 %"
        );
        assert_eq!(figure(&json!(100), &of(Style::Percent, None), id), "100 %");
        assert_eq!(figure(&json!(30000), &of(Style::Count, None), id), "30.000");
        assert_eq!(figure(&json!(null), &rupiah, id), "tidak ada data");
        assert_eq!(figure(&json!("NaN"), &rupiah, id), "NaN");
    }

    #[test]
    fn rounds_half_up_on_the_digits() {
        for (text, expected) in [
            ("0.005", "0.01"),
            ("0.0049999999999999999999", "0.00"),
            ("-0.001", "0.00"),
            ("9.999", "10.00"),
            ("99.995", "100.00"),
            ("1.005", "1.01"),
            ("7", "7"),
            ("1.5", "1.50"),
        ] {
            assert_eq!(decimal(text, Some(2)).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(decimal("1e3", Some(2)).as_deref(), Some("1000"));
        assert_eq!(decimal("abc", Some(2)), None);
    }
}
