//! What must be remembered of the attempt that a stream is in.

use serde_json::{Map, Value};

use super::Rule;
use super::result::{broken_rules, of_done};
use super::tokens::first_difference;
use crate::contract::RunStatus;

/// The tool that sends statements to Postgres (contract §8).
const SQL_QUERY: &str = "sql_query";

/// The most rows that `sql_result` may carry (contract §5).
const MOST_ROWS: usize = 100;

/// One attempt, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// Its highest number so far, when its worker or receiver numbers the events.
    last_seq: u64,
    /// The type of the last event, and its tool.
    last: (String, String),
    /// Tool calls that have not ended: the tool and the event's position.
    open_tools: Vec<(String, usize)>,
    tokens: String,
    /// The first event of the agent's own work.
    first_work: Option<String>,
    /// Whether there was an `error`.
    error: bool,
    /// The statements of the `sql_result`s.
    sql: Vec<String>,
}

/// What an event breaks.
pub(super) type Broken = Vec<(Rule, String)>;

impl Attempt {
    /// Checks the number of the next event.
    pub(super) fn number(&mut self, seq: u64, broken: &mut Broken) {
        let next = self.last_seq + 1;
        if seq > next {
            let missing = match seq - next {
                1 => format!("number {next} is missing"),
                _ => format!("numbers {next} to {} are missing", seq - 1),
            };
            broken.push((Rule::SeqGapless, format!("{missing} before {seq}")));
        } else if seq < next {
            broken.push((
                Rule::SeqGapless,
                format!("number {seq} comes after number {}", self.last_seq),
            ));
        }
        self.last_seq = self.last_seq.max(seq);
    }

    /// Takes the next event in. `position` is its place in the stream, from 1.
    pub(super) fn read(&mut self, event: &Map<String, Value>, position: usize) -> Broken {
        let mut broken = Broken::new();
        let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = text("type");
        match kind {
            "memory_loaded" | "skill_loaded" => {
                if let Some(work) = &self.first_work {
                    broken.push((
                        Rule::KnowledgeFirst,
                        format!("the agent had begun with {work}"),
                    ));
                }
            }
            "token" => self.tokens.push_str(text("content")),
            "tool_start" => self.open_tools.push((text("tool").to_owned(), position)),
            "tool_end" => self.end_tool(text("tool"), &mut broken),
            "sql_result" => {
                self.sql_result(event, &mut broken);
                self.sql.push(text("sql").to_owned());
            }
            "chart_config" if self.last.0 != "sql_result" => {
                broken.push((
                    Rule::ChartAfterSqlResult,
                    format!("it comes after {}", self.last_event()),
                ));
            }
            "error" => self.error = true,
            "done" => self.done(event, &mut broken),
            _ => {}
        }
        if matches!(
            kind,
            "thinking" | "todo_update" | "tool_start" | "token" | "sql_result"
        ) && self.first_work.is_none()
        {
            self.first_work = Some(kind.to_owned());
        }
        self.last = (kind.to_owned(), text("tool").to_owned());
        broken
    }

    fn end_tool(&mut self, tool: &str, broken: &mut Broken) {
        // Calls may run at the same time, and end in any order.
        match self.open_tools.iter().position(|(open, _)| open == tool) {
            Some(at) => {
                self.open_tools.remove(at);
            }
            None => broken.push((
                Rule::ToolsPaired,
                format!("{tool} ends, but no call of it has begun"),
            )),
        }
    }

    fn sql_result(&self, event: &Map<String, Value>, broken: &mut Broken) {
        let (kind, tool) = &self.last;
        if kind != "tool_end" || tool != SQL_QUERY {
            broken.push((
                Rule::SqlResultAfterToolEnd,
                format!("it comes after {}", self.last_event()),
            ));
        }
        if let Some(wrong) = wrong_rows(event) {
            broken.push((Rule::SqlRows, wrong));
        }
    }

    fn last_event(&self) -> String {
        match (self.last.0.as_str(), self.last.1.as_str()) {
            ("", _) => "nothing".to_owned(),
            (kind, "") => kind.to_owned(),
            (kind, tool) => format!("{kind} of {tool}"),
        }
    }

    fn done(&mut self, event: &Map<String, Value>, broken: &mut Broken) {
        for (tool, position) in std::mem::take(&mut self.open_tools) {
            broken.push((
                Rule::ToolsPaired,
                format!("the call of {tool} at event {position} has not ended"),
            ));
        }
        let result = match of_done(event) {
            Ok(result) => result,
            Err(wrong) => {
                broken.push((Rule::DoneResult, wrong));
                return;
            }
        };
        broken.extend(
            broken_rules(&result, event)
                .into_iter()
                .map(|wrong| (Rule::DoneResult, wrong)),
        );
        if self.error && result.status == RunStatus::Completed {
            broken.push((
                Rule::ErrorMeansFailed,
                "the stream has an error, but the status is completed".to_owned(),
            ));
        }
        // A run that failed may have no answer; what it says in the end must have been streamed all the same.
        let answered = result.status != RunStatus::Failed || !result.final_answer.is_empty();
        if answered && self.tokens != result.final_answer {
            broken.push((
                Rule::TokensJoin,
                first_difference(&self.tokens, &result.final_answer),
            ));
        }
        for sql in &self.sql {
            if !result.sql_queries.contains(sql) {
                broken.push((
                    Rule::SqlReported,
                    format!("sql_queries does not have {sql:?}"),
                ));
            }
        }
    }
}

/// What is wrong with the rows of an `sql_result`; fields that are not there are [`Rule::Fields`]' matter.
fn wrong_rows(event: &Map<String, Value>) -> Option<String> {
    if event.get("sql").and_then(Value::as_str).map(str::trim) == Some("") {
        return Some("`sql` is empty".to_owned());
    }
    let rows = event.get("data")?.as_array()?;
    let count = event.get("row_count")?.as_u64()?;
    let truncated = event.get("truncated")?.as_bool()?;
    let columns: Vec<&str> = event
        .get("columns")?
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let len = rows.len() as u64;
    if rows.len() > MOST_ROWS {
        return Some(format!(
            "`data` has {len} rows; at most {MOST_ROWS} belong there"
        ));
    }
    if count == 0 {
        return Some("there are no rows, and then there is no sql_result".to_owned());
    }
    if (len < count) != truncated || len > count {
        return Some(format!(
            "`data` has {len} rows, `row_count` is {count} and `truncated` {truncated}"
        ));
    }
    let differs = |row: &Map<String, Value>| {
        row.len() != columns.len() || columns.iter().any(|column| !row.contains_key(*column))
    };
    rows.iter()
        .filter_map(Value::as_object)
        .position(differs)
        .map(|at| format!("row {} has other keys than `columns`", at + 1))
}
