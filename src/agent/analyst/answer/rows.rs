//! An answer from the rows of a result.

use serde_json::Value;

use super::super::intent::Direction;
use super::super::language::{Language, capitalised};
use super::super::outputs::RowsOutput;
use super::super::plan::Plan;
use super::figures::figure;
use super::table::table;

/// Most rows that an answer lists; the rest is counted.
const MOST_ROWS: usize = 100;

/// The answer to a question that was understood as `plan` and gave `rows`.
pub(in super::super) fn answer(plan: &Plan, result: &RowsOutput, language: Language) -> String {
    let mut parts = Vec::new();
    let rows: Vec<Row> = result
        .rows
        .iter()
        .map(|row| Row::new(plan, result, row, language))
        .collect();
    match (&rows[..], plan.groups.is_empty()) {
        ([], _) => return nothing_found(plan, language),
        ([row], true) if row.empty => return nothing_found(plan, language),
        ([row], true) => parts.push(one_figure(plan, row, language)),
        ([row], false) if plan.order.is_some_and(|order| order.limit == Some(1)) => {
            parts.push(the_one(plan, row, language));
        }
        _ => {
            parts.push(lead(plan, rows.len(), language));
            parts.push(listed(plan, &rows, language));
        }
    }
    if rows.len() > MOST_ROWS || result.truncated {
        let shown = rows.len().min(MOST_ROWS);
        parts.push(match (language, result.truncated) {
            (Language::Indonesian, true) => {
                format!("Hanya {shown} baris pertama yang ditampilkan; hasilnya lebih panjang.")
            }
            (Language::English, true) => {
                format!("Only the first {shown} rows are shown; the result is longer.")
            }
            (Language::Indonesian, false) => {
                format!("Ditampilkan {shown} dari {} baris.", rows.len())
            }
            (Language::English, false) => format!("{shown} of {} rows are shown.", rows.len()),
        });
    }
    if !plan.notes.is_empty() {
        let notes: Vec<_> = plan.notes.iter().map(|note| language.label(note)).collect();
        parts.push(format!(
            "{}: {}",
            language.pick("Catatan", "Note"),
            notes.join(" ")
        ));
    }
    parts.join("\n\n")
}

/// A row as it is written.
struct Row {
    groups: Vec<String>,
    figure: String,
    empty: bool,
}

impl Row {
    fn new(
        plan: &Plan,
        result: &RowsOutput,
        row: &serde_json::Map<String, Value>,
        language: Language,
    ) -> Self {
        let cell = |index: usize| {
            result
                .columns
                .get(index)
                .and_then(|name| row.get(name))
                .unwrap_or(&Value::Null)
        };
        let groups = (0..plan.groups.len())
            .map(|index| match cell(index) {
                Value::String(text) => text.clone(),
                Value::Null => language.pick("(tidak diisi)", "(not filled in)").to_owned(),
                other => other.to_string(),
            })
            .collect();
        let value = cell(plan.groups.len());
        Self {
            groups,
            figure: figure(value, &plan.format, language),
            empty: value.is_null(),
        }
    }
}

fn nothing_found(plan: &Plan, language: Language) -> String {
    let what = scoped(plan, language);
    match language {
        Language::Indonesian => format!("Tidak ada data yang ditemukan untuk {what}."),
        Language::English => format!("No data was found for the {what}."),
    }
}

/// The figure with what narrows it.
fn scoped(plan: &Plan, _language: Language) -> String {
    if plan.scope.is_empty() {
        plan.title.clone()
    } else {
        format!("{} {}", plan.title, plan.scope)
    }
}

fn one_figure(plan: &Plan, row: &Row, language: Language) -> String {
    let what = scoped(plan, language);
    match language {
        Language::Indonesian => format!("{} adalah {}.", capitalised(&what), row.figure),
        Language::English => format!("The {what} is {}.", row.figure),
    }
}

fn the_one(plan: &Plan, row: &Row, language: Language) -> String {
    let what = scoped(plan, language);
    let (group, name) = (plan.groups.join(", "), row.groups.join(", "));
    let end = end(plan, language);
    match language {
        Language::Indonesian => format!(
            "{} dengan {what} {end} adalah {name}: {}.",
            capitalised(&group),
            row.figure
        ),
        Language::English => format!(
            "The {group} with the {end} {what} is {name}: {}.",
            row.figure
        ),
    }
}

fn end(plan: &Plan, language: Language) -> &'static str {
    match plan.order.map(|order| order.direction) {
        Some(Direction::Ascending) => language.pick("terendah", "lowest"),
        _ => language.pick("tertinggi", "highest"),
    }
}

fn lead(plan: &Plan, rows: usize, language: Language) -> String {
    let what = scoped(plan, language);
    let groups = super::super::language::Language::list(
        language,
        &plan.groups,
        super::super::language::Conjunction::And,
    );
    let end = end(plan, language);
    let Some(order) = plan.order else {
        return match language {
            Language::Indonesian => format!("{} menurut {groups}:", capitalised(&what)),
            Language::English => format!("{} by {groups}:", capitalised(&what)),
        };
    };
    match (order.limit, language) {
        (Some(limit), Language::Indonesian) if rows < limit as usize => {
            format!("Hanya ada {rows} {groups} dengan data, dari {what} {end}:")
        }
        (Some(limit), Language::English) if rows < limit as usize => {
            format!("Only {rows} have data ({groups}), from the {end} {what}:")
        }
        (Some(_), Language::Indonesian) => format!("{rows} {groups} dengan {what} {end}:"),
        (Some(_), Language::English) => format!("The {rows} with the {end} {what} ({groups}):"),
        (None, Language::Indonesian) => {
            format!("{} menurut {groups}, dari yang {end}:", capitalised(&what))
        }
        (None, Language::English) => format!("{} by {groups}, from the {end}:", capitalised(&what)),
    }
}

fn listed(plan: &Plan, rows: &[Row], language: Language) -> String {
    let ranked = plan.order.is_some();
    let mut head: Vec<String> = Vec::new();
    if ranked {
        head.push("No".to_owned());
    }
    head.extend(plan.groups.iter().map(|group| capitalised(group)));
    head.push(capitalised(&plan.title));
    let cells: Vec<Vec<String>> = rows
        .iter()
        .take(MOST_ROWS)
        .enumerate()
        .map(|(index, row)| {
            let mut cells = Vec::new();
            if ranked {
                cells.push((index + 1).to_string());
            }
            cells.extend(row.groups.iter().cloned());
            cells.push(row.figure.clone());
            cells
        })
        .collect();
    debug_assert!(language == Language::Indonesian || language == Language::English);
    table(&head, &cells)
}
