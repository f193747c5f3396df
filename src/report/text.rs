//! A finished run as terminal text.

use super::table::table;
use crate::checks::{Standing, Verdict};
use crate::harness::{Outcome, Run};

/// The answer, its rows as a table, the SQL, the duration, and one line for each check.
pub fn run_text(run: &Run) -> String {
    let mut parts = Vec::new();
    match run.outcome() {
        Outcome::Completed(result) => {
            parts.push(section("answer", &indented(&result.final_answer)));
            if let Some(error) = &result.error {
                parts.push(section("error", &indented(error)));
            }
            if let Some(rows) = run.sql_result() {
                let table = table(&rows.columns, &rows.data);
                if !table.is_empty() {
                    parts.push(section("rows", &table));
                }
            }
            for sql in &result.sql_queries {
                parts.push(section("sql", &indented(sql)));
            }
        }
        Outcome::Failed(failure) => parts.push(section("failed", &indented(&failure.to_string()))),
        other => parts.push(section(
            "no result",
            &indented(&format!("the workflow ended as {other:?}")),
        )),
    }
    let verdicts = run.verdicts();
    let held = verdicts.iter().filter(|verdict| verdict.held()).count();
    let judged = verdicts
        .iter()
        .filter(|verdict| verdict.standing != Standing::NotJudged);
    parts.push(section(
        &format!("criteria  {held} of {} hold", judged.count()),
        &verdicts
            .iter()
            .map(verdict_line)
            .collect::<Vec<_>>()
            .join("\n"),
    ));
    parts.push(format!(
        "workflow {} on {} took {} ms",
        run.workflow_id(),
        run.task_queue(),
        run.duration().as_millis()
    ));
    if let Outcome::Completed(result) = run.outcome()
        && let Some(usage) = result.usage
    {
        parts.push(format!(
            "the model read {} tokens and wrote {}",
            usage.prompt_tokens, usage.completion_tokens
        ));
    }
    parts.join("\n\n")
}

fn verdict_line(verdict: &Verdict) -> String {
    let mark = match verdict.standing {
        Standing::Held => "✓",
        Standing::Broken => "✗",
        _ => "·",
    };
    format!(
        "  {mark} {:<28} {}\n      {}",
        verdict.id, verdict.asserts, verdict.evidence
    )
}

fn section(title: &str, body: &str) -> String {
    format!("{title}\n{body}")
}

/// Lines, indented, with a space for each control character: a terminal would obey them.
pub(crate) fn indented(text: &str) -> String {
    text.lines()
        .map(|line| {
            let clean: String = line
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            format!("  {clean}")
        })
        .collect::<Vec<_>>()
        .join("\n")
}
