//! The rules of the result that `done` carries (contract §2).

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::contract::{ChatResult, RunStatus};

/// The keys that KAI's callers rely on. Ours, `events_sent` and `events_failed`, may be missing.
const KEYS: [&str; 8] = [
    "task_id",
    "status",
    "final_answer",
    "sql_queries",
    "execution_time_ms",
    "error",
    "mission_id",
    "stages_completed",
];

/// What a result breaks of its own rules (contract §2), as it came over the wire.
pub fn wrong_result(result: &Value) -> Vec<String> {
    let event = Map::from_iter([("result".to_owned(), result.clone())]);
    match of_done(&event) {
        Ok(read) => broken_rules(&read, &event),
        Err(wrong) => vec![wrong],
    }
}

/// Reads the result of a `done`.
///
/// # Errors
/// When there is none, or it is none of the contract's.
pub(super) fn of_done(event: &Map<String, Value>) -> Result<ChatResult, String> {
    let result = event.get("result").unwrap_or(&Value::Null);
    ChatResult::deserialize(result)
        .map_err(|error| format!("`result` is none of the contract's: {error}"))
}

/// What a result breaks of its own rules.
pub(super) fn broken_rules(result: &ChatResult, event: &Map<String, Value>) -> Vec<String> {
    let mut broken = Vec::new();
    let given = event.get("result").and_then(Value::as_object);
    for key in KEYS {
        if given.is_none_or(|given| !given.contains_key(key)) {
            broken.push(format!("`result.{key}` is missing"));
        }
    }
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if result.task_id.len() != 32 || !result.task_id.bytes().all(hex) {
        broken.push(format!(
            "`task_id` is {:?}; it must be 32 lower-case hex digits",
            result.task_id.chars().take(64).collect::<String>()
        ));
    }
    if result.status == RunStatus::Completed && result.final_answer.trim().is_empty() {
        broken.push("the status is completed, but `final_answer` is empty".to_owned());
    }
    if let Some(tag) = markup_tag(&result.final_answer) {
        broken.push(format!("`final_answer` has the markup tag {tag}"));
    }
    let said = result.error.as_deref().map(str::trim).unwrap_or_default();
    if result.status == RunStatus::Failed && said.is_empty() {
        broken.push("the status is failed, but `error` does not say why".to_owned());
    }
    if result.status == RunStatus::Completed && !said.is_empty() {
        broken.push("the status is completed, but `error` is set".to_owned());
    }
    if result.sql_queries.iter().any(|sql| sql.trim().is_empty()) {
        broken.push("`sql_queries` has an empty statement".to_owned());
    }
    let beside = event.get("execution_time_ms").and_then(Value::as_u64);
    if beside.is_some_and(|beside| beside != result.execution_time_ms) {
        broken.push(format!(
            "`execution_time_ms` is {} in the result and {} beside it",
            result.execution_time_ms,
            beside.unwrap_or_default()
        ));
    }
    broken
}

/// The first thing in a text that looks like a tag of XML or HTML: `<think>`, `</answer>`, `<br/>`.
fn markup_tag(text: &str) -> Option<&str> {
    text.match_indices('<').find_map(|(start, _)| {
        let inside = &text[start + 1..];
        let end = inside.find(['>', '<'])?;
        let tag = inside[..end].strip_prefix('/').unwrap_or(&inside[..end]);
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'));
        (inside[end..].starts_with('>') && named).then(|| &text[start..start + end + 2])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_and_comparisons_are_not() {
        assert_eq!(markup_tag("a <think>b</think>"), Some("<think>"));
        assert_eq!(markup_tag("a </answer>"), Some("</answer>"));
        assert_eq!(markup_tag("a<br/>b"), Some("<br/>"));
        assert_eq!(markup_tag("<a href=\"x\">"), Some("<a href=\"x\">"));
        for text in [
            "1 < 2 > 0",
            "a <",
            "<>",
            "x <3 y>",
            "kurang dari <10%>",
            "<<b>",
        ] {
            let found = markup_tag(text);
            assert!(found.is_none() || text == "<<b>", "{text}: {found:?}");
        }
    }
}
