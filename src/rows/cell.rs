//! Whether two cells say the same.

use super::Kind;

/// What is lost when a number is rounded for people: half of the last decimal, and a little for binary fractions.
const HALF: f64 = 0.51;
/// From here on two decimals are shown at most (money), below it up to four.
const LARGE: f64 = 10_000.0;
/// How much of a number may be rounded off: 0.00 is not the same as 0.004.
const SHARE: f64 = 0.0051;

/// A cell and what its column holds.
pub(super) type Cell<'a> = (Option<&'a str>, Kind);

/// Whether two cells say the same: texts alike, whole numbers alike, other numbers alike as far as the shorter one is
/// written (at least two decimals, at most four), null only like null. A number may be written as a text, a date as its
/// midnight, and `true` as `t`; the text `07` is not the text `7`. With a tolerance numbers are alike that are not further
/// apart.
pub(super) fn same(a: Cell<'_>, b: Cell<'_>, tolerance: Option<f64>) -> bool {
    let ((Some(x), kind_x), (Some(y), kind_y)) = (a, b) else {
        return a.0.is_none() && b.0.is_none();
    };
    if x == y {
        return true;
    }
    match (kind_x, kind_y) {
        (Kind::Number, Kind::Number | Kind::Text) | (Kind::Text, Kind::Number) => match tolerance {
            Some(tolerance) => within(x, y, tolerance),
            None => same_number(x, y),
        },
        (Kind::Time, Kind::Time | Kind::Text) | (Kind::Text, Kind::Time) => day(x) == day(y),
        (Kind::Truth, Kind::Text) | (Kind::Text, Kind::Truth) => {
            truth(x).is_some() && truth(x) == truth(y)
        }
        _ => false,
    }
}

fn within(x: &str, y: &str, tolerance: f64) -> bool {
    match (number(x), number(y)) {
        (Some((x, _)), Some((y, _))) => (x - y).abs() <= tolerance,
        _ => false,
    }
}

fn same_number(x: &str, y: &str) -> bool {
    if let (Ok(x), Ok(y)) = (x.parse::<i128>(), y.parse::<i128>()) {
        return x == y;
    }
    let (Some((x, decimals_x)), Some((y, decimals_y))) = (number(x), number(y)) else {
        return false;
    };
    let size = x.abs().max(y.abs());
    let most = if size > LARGE { 2 } else { 4 };
    let decimals = decimals_x.min(decimals_y).clamp(2, most);
    let apart = (x - y).abs();
    // Doubles have about fifteen digits, however large they are.
    if apart <= size * 1e-12 || apart <= HALF * 1e-4 {
        return true;
    }
    apart <= HALF * 10_f64.powi(-decimals) && apart <= size * SHARE
}

/// A finite number and how many decimals it is written with. `NaN` and `Infinity` are compared as texts.
fn number(text: &str) -> Option<(f64, i32)> {
    let value = text
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|it| it.is_finite())?;
    let decimals = match text.split_once('.') {
        // An exponent is how doubles are written when they have many digits.
        _ if text.contains(['e', 'E']) => i32::MAX,
        Some((_, fraction)) => i32::try_from(fraction.trim().len()).unwrap_or(i32::MAX),
        None => 0,
    };
    Some((value, decimals))
}

/// A point in time without what says midnight and UTC.
fn day(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_suffix("+00").unwrap_or(text);
    let text = text.strip_suffix('Z').unwrap_or(text);
    text.strip_suffix(" 00:00:00")
        .or_else(|| text.strip_suffix("T00:00:00"))
        .unwrap_or(text)
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "t" | "true" => Some(true),
        "f" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::{Number, Text, Time, Truth};

    #[track_caller]
    fn check(x: &str, kind_x: Kind, y: &str, kind_y: Kind, wanted: bool) {
        assert_eq!(
            same((Some(x), kind_x), (Some(y), kind_y), None),
            wanted,
            "{x} {y}"
        );
        assert_eq!(
            same((Some(y), kind_y), (Some(x), kind_x), None),
            wanted,
            "{y} {x}"
        );
    }

    #[test]
    fn null_is_like_null_only() {
        let same = |a, b| same(a, b, None);
        assert!(same((None, Number), (None, Text)));
        assert!(!same((None, Number), (Some("0"), Number)));
        assert!(!same((Some(""), Text), (None, Text)));
    }

    #[test]
    fn whole_numbers_are_exact_however_large() {
        check("12", Number, "12", Number, true);
        check("12", Number, "13", Number, false);
        check(
            "9007199254740993",
            Number,
            "9007199254740992",
            Number,
            false,
        );
        check("12", Number, "12.00", Number, true);
        check("12", Number, "12.01", Number, false);
    }

    #[test]
    fn other_numbers_are_alike_as_far_as_the_shorter_one_is_written() {
        check("47.33", Number, "47.3312", Number, true);
        check("47.34", Number, "47.3312", Number, false);
        check("47", Number, "47.3312", Number, false);
        check("47.3", Number, "47.3312", Number, false);
        check("0.3333", Number, "0.33333333333333333333", Number, true);
        check("0.33", Number, "0.33333333333333333333", Number, false);
        check("0.00", Number, "0.0031", Number, false);
        check("0.0000", Number, "0.00000001", Number, true);
        check("106137069.01", Number, "106137069.0085171828", Number, true);
        check(
            "106137069.01",
            Number,
            "106137069.0285171828",
            Number,
            false,
        );
        check("1.5e+20", Number, "150000000000000000000", Number, true);
        check("0.1", Number, "0.30000000000000004", Number, false);
        check("0.3", Number, "0.30000000000000004", Number, true);
        check("-1.50", Number, "1.50", Number, false);
    }

    #[test]
    fn what_is_no_number_is_alike_by_its_name() {
        check("NaN", Number, "NaN", Number, true);
        check("NaN", Number, "0", Number, false);
        check("Infinity", Number, "-Infinity", Number, false);
    }

    #[test]
    fn types_may_differ_where_the_meaning_does_not() {
        check("2024", Text, "2024", Number, true);
        check("32", Number, "32.0", Text, true);
        check("07", Text, "7", Text, false);
        check("Bali", Text, "bali", Text, false);
        check("2024-03-01", Time, "2024-03-01 00:00:00+00", Time, true);
        check("2024-03-01", Text, "2024-03-01 00:00:00", Time, true);
        check("2024-03-01", Time, "2024-03-01 07:00:00", Time, false);
        check("t", Truth, "true", Text, true);
        check("t", Truth, "false", Text, false);
        check("1", Number, "t", Truth, false);
    }

    #[test]
    fn a_tolerance_says_how_far_numbers_may_be_apart() {
        let near = |x, y, by| same((Some(x), Number), (Some(y), Number), Some(by));
        assert!(near("47", "47.4", 0.5) && near("47.4", "47", 0.5));
        assert!(!near("47", "47.6", 0.5));
        assert!(!near("47.331", "47.332", 0.0));
        assert!(!near("NaN", "1", 9.0) && near("NaN", "NaN", 0.0));
    }
}
