//! Rows as a text table.

use serde_json::{Map, Value};

/// How many rows and how many characters of a cell are shown.
const ROWS: usize = 20;
const CELL: usize = 40;

/// Columns aligned, numbers to the right; empty when there are no rows.
pub(super) fn table(columns: &[String], rows: &[Map<String, Value>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let shown = &rows[..rows.len().min(ROWS)];
    let cells: Vec<Vec<String>> = shown
        .iter()
        .map(|row| columns.iter().map(|column| cell(row.get(column))).collect())
        .collect();
    let numeric: Vec<bool> = columns
        .iter()
        .map(|column| {
            shown
                .iter()
                .all(|row| matches!(row.get(column), Some(Value::Number(_) | Value::Null)))
        })
        .collect();
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            cells
                .iter()
                .map(|row| width(&row[at]))
                .chain([width(column)])
                .max()
                .unwrap_or(0)
        })
        .collect();
    let line = |values: &[String]| {
        let padded: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let space = " ".repeat(widths[at] - width(value));
                if numeric[at] {
                    format!("{space}{value}")
                } else {
                    format!("{value}{space}")
                }
            })
            .collect();
        format!("  {}", padded.join("  ").trim_end())
    };
    let mut lines = vec![line(columns)];
    lines.push(format!(
        "  {}",
        widths
            .iter()
            .map(|width| "─".repeat(*width))
            .collect::<Vec<_>>()
            .join("  ")
    ));
    lines.extend(cells.iter().map(|row| line(row)));
    if rows.len() > ROWS {
        lines.push(format!("  … {} more rows", rows.len() - ROWS));
    }
    lines.join("\n")
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if width(&clean) <= CELL {
        return clean;
    }
    clean.chars().take(CELL - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn aligns_text_left_and_numbers_right() {
        let rows: Vec<Map<String, Value>> = [
            json!({"p": "Bali", "n": 7}),
            json!({"p": "Jawa Barat", "n": 1234.5}),
        ]
        .into_iter()
        .filter_map(|row| row.as_object().cloned())
        .collect();
        let text = table(&["p".to_owned(), "n".to_owned()], &rows);
        assert_eq!(
            text,
            "  p                n\n  ──────────  ──────\n  Bali             7\n  Jawa Barat  1234.5"
        );
    }

    #[test]
    fn no_rows_are_no_table() {
        assert_eq!(table(&["p".to_owned()], &[]), "");
    }
}
