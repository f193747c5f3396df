//! An answer from the rows of a result: a sentence, a table where there are several rows, and what must be said beside.

use serde_json::{Map, Value};

use super::super::intent::{Direction, Extent};
use super::super::language::{Conjunction, Language, capitalised};
use super::super::outputs::RowsOutput;
use super::super::plan::Plan;
use super::figures::figure;
use super::names::names;
use super::sentences::{equally_good, lead, nothing_found, one_figure, the_best};
use super::table::table;

/// Most rows that an answer lists; the rest is counted.
pub(super) const MOST_ROWS: usize = 100;

/// A row as it is written.
pub(super) struct Row {
    /// The names of its groups.
    pub groups: Vec<String>,
    /// Its figure.
    pub figure: String,
    /// Whether it has no figure.
    pub empty: bool,
}

/// The answer to a question that was understood as `plan` and gave `result`.
pub(in super::super) fn answer(plan: &Plan, result: &RowsOutput, language: Language) -> String {
    if plan.names_only {
        return names(plan, result, language);
    }
    let mut rows: Vec<Row> = result
        .rows
        .iter()
        .map(|row| read(plan, result, row, language))
        .collect();
    if rows.iter().all(|row| row.empty) {
        return nothing_found(plan, language);
    }
    let best = plan.order.is_some_and(|order| order.extent == Extent::Best);
    let mut parts = Vec::new();
    match &mut rows[..] {
        [row] if plan.groups.is_empty() => parts.push(one_figure(plan, row, language)),
        [row] if best => parts.push(the_best(plan, row, language)),
        rows if best => {
            rows.sort_by(|a, b| a.groups.cmp(&b.groups));
            parts.push(equally_good(plan, rows, language));
        }
        rows => {
            parts.push(lead(plan, rows.len(), language));
            parts.push(listed(plan, rows));
        }
    }
    parts.extend(cut_off(rows.len(), result, language));
    parts.extend(missing(plan, &rows, language));
    parts.extend(notes(plan, &rows, language));
    parts.join("\n\n")
}

fn read(plan: &Plan, result: &RowsOutput, row: &Map<String, Value>, language: Language) -> Row {
    let cell = |index: usize| {
        result
            .columns
            .get(index)
            .and_then(|name| row.get(name))
            .unwrap_or(&Value::Null)
    };
    let groups = (0..plan.groups.len())
        .map(|index| text(cell(index), language))
        .collect();
    let value = cell(plan.groups.len());
    Row {
        groups,
        figure: figure(value, &plan.format, language),
        empty: value.is_null(),
    }
}

/// A cell that names something.
pub(super) fn text(cell: &Value, language: Language) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Null => language.pick("(tidak diisi)", "(not filled in)").to_owned(),
        other => other.to_string(),
    }
}

fn listed(plan: &Plan, rows: &[Row]) -> String {
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
            let number = ranked.then(|| (index + 1).to_string());
            number
                .into_iter()
                .chain(row.groups.iter().cloned())
                .chain([row.figure.clone()])
                .collect()
        })
        .collect();
    table(&head, &cells)
}

/// Says that rows are left out: those beyond what an answer lists, or beyond what the query returned.
pub(super) fn cut_off(all: usize, result: &RowsOutput, language: Language) -> Option<String> {
    let shown = all.min(MOST_ROWS);
    match (result.truncated, all > MOST_ROWS, language) {
        (false, false, _) => None,
        (true, _, Language::Indonesian) => Some(format!(
            "Hanya {shown} baris pertama yang ditampilkan; hasilnya lebih panjang."
        )),
        (true, _, Language::English) => Some(format!(
            "Only the first {shown} rows are shown; the result is longer."
        )),
        (false, true, Language::Indonesian) => {
            Some(format!("Ditampilkan {shown} dari {all} baris."))
        }
        (false, true, Language::English) => Some(format!("{shown} of {all} rows are shown.")),
    }
}

/// Says which of the values that the question names have no row.
fn missing(plan: &Plan, rows: &[Row], language: Language) -> Option<String> {
    let without: Vec<&String> = plan
        .compared
        .iter()
        .filter(|value| !rows.iter().any(|row| row.groups.contains(value)))
        .collect();
    let names = language.list(&without, Conjunction::And);
    match (without.is_empty(), language) {
        (true, _) => None,
        (false, Language::Indonesian) => Some(format!("Tidak ada data untuk {names}.")),
        (false, Language::English) => Some(format!("There is no data for {names}.")),
    }
}

/// What a reader must know: the catalogue's notes, and how equals were put in order.
pub(super) fn notes(plan: &Plan, rows: &[Row], language: Language) -> Option<String> {
    let mut notes: Vec<&str> = plan.notes.iter().map(|note| language.label(note)).collect();
    let first = plan
        .order
        .is_some_and(|order| matches!(order.extent, Extent::First(_)));
    let equals = rows.windows(2).any(|pair| pair[0].figure == pair[1].figure);
    if first && equals {
        notes.push(language.pick(
            "Nilai yang sama diurutkan menurut nama; di luar daftar ini mungkin ada yang nilainya sama dengan yang terakhir.",
            "Equal figures are listed by name; others beyond this list may be equal to the last one.",
        ));
    }
    let least = plan
        .order
        .is_some_and(|order| order.direction == Direction::Ascending);
    if least && plan.counts_present_only {
        notes.push(language.pick(
            "Yang tidak memiliki data sama sekali tidak ikut dibandingkan.",
            "Those without any data are not compared.",
        ));
    }
    if notes.is_empty() {
        return None;
    }
    Some(format!(
        "{}: {}",
        language.pick("Catatan", "Note"),
        notes.join(" ")
    ))
}
