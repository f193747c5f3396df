//! What a value is expected to be.

use std::fmt;

use regex::Regex;
use serde_json::Value;

use super::figures::{Figure, Writing, figures};

/// What a value is expected to be: an argument of a tool, a cell, an answer.
///
/// Texts, numbers, `true`, `false` and JSON values become "is equal to" by themselves.
#[derive(Debug, Clone)]
pub struct Is(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Equal(Value),
    Containing(String),
    Matching(Regex),
    Near {
        value: f64,
        tolerance: f64,
    },
    Percent {
        value: f64,
        tolerance: f64,
    },
    There,
    /// It can be met by nothing.
    Unreadable(String),
}

impl Is {
    /// Equal to a JSON value. Numbers are equal by what they say: 5 is 5.0.
    pub fn equal(value: impl Into<Value>) -> Self {
        Self(Kind::Equal(value.into()))
    }

    /// A text with this in it, or a list with this text as an item.
    pub fn containing(text: impl Into<String>) -> Self {
        let text = text.into();
        match text.is_empty() {
            true => Self(Kind::Unreadable(
                "every text contains the empty one; write what it must contain".to_owned(),
            )),
            false => Self(Kind::Containing(text)),
        }
    }

    /// A text in which a [regular expression](https://docs.rs/regex) is found somewhere; `^` and `$` bind it to the ends.
    pub fn matching(expression: &str) -> Self {
        Self(match Regex::new(expression) {
            Ok(expression) => Kind::Matching(expression),
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default();
                Kind::Unreadable(format!("`{expression}` is no regular expression: {why}"))
            }
        })
    }

    /// A number no further than a tolerance from this one, or a text with such a number in it.
    ///
    /// In texts `1.234,56` and `1,234.56` are read as what they are; where a text leaves it open (`1.234`), its other numbers
    /// decide, and if they say nothing both readings count. `12 ribu`, `3,5 juta`, `2 miliar`, `1 triliun` and their English
    /// counterparts are multiplied; a percentage counts as it is written, `44,77 %` as 44.77.
    pub fn near(value: f64, tolerance: f64) -> Self {
        Self(match unusable(value, tolerance) {
            Some(why) => Kind::Unreadable(why),
            None => Kind::Near { value, tolerance },
        })
    }

    /// As [`near`](Self::near), in a text with a percent sign, or `persen`, after it.
    pub fn percent(value: f64, tolerance: f64) -> Self {
        Self(match unusable(value, tolerance) {
            Some(why) => Kind::Unreadable(why),
            None => Kind::Percent { value, tolerance },
        })
    }

    /// Anything but null: it is only to be there.
    pub fn there() -> Self {
        Self(Kind::There)
    }

    /// Why nothing can meet it.
    pub(super) fn unreadable(&self) -> Option<&str> {
        match &self.0 {
            Kind::Unreadable(why) => Some(why),
            _ => None,
        }
    }

    /// Whether it looks at the numbers in a text.
    pub(super) fn is_about_figures(&self) -> bool {
        matches!(self.0, Kind::Near { .. } | Kind::Percent { .. })
    }

    /// Whether a value is as expected.
    pub(super) fn met_by(&self, value: &Value) -> bool {
        let writing = value.as_str().map_or(Writing::Unknown, Writing::of);
        self.met_in(value, writing)
    }

    /// As [`met_by`](Self::met_by), for a text out of one whose numbers are written in a known way.
    pub(super) fn met_in(&self, value: &Value, writing: Writing) -> bool {
        match &self.0 {
            Kind::Equal(wanted) => equal(wanted, value),
            Kind::Containing(wanted) => match value {
                Value::String(text) => text.contains(wanted),
                Value::Array(items) => items.iter().any(|item| item == wanted),
                _ => false,
            },
            Kind::Matching(expression) => {
                value.as_str().is_some_and(|text| expression.is_match(text))
            }
            Kind::Near {
                value: wanted,
                tolerance,
            } => match value {
                Value::Number(number) => number
                    .as_f64()
                    .is_some_and(|seen| apart_at_most(seen, *wanted, *tolerance)),
                Value::String(text) => figures(text, writing)
                    .iter()
                    .any(|figure| says(figure, *wanted, *tolerance)),
                _ => false,
            },
            Kind::Percent {
                value: wanted,
                tolerance,
            } => value.as_str().is_some_and(|text| {
                figures(text, writing)
                    .iter()
                    .any(|figure| figure.percent && says(figure, *wanted, *tolerance))
            }),
            Kind::There => !value.is_null(),
            Kind::Unreadable(_) => false,
        }
    }
}

fn unusable(value: f64, tolerance: f64) -> Option<String> {
    if !value.is_finite() {
        return Some(format!("nothing is near {value}; write a number"));
    }
    let usable = tolerance.is_finite() && tolerance >= 0.0;
    (!usable).then(|| format!("{tolerance} is no tolerance; write a number from 0"))
}

fn says(figure: &Figure, wanted: f64, tolerance: f64) -> bool {
    figure
        .readings
        .iter()
        .any(|seen| apart_at_most(*seen, wanted, tolerance))
}

/// With what binary fractions lose: 1.1 is 0.1 from 1.
fn apart_at_most(seen: f64, wanted: f64, tolerance: f64) -> bool {
    let lost = 4.0 * f64::EPSILON * seen.abs().max(wanted.abs());
    (seen - wanted).abs() <= tolerance + lost
}

fn equal(wanted: &Value, seen: &Value) -> bool {
    match (wanted, seen) {
        (Value::Number(wanted), Value::Number(seen)) => {
            wanted == seen
                || ((wanted.is_f64() || seen.is_f64()) && wanted.as_f64() == seen.as_f64())
        }
        (Value::Array(wanted), Value::Array(seen)) => {
            wanted.len() == seen.len() && wanted.iter().zip(seen).all(|(a, b)| equal(a, b))
        }
        (Value::Object(wanted), Value::Object(seen)) => {
            wanted.len() == seen.len()
                && wanted
                    .iter()
                    .all(|(key, a)| seen.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => wanted == seen,
    }
}

/// A figure as people write it: with decimals where it has some.
struct Plain(f64);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        match size != 0.0 && !(1e-6..1e15).contains(&size) {
            true => write!(f, "{:e}", self.0),
            false => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Display for Is {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let near =
            |f: &mut fmt::Formatter<'_>, value: f64, tolerance: f64, unit: &str| match tolerance
                == 0.0
            {
                true => write!(f, "{}{unit}", Plain(value)),
                false => write!(f, "{}{unit} ± {}", Plain(value), Plain(tolerance)),
            };
        match &self.0 {
            Kind::Equal(value) => write!(f, "{value}"),
            Kind::Containing(text) => write!(f, "contains {}", Value::from(text.as_str())),
            Kind::Matching(expression) => write!(f, "matches /{expression}/"),
            Kind::Near { value, tolerance } => near(f, *value, *tolerance, ""),
            Kind::Percent { value, tolerance } => near(f, *value, *tolerance, " %"),
            Kind::There => write!(f, "something"),
            Kind::Unreadable(_) => write!(f, "nothing"),
        }
    }
}

impl From<f64> for Is {
    fn from(value: f64) -> Self {
        match value.is_finite() {
            true => Self::equal(value),
            false => Self(Kind::Unreadable(format!(
                "nothing is equal to {value}; JSON has no such number"
            ))),
        }
    }
}

macro_rules! is_equal {
    ($($of:ty),+) => {
        $(impl From<$of> for Is {
            fn from(value: $of) -> Self {
                Self::equal(value)
            }
        })+
    };
}

is_equal!(&str, String, bool, i32, i64, u32, u64, usize, Value);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(is: impl Into<Is>, value: Value, wanted: bool) {
        let is = is.into();
        assert_eq!(is.met_by(&value), wanted, "{is}: {value}");
    }

    #[test]
    fn equal_values_are_equal_by_what_they_say() {
        check(5, json!(5), true);
        check(5, json!(5.0), true);
        check(5, json!("5"), false);
        check(0.1, json!(0.1), true);
        check("Bali", json!("Bali"), true);
        check("Bali", json!("bali"), false);
        check(json!({"a": [1, 2]}), json!({"a": [1.0, 2]}), true);
        check(json!({"a": [1, 2]}), json!({"a": [2, 1]}), false);
        check(json!({"a": 1}), json!({"a": 1, "b": 2}), false);
        check(u64::MAX, json!(u64::MAX - 1), false);
    }

    #[test]
    fn texts_are_searched() {
        check(Is::containing("al"), json!("Bali"), true);
        check(Is::containing("AL"), json!("Bali"), false);
        check(Is::containing("Bali"), json!(["Aceh", "Bali"]), true);
        check(Is::containing("1"), json!(1), false);
        check(Is::matching("(?i)^bali$"), json!("Bali"), true);
        check(Is::matching("^ali"), json!("Bali"), false);
        check(Is::there(), json!(null), false);
        check(Is::there(), json!(false), true);
    }

    #[test]
    fn numbers_are_near_in_values_and_in_texts() {
        check(Is::near(1.0, 0.1), json!(1.1), true);
        check(Is::near(1.0, 0.1), json!(1.11), false);
        check(Is::near(1_234_567.89, 0.0), json!("Rp 1.234.567,89"), true);
        check(Is::near(1_234_567.89, 0.0), json!("1,234,567.89"), true);
        check(Is::near(1_234_567.89, 0.0), json!("1.234.567,98"), false);
        check(Is::near(3_500_000.0, 0.0), json!("3,5 juta"), true);
        check(Is::near(3.5, 0.0), json!("3,5 juta"), false);
        check(Is::near(44.77, 0.0), json!("44,77 %"), true);
        check(Is::percent(44.77, 0.0), json!("44,77 %"), true);
        check(Is::percent(44.77, 0.0), json!("44,77"), false);
        check(Is::near(1.0, 9.0), json!("NaN"), false);
        check(Is::near(1.0, 9.0), json!(null), false);
    }

    #[test]
    fn what_nothing_can_meet_says_so() {
        for (is, why) in [
            (Is::near(f64::NAN, 1.0), "nothing is near NaN"),
            (Is::near(1.0, f64::NAN), "NaN is no tolerance"),
            (Is::near(1.0, -1.0), "-1 is no tolerance"),
            (Is::percent(f64::INFINITY, 0.0), "nothing is near inf"),
            (Is::from(f64::NAN), "nothing is equal to NaN"),
            (
                Is::matching("("),
                "`(` is no regular expression: error: unclosed group",
            ),
            (Is::containing(""), "every text contains the empty one"),
        ] {
            let said = is.unreadable().unwrap_or_default();
            assert!(said.starts_with(why), "{said}");
            assert!(!is.met_by(&json!(1)) && !is.met_by(&json!("1")));
        }
    }

    #[test]
    fn it_says_what_it_wants() {
        for (is, said) in [
            (Is::from("a\n"), r#""a\n""#),
            (Is::containing("a"), r#"contains "a""#),
            (Is::matching("^a"), "matches /^a/"),
            (Is::near(106_137_069.01, 0.5), "106137069.01 ± 0.5"),
            (Is::near(1e300, 0.0), "1e300"),
            (Is::percent(44.77, 0.01), "44.77 % ± 0.01"),
        ] {
            assert_eq!(is.to_string(), said);
        }
    }
}
