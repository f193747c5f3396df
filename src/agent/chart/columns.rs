//! What a result's columns are, by what they hold.

use serde_json::Value;

use crate::agent::sql::ResultSet;

/// A column of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers.
    Figure,
    /// Anything else.
    Label,
}

/// The columns with their kinds.
pub(super) fn kinds(result: &ResultSet) -> Vec<(&str, Kind)> {
    let columns = result.columns.iter();
    columns
        .map(|name| (name.as_str(), kind(result, name)))
        .collect()
}

/// A column of figures holds nothing but numbers and nulls, and at least one number. Numbers with more digits than a double
/// has come as texts; a column of nothing but such texts may as well be of codes.
fn kind(result: &ResultSet, name: &str) -> Kind {
    let mut numbers = 0;
    for value in values(result, name) {
        match value {
            Value::Null => {}
            Value::Number(_) => numbers += 1,
            Value::String(text) if decimal(text).is_some() => {}
            _ => return Kind::Label,
        }
    }
    if numbers > 0 {
        Kind::Figure
    } else {
        Kind::Label
    }
}

/// The cells of a column.
pub(super) fn values<'a>(
    result: &'a ResultSet,
    name: &'a str,
) -> impl Iterator<Item = &'a Value> + use<'a> {
    result.rows.iter().filter_map(move |row| row.get(name))
}

/// The number that a text in plain decimal notation is.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let plain = !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    plain.then(|| text.parse().ok())?
}

/// The number in a cell.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => decimal(text),
        other => other.as_f64(),
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A result from its columns' names and rows of cells.
    pub(in crate::agent::chart) fn result(columns: &[&str], rows: &[&[Value]]) -> ResultSet {
        let row = |cells: &&[Value]| {
            let names = columns.iter().map(|name| (*name).to_owned());
            names.zip(cells.iter().cloned()).collect()
        };
        ResultSet {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows.iter().map(row).collect(),
            row_count: rows.len(),
            truncated: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::result;
    use super::*;
    use serde_json::json;

    #[test]
    fn figures_are_numbers_and_codes_are_not() {
        let of = |cells: &[Value]| {
            let rows: Vec<&[Value]> = cells.iter().map(std::slice::from_ref).collect();
            kinds(&result(&["c"], &rows))[0].1
        };
        assert_eq!(of(&[json!(1), json!(null), json!(2.5)]), Kind::Figure);
        assert_eq!(
            of(&[json!(1), json!("12345678901234567890.5")]),
            Kind::Figure
        );
        assert_eq!(
            of(&[json!("11"), json!("12")]),
            Kind::Label,
            "codes are texts"
        );
        assert_eq!(of(&[json!(1), json!("NaN")]), Kind::Label);
        assert_eq!(of(&[json!(1), json!(true)]), Kind::Label);
        assert_eq!(of(&[json!(null)]), Kind::Label);
        assert_eq!(of(&[]), Kind::Label);
    }
}
