//! An answer from the rows of a whole statement, whose shape only the result tells.

use serde_json::Value;

use super::super::language::{Language, capitalised};
use super::super::outputs::RowsOutput;
use super::super::stated::Stated;
use super::figures::figure;
use super::rows::{MOST_ROWS, cut_off};
use super::table::table;

/// The answer: a sentence for one figure, else a table.
pub(in super::super) fn stated(stated: &Stated, result: &RowsOutput, language: Language) -> String {
    let title = capitalised(&stated.title);
    let rows: Vec<Vec<String>> = result
        .rows
        .iter()
        .take(MOST_ROWS)
        .map(|row| {
            let cells = result.columns.iter().enumerate();
            cells
                .map(|(index, name)| {
                    cell(
                        row.get(name),
                        index + 1 == result.columns.len(),
                        stated,
                        language,
                    )
                })
                .collect()
        })
        .collect();
    let said = match (&rows[..], result.columns.len()) {
        ([], _) => language.pick("tidak ada data", "no data").to_owned(),
        ([row], 1) => row.concat(),
        (rows, _) => format!("\n\n{}", table(&head(stated, result), rows)),
    };
    let blank = if said.starts_with('\n') { "" } else { " " };
    let mut parts = vec![format!("{title}:{blank}{said}")];
    parts.extend(cut_off(result.rows.len(), result, language));
    if let Some(note) = &stated.note {
        parts.push(format!("{}: {note}", language.pick("Catatan", "Note")));
    }
    parts.join("\n\n")
}

/// The columns' names: what is known of them, else what the statement calls them.
fn head(stated: &Stated, result: &RowsOutput) -> Vec<String> {
    let last = result.columns.len().saturating_sub(1);
    let named = result.columns.iter().enumerate().map(|(index, column)| {
        let known = match index {
            _ if index == last && stated.groups.len() == last && last > 0 => Some(&stated.title),
            _ if stated.groups.len() == last => stated.groups.get(index),
            _ => None,
        };
        capitalised(&known.map_or_else(|| column.replace('_', " "), Clone::clone))
    });
    named.collect()
}

fn cell(value: Option<&Value>, is_figure: bool, stated: &Stated, language: Language) -> String {
    match value {
        Some(Value::String(text)) if !is_figure => text.clone(),
        Some(Value::Null) | None if !is_figure => {
            language.pick("(tidak diisi)", "(not filled in)").to_owned()
        }
        Some(other) if !is_figure => other.to_string(),
        value => figure(value.unwrap_or(&Value::Null), &stated.format, language),
    }
}
