//! Every question of `fixtures/questions/`, asked of the agent itself, against the rows of its golden SQL.

use std::path::Path;

use kai_e2e::harness::{Harness, harness};
use rstest::rstest;
use serde_json::Value;

use crate::agent_alone::{Conversation, Heard};
use crate::support::{Result, Rows, golden};

/// Fewest right answers among the questions that have one, in percent.
pub const ENOUGH: usize = 95;

#[rstest]
#[tokio::test]
async fn questions_are_answered_rightly_or_not_at_all(#[future(awt)] harness: Harness) -> Result {
    let conversation = Conversation::none(&harness)?;
    let (mut right, mut asked) = (0, 0);
    let mut refused = Vec::new();
    let mut wrong = Vec::new();
    for line in questions()?.lines() {
        let question: Value = serde_json::from_str(line)?;
        let id = question["id"].as_str().unwrap_or_default();
        let text = question["question"].as_str().unwrap_or_default();
        let heard = conversation.ask(text).await?;
        match question["sql"].as_str() {
            Some(sql) => {
                asked += 1;
                let golden_rows = golden(&harness, sql).await?;
                if heard.rows().is_empty() && heard.statements_that_answer().is_empty() {
                    refused.push(format!("{id} {text}: {}", heard.answer));
                } else if same(&heard.rows(), &golden_rows, sql) {
                    right += 1;
                } else {
                    wrong.push(format!(
                        "{id} {text}\n  {:?}\n  golden: {sql}",
                        heard.sql_queries
                    ));
                }
            }
            None if heard.statements_that_answer().is_empty() => {}
            None => wrong.push(format!(
                "{id} {text} has no answer, and got {}",
                heard.answer
            )),
        }
    }
    eprintln!("{right} of {asked} right, {} refused", refused.len());
    assert!(
        wrong.is_empty(),
        "wrong with confidence:\n{}",
        wrong.join("\n")
    );
    assert!(
        right * 100 >= asked * ENOUGH,
        "{right} of {asked} are right; refused:\n{}",
        refused.join("\n")
    );
    Ok(())
}

/// All questions, one a line.
pub fn questions() -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/questions");
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    files.sort_by_key(|file| file.file_name());
    let mut text = String::new();
    for file in files {
        if file
            .path()
            .extension()
            .is_some_and(|ending| ending == "jsonl")
        {
            text.push_str(&std::fs::read_to_string(file.path())?);
        }
    }
    Ok(text)
}

impl Heard {
    /// The statements that were more than a look at names.
    fn statements_that_answer(&self) -> Vec<&String> {
        let looks_up = |sql: &&String| !sql.starts_with("SELECT DISTINCT");
        self.sql_queries.iter().filter(looks_up).collect()
    }
}

/// Rows by the place of their columns: in order where the golden SQL orders them, except with ties.
pub fn same(seen: &Rows, golden: &Rows, sql: &str) -> bool {
    let (mut seen, mut golden) = (seen.clone(), golden.clone());
    if !sql.contains("ORDER BY") || sql.contains("WITH TIES") {
        seen.sort();
        golden.sort();
    }
    seen.len() == golden.len()
        && seen.iter().zip(&golden).all(|(seen, golden)| {
            seen.len() == golden.len() && seen.iter().zip(golden).all(|(a, b)| same_cell(a, b))
        })
}

/// Texts alike, numbers within what is rounded off: two decimals of money, four of anything else.
fn same_cell(a: &Option<String>, b: &Option<String>) -> bool {
    if a == b {
        return true;
    }
    let number = |text: &Option<String>| text.as_ref()?.parse::<f64>().ok();
    match (number(a), number(b)) {
        (Some(a), Some(b)) => {
            (a - b).abs()
                <= if b.abs() > 10_000.0 {
                    0.0051
                } else {
                    0.000_051
                }
        }
        _ => false,
    }
}
