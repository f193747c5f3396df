//! One event on one line: when, what, and the gist.

use std::time::Duration;

use serde_json::Value;

use crate::contract::{Event, TodoStatus};

/// How much of a text is shown.
const GIST: usize = 100;

/// `+0.042 s  tool_start    sql_query  SELECT …`
pub fn event_line(since_start: Duration, event: &Event) -> String {
    format!(
        "{:>8.3} s  {:<14} {}",
        since_start.as_secs_f64(),
        one_line(event.kind()),
        gist(event)
    )
    .trim_end()
    .to_owned()
}

fn gist(event: &Event) -> String {
    match event {
        Event::MemoryLoaded { message, .. } | Event::NoDataWarning { message, .. } => {
            one_line(message)
        }
        Event::SkillLoaded { skills, .. } => one_line(
            &skills
                .iter()
                .map(|skill| skill.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        ),
        Event::Thinking { content } => one_line(content),
        Event::Token { content } => format!("{content:?}"),
        Event::TodoUpdate { todos } => {
            let done = todos
                .iter()
                .filter(|todo| todo.status == TodoStatus::Completed)
                .count();
            let current = todos
                .iter()
                .find(|todo| todo.status == TodoStatus::InProgress);
            let current = current
                .map(|todo| format!(": {}", todo.content))
                .unwrap_or_default();
            one_line(&format!("{done} of {}{current}", todos.len()))
        }
        Event::ToolStart(start) => {
            let input = Value::Object(start.input.clone());
            let argument = start
                .input
                .values()
                .next()
                .and_then(Value::as_str)
                .map(str::to_owned);
            one_line(&format!(
                "{}  {}",
                start.tool,
                argument.unwrap_or_else(|| input.to_string())
            ))
        }
        Event::ToolEnd(end) => one_line(&format!("{}  {}", end.tool, end.output)),
        Event::SqlResult(rows) => format!(
            "{} {} ({})",
            rows.row_count,
            if rows.row_count == 1 { "row" } else { "rows" },
            one_line(&rows.columns.join(", "))
        ),
        Event::ChartConfig { widget_type, .. } => format!("{widget_type:?}").to_lowercase(),
        Event::Suggestions { content } => one_line(&content.to_string()),
        Event::Error { error } => one_line(error),
        Event::Done {
            result,
            execution_time_ms,
        } => format!(
            "{} after {execution_time_ms} ms",
            format!("{:?}", result.status).to_lowercase()
        ),
        Event::Other(object) => one_line(&Value::Object(object.clone()).to_string()),
    }
}

/// White space folded, control characters made visible, cut to [`GIST`] characters.
fn one_line(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut line: String = folded
        .chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .take(GIST)
        .collect();
    if folded.chars().count() > GIST {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{SqlResultEvent, ToolStart};
    use serde_json::json;

    #[test]
    fn shows_the_gist_on_one_line() {
        let start = Event::ToolStart(ToolStart {
            tool: "sql_query".into(),
            input: json!({"query": "SELECT 1\n  AS n"})
                .as_object()
                .cloned()
                .unwrap_or_default(),
        });
        assert_eq!(
            event_line(Duration::from_millis(42), &start),
            "   0.042 s  tool_start     sql_query SELECT 1 AS n"
        );
        let rows = Event::SqlResult(SqlResultEvent {
            sql: String::new(),
            columns: vec!["a".into(), "b".into()],
            data: vec![],
            row_count: 5,
            truncated: false,
        });
        assert!(event_line(Duration::ZERO, &rows).ends_with("5 rows (a, b)"));
    }

    #[test]
    fn a_terminal_is_not_at_the_mercy_of_an_event() {
        let event = Event::Error {
            error: format!("\u{1b}[2Jgone {}", "x".repeat(500)),
        };
        let line = event_line(Duration::ZERO, &event);
        assert!(!line.contains('\u{1b}'));
        assert!(line.ends_with('…') && line.chars().count() < 150, "{line}");
    }
}
