//! An evaluation for people and programs.

use serde_json::{Map, Value, json};

use crate::contract::counted;
use crate::eval::{Asked, Evaluation, Right, Rows, Tally, Verdict};

/// How many rows of either result are shown, and how many characters of each.
const ROWS: usize = 5;
const WIDTH: usize = 48;

/// Every miss with both statements and both results, then a table of counts.
pub fn eval_text(evaluation: &Evaluation, at_least: f64) -> String {
    let mut parts: Vec<String> = evaluation.misses().map(miss).collect();
    parts.push(summary(evaluation));
    parts.push(verdict(evaluation, at_least));
    parts.join("\n\n")
}

fn miss(asked: &Asked) -> String {
    let question = &asked.question;
    let mut lines = vec![format!(
        "✗ {}  {}  {}  ({}:{})",
        asked.judged.verdict.name(),
        question.id,
        one_line(&question.text),
        question.file,
        question.line
    )];
    let mut say = |label: &str, text: &str| lines.push(format!("    {label:<7} {text}"));
    say("why", &one_line(&asked.judged.reason));
    if let Some(sql) = &asked.judged.statement {
        say("ran", &one_line(sql));
    }
    if let Right::Rows(golden) = &question.right {
        say("golden", &one_line(&golden.sql));
    }
    if let Some(rows) = &asked.judged.rows {
        lines.extend(side_by_side(rows, asked.golden.as_ref()));
    }
    lines.join("\n")
}

/// The first rows of both results, each line with what ran on the left and what is golden on the right.
fn side_by_side(seen: &Rows, golden: Option<&Rows>) -> Vec<String> {
    let (left, right) = (shown(seen), golden.map(shown).unwrap_or_default());
    let width = left.iter().map(|text| text.chars().count()).max();
    let width = width.unwrap_or(0).max(12);
    let nothing = String::new();
    (0..left.len().max(right.len()))
        .map(|at| {
            let (left, right) = (
                left.get(at).unwrap_or(&nothing),
                right.get(at).unwrap_or(&nothing),
            );
            let space = " ".repeat(width - left.chars().count());
            // The first line holds the columns' names, which may differ.
            let sign = if at == 0 || left == right { ' ' } else { '≠' };
            let label = if at == 0 { "rows" } else { "" };
            format!("    {label:<7} {left}{space}  {sign} {right}")
                .trim_end()
                .to_owned()
        })
        .collect()
}

fn shown(rows: &Rows) -> Vec<String> {
    let cut = |text: String| match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    let names: Vec<&str> = rows.columns.iter().map(|column| &*column.name).collect();
    let mut lines = vec![cut(one_line(&names.join(" · ")))];
    for row in rows.rows.iter().take(ROWS) {
        let cells: Vec<&str> = row
            .iter()
            .map(|cell| cell.as_deref().unwrap_or("–"))
            .collect();
        lines.push(cut(one_line(&cells.join(" · "))));
    }
    match rows.rows.len() {
        0 => lines.push("no rows".to_owned()),
        count if count > ROWS => lines.push(format!("… {} more", count - ROWS)),
        _ => {}
    }
    lines
}

/// One line without control characters.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut line = words.join(" ");
    line.retain(|c| !c.is_control());
    line
}

fn summary(evaluation: &Evaluation) -> String {
    let mut lines = vec![
        [
            "with an answer",
            "right",
            "refused",
            "wrong",
            "failed",
            "without one",
            "refused",
            "answered",
            "failed",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    let row = |tally: &Tally| {
        [
            tally.answerable(),
            tally.right,
            tally.refused,
            tally.wrong,
            tally.failed,
            tally.to_refuse(),
            tally.rightly_refused,
            tally.answered,
            tally.failed_to_refuse,
        ]
        .map(|count| count.to_string())
        .to_vec()
    };
    let files = evaluation.by_file();
    let mut names = vec!["file".to_owned()];
    for (file, tally) in &files {
        names.push((*file).to_owned());
        lines.push(row(tally));
    }
    if files.len() > 1 {
        names.push("all".to_owned());
        lines.push(row(&evaluation.tally()));
    }
    let name_width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|at| lines.iter().map(|line| line[at].len()).max().unwrap_or(0))
        .collect();
    names
        .iter()
        .zip(&lines)
        .map(|(name, cells)| {
            let space = " ".repeat(name_width - name.chars().count());
            let cells: Vec<String> = cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:>width$}"))
                .collect();
            format!("  {name}{space}  {}", cells.join("  "))
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn verdict(evaluation: &Evaluation, at_least: f64) -> String {
    let tally = evaluation.tally();
    let shares = [
        (tally.right_percent(), tally.answerable(), "right"),
        (
            tally.refused_percent(),
            tally.to_refuse(),
            "rightly refused",
        ),
    ];
    let shares: String = shares
        .into_iter()
        .filter(|(_, of, _)| *of > 0)
        .map(|(percent, of, what)| format!("{percent:.1} % of {of} {what}, "))
        .collect();
    format!(
        "{}  {shares}{} wrong with confidence; at least {at_least} % and none wrong are wanted; {} in {:.1} s",
        if tally.holds(at_least) { "✓" } else { "✗" },
        tally.wrong_with_confidence(),
        counted(tally.asked(), "question"),
        evaluation.took.as_secs_f64(),
    )
}

/// One object: `held`, `at_least`, `took_ms`, `all`, `files` and `questions`.
pub fn eval_json(evaluation: &Evaluation, at_least: f64) -> Value {
    let tally = evaluation.tally();
    let files: Vec<Value> = evaluation
        .by_file()
        .iter()
        .map(|(file, tally)| {
            let mut object = Map::new();
            object.insert("file".to_owned(), json!(file));
            object.extend(counts(tally));
            Value::Object(object)
        })
        .collect();
    json!({
        "held": tally.holds(at_least),
        "at_least": at_least,
        "took_ms": millis(evaluation.took),
        "all": counts(&tally),
        "files": files,
        "questions": evaluation.asked.iter().map(question).collect::<Vec<_>>(),
    })
}

fn counts(tally: &Tally) -> Map<String, Value> {
    let entries = [
        ("answerable", json!(tally.answerable())),
        ("right", json!(tally.right)),
        ("right_percent", json!(tally.right_percent())),
        ("refused", json!(tally.refused)),
        ("wrong", json!(tally.wrong)),
        ("failed", json!(tally.failed)),
        ("to_refuse", json!(tally.to_refuse())),
        ("rightly_refused", json!(tally.rightly_refused)),
        ("answered", json!(tally.answered)),
        ("failed_to_refuse", json!(tally.failed_to_refuse)),
    ];
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn question(asked: &Asked) -> Value {
    let question = &asked.question;
    let golden = match &question.right {
        Right::Rows(golden) => Some(&golden.sql),
        _ => None,
    };
    json!({
        "file": question.file,
        "line": question.line,
        "id": question.id,
        "question": question.text,
        "verdict": name(asked.judged.verdict),
        "reason": asked.judged.reason,
        "sql": asked.judged.statement,
        "rows": asked.judged.rows.as_ref().map(rows),
        "golden_sql": golden,
        "golden_rows": asked.golden.as_ref().map(rows),
        "answer": asked.answer,
        "took_ms": millis(asked.took),
    })
}

/// Verdicts as keys: `rightly_refused`.
fn name(verdict: Verdict) -> String {
    verdict.name().replace(' ', "_")
}

/// Columns and rows as texts, as they are compared.
fn rows(rows: &Rows) -> Value {
    let columns: Vec<&str> = rows.columns.iter().map(|column| &*column.name).collect();
    json!({"columns": columns, "rows": rows.rows})
}

fn millis(took: std::time::Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::eval::{Column, Golden, Judged, Kind, Question};

    fn table(columns: &[&str], cells: &[&[&str]]) -> Rows {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            kind: Kind::Text,
        };
        let row = |row: &&[&str]| row.iter().map(|cell| Some((*cell).to_owned())).collect();
        Rows {
            columns: columns.iter().map(column).collect(),
            rows: cells.iter().map(row).collect(),
        }
    }

    fn evaluation() -> Evaluation {
        let question = |id: &str, right| Question {
            file: "q.jsonl".to_owned(),
            line: 3,
            id: id.to_owned(),
            text: "Berapa\nkoperasi?".to_owned(),
            right,
        };
        let golden = Golden::new("SELECT p.name,\n  count(*) FROM x p");
        let wrong = Asked {
            question: question("a", Right::Rows(golden)),
            judged: Judged {
                verdict: Verdict::Wrong,
                reason: "2 rows instead of 1".to_owned(),
                statement: Some("SELECT 1".to_owned()),
                rows: Some(table(&["provinsi", "n"], &[&["Aceh", "7"], &["Bali", "8"]])),
            },
            golden: Some(table(&["name", "count"], &[&["Aceh", "7"]])),
            answer: "7".to_owned(),
            took: Duration::from_millis(40),
        };
        let refused = Asked {
            question: question("b", Right::Refusal { lookup: false }),
            judged: Judged {
                verdict: Verdict::RightlyRefused,
                reason: String::new(),
                statement: None,
                rows: None,
            },
            golden: None,
            answer: "Maaf".to_owned(),
            took: Duration::from_millis(20),
        };
        Evaluation {
            asked: vec![wrong, refused],
            took: Duration::from_millis(1_500),
        }
    }

    #[test]
    fn a_miss_shows_both_statements_and_both_results_beside_each_other() {
        assert_eq!(
            eval_text(&evaluation(), 95.0),
            "✗ wrong  a  Berapa koperasi?  (q.jsonl:3)\n    \
             why     2 rows instead of 1\n    \
             ran     SELECT 1\n    \
             golden  SELECT p.name, count(*) FROM x p\n    \
             rows    provinsi · n    name · count\n            \
             Aceh · 7        Aceh · 7\n            \
             Bali · 8      ≠\n\
             \n  \
             file     with an answer  right  refused  wrong  failed  without one  refused  answered  failed\n  \
             q.jsonl               1      0        0      1       0            1        1         0       0\n\
             \n\
             ✗  0.0 % of 1 right, 100.0 % of 1 rightly refused, 1 wrong with confidence; at least 95 % and none wrong are \
             wanted; 2 questions in 1.5 s"
        );
    }

    #[test]
    fn the_last_sentence_leaves_out_what_nothing_was_asked_of() {
        let mut evaluation = evaluation();
        evaluation.asked.remove(0);
        assert_eq!(
            verdict(&evaluation, 95.0),
            "✓  100.0 % of 1 rightly refused, 0 wrong with confidence; at least 95 % and none wrong are wanted; 1 question in 1.5 s"
        );
    }

    #[test]
    fn the_object_holds_everything_that_was_compared() {
        let object = eval_json(&evaluation(), 95.0);
        assert_eq!(
            (&object["held"], &object["all"]["wrong"]),
            (&json!(false), &json!(1))
        );
        assert_eq!(object["files"][0]["file"], "q.jsonl");
        let wrong = &object["questions"][0];
        assert_eq!(wrong["verdict"], "wrong");
        assert_eq!(wrong["golden_rows"]["rows"], json!([["Aceh", "7"]]));
        assert_eq!(object["questions"][1]["verdict"], "rightly_refused");
    }
}
