//! Whether a column's values are periods: years, quarters, months or days.

use serde_json::Value;

/// Years that a number can be taken for.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2100;

/// Whether the values are different periods in their order, from the first to the last or back.
pub(super) fn in_order<'a>(values: impl Iterator<Item = &'a Value>) -> bool {
    let Some(periods) = values.map(period).collect::<Option<Vec<String>>>() else {
        return false;
    };
    let rising = periods.windows(2).all(|pair| pair[0] < pair[1]);
    let falling = periods.windows(2).all(|pair| pair[0] > pair[1]);
    periods.len() > 1 && (rising || falling)
}

/// The period as a text that sorts by time: `2024`, `2024-Q1`, `2024-03`, or what begins with a day.
fn period(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let year = number.as_i64().filter(|year| YEARS.contains(year))?;
            Some(year.to_string())
        }
        Value::String(text) => is_period(text).then(|| text.clone()),
        _ => None,
    }
}

fn is_period(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let is_year =
        |part: &str| part.len() == 4 && part.parse().is_ok_and(|year: i64| YEARS.contains(&year));
    let up_to = |part: &str, most: u8| {
        part.len() == 2
            && part
                .parse()
                .is_ok_and(|number: u8| (1..=most).contains(&number))
    };
    if !parts.next().is_some_and(is_year) {
        return false;
    }
    match (parts.next(), parts.next()) {
        (None, _) => true,
        (Some(month), None) => {
            let quarter = month.strip_prefix('Q');
            up_to(month, 12)
                || quarter.is_some_and(|quarter| matches!(quarter, "1" | "2" | "3" | "4"))
        }
        // A day, or a moment: the time follows after `T` or a blank.
        (Some(month), Some(day)) => {
            let (day, time) = day.split_at_checked(2).unwrap_or((day, ""));
            up_to(month, 12) && up_to(day, 31) && (time.is_empty() || time.starts_with(['T', ' ']))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn periods_are_told_from_names_and_numbers() {
        for text in [
            "2024",
            "2024-01",
            "2024-Q4",
            "2024-02-29",
            "2024-01-01T00:00:00Z",
            "2024-01-01 00:00:00",
        ] {
            assert!(is_period(text), "{text}");
        }
        for text in [
            "",
            "24",
            "3201",
            "2024-13",
            "2024-Q5",
            "2024-1",
            "2024-01-32",
            "2024-01-01x",
            "Jan 2024",
        ] {
            assert!(!is_period(text), "{text}");
        }
    }

    #[test]
    fn periods_out_of_order_are_a_ranking() {
        let ordered = |values: &[Value]| in_order(values.iter());
        assert!(ordered(&[
            json!("2024-01"),
            json!("2024-02"),
            json!("2024-04")
        ]));
        assert!(ordered(&[json!(2025), json!(2024)]));
        assert!(!ordered(&[
            json!("2024-02"),
            json!("2024-01"),
            json!("2024-03")
        ]));
        assert!(
            !ordered(&[json!("2024-01"), json!("2024-01")]),
            "a period twice"
        );
        assert!(!ordered(&[json!("2024-01"), json!(null)]));
        assert!(!ordered(&[json!("2024-01")]), "one point is no line");
        assert!(!ordered(&[json!(5), json!(6)]));
    }
}
