//! An answer that lists names: how many there are, and which.

use serde_json::{Value, json};

use super::super::language::{Language, capitalised};
use super::super::outputs::RowsOutput;
use super::super::plan::Plan;
use super::figures::figure;
use super::rows::{MOST_ROWS, cut_off};
use crate::agent::catalogue::metadata::Format;

/// The answer: a sentence where there is none, else their number and a line for each.
pub(super) fn names(plan: &Plan, result: &RowsOutput, language: Language) -> String {
    let what = [plan.title.as_str(), plan.scope.as_str()].join(" ");
    let what = what.trim();
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
        format!("{}: {more}{all}.", capitalised(what)),
        lines.join("\n"),
    ];
    parts.extend(cut_off(result.rows.len(), result, language));
    let notes: Vec<&str> = plan.notes.iter().map(|note| language.label(note)).collect();
    if !notes.is_empty() {
        parts.push(format!(
            "{}: {}",
            language.pick("Catatan", "Note"),
            notes.join(" ")
        ));
    }
    parts.join("\n\n")
}

fn name(result: &RowsOutput, row: &serde_json::Map<String, Value>, language: Language) -> String {
    let value = result.columns.first().and_then(|column| row.get(column));
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => language.pick("(tidak diisi)", "(not filled in)").to_owned(),
        Some(other) => other.to_string(),
    }
}
