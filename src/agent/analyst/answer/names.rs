//! An answer that lists names: how many there are, and which.

use serde_json::{Map, Value, json};

use super::super::language::{Language, capitalised};
use super::super::outputs::RowsOutput;
use super::super::plan::Plan;
use super::figures::figure;
use super::rows::{MOST_ROWS, cut_off, notes, text};
use super::sentences::scoped;
use crate::agent::catalogue::metadata::Format;

/// The answer: a sentence where there is none, else their number and a line for each.
pub(super) fn names(plan: &Plan, result: &RowsOutput, language: Language) -> String {
    let what = scoped(plan);
    if result.rows.is_empty() {
        return match language {
            Language::Indonesian => format!("Tidak ada {what}."),
            Language::English => format!("There are no {what}."),
        };
    }
    let all = figure(&json!(result.rows.len()), &Format::default(), language);
    let more = match result.truncated {
        true => language.pick("lebih dari ", "more than "),
        false => "",
    };
    let lines: Vec<String> = result
        .rows
        .iter()
        .take(MOST_ROWS)
        .map(|row| format!("- {}", name(result, row, language)))
        .collect();
    let mut parts = vec![
        format!("{}: {more}{all}.", capitalised(&what)),
        lines.join("\n"),
    ];
    parts.extend(cut_off(result.rows.len(), result, language));
    parts.extend(notes(plan, &[], language));
    parts.join("\n\n")
}

fn name(result: &RowsOutput, row: &Map<String, Value>, language: Language) -> String {
    let cell = result.columns.first().and_then(|column| row.get(column));
    text(cell.unwrap_or(&Value::Null), language)
}
