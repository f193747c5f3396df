//! The fields that events must have (contract §5). Further fields are welcome: additions only ever add keys.

use serde_json::{Map, Value};

/// What belongs into a field.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Anything,
    Text,
    Object,
    Count,
    Flag,
    OneOf(&'static [&'static str]),
    Texts,
    ListOf(&'static [Field]),
    Rows,
}

type Field = (&'static str, Shape);

const SKILL: &[Field] = &[
    ("skill_id", Shape::Text),
    ("name", Shape::Text),
    ("category", Shape::Text),
];
const TODO: &[Field] = &[
    ("content", Shape::Text),
    (
        "status",
        Shape::OneOf(&["pending", "in_progress", "completed"]),
    ),
];
const WIDGETS: &[&str] = &["kpi", "line", "pie", "bar", "table"];

/// The fields of a type; none for types that the contract does not know.
fn fields(kind: &str) -> &'static [Field] {
    match kind {
        "memory_loaded" => &[("message", Shape::Text), ("stats", Shape::Anything)],
        "skill_loaded" => &[("message", Shape::Text), ("skills", Shape::ListOf(SKILL))],
        "thinking" | "token" => &[("content", Shape::Text)],
        "todo_update" => &[("todos", Shape::ListOf(TODO))],
        "tool_start" => &[("tool", Shape::Text), ("input", Shape::Object)],
        "tool_end" => &[("tool", Shape::Text), ("output", Shape::Text)],
        "sql_result" => &[
            ("sql", Shape::Text),
            ("columns", Shape::Texts),
            ("data", Shape::Rows),
            ("row_count", Shape::Count),
            ("truncated", Shape::Flag),
        ],
        "chart_config" => &[
            ("widget_type", Shape::OneOf(WIDGETS)),
            ("widget_data", Shape::Anything),
            ("x_axis_key", Shape::Anything),
            ("y_axis_key", Shape::Anything),
        ],
        "suggestions" => &[("content", Shape::Anything)],
        "no_data_warning" => &[
            ("message", Shape::Text),
            ("consecutive_empty_count", Shape::Count),
        ],
        "error" => &[("error", Shape::Text)],
        "done" => &[
            ("result", Shape::Object),
            ("execution_time_ms", Shape::Count),
        ],
        _ => &[],
    }
}

/// What is wrong with an event's fields, one text for each field.
pub(super) fn wrong_fields(event: &Map<String, Value>) -> Vec<String> {
    match event.get("type").and_then(Value::as_str) {
        None | Some("") => vec!["`type` is missing; it must be a non-empty string".to_owned()],
        Some(kind) => wrong(event, fields(kind), ""),
    }
}

fn wrong(object: &Map<String, Value>, fields: &[Field], within: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, shape) in fields {
        let name = format!("{within}{name}");
        match object.get(&name[within.len()..]) {
            None => found.push(format!(
                "`{name}` is missing; it must be {}",
                shape.wanted()
            )),
            Some(value) if !shape.fits(value) => found.push(format!(
                "`{name}` is {}; it must be {}",
                found_there(value),
                shape.wanted()
            )),
            Some(Value::Array(items)) => {
                if let Shape::ListOf(fields) = shape {
                    for (at, item) in items.iter().enumerate() {
                        if let Value::Object(item) = item {
                            found.extend(wrong(item, fields, &format!("{name}[{at}].")));
                        }
                    }
                }
            }
            Some(_) => {}
        }
    }
    found
}

fn found_there(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => {
            format!("the string {:?}", text.chars().take(40).collect::<String>())
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

impl Shape {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Anything => true,
            Self::Text => value.is_string(),
            Self::Object => value.is_object(),
            Self::Count => value.is_u64(),
            Self::Flag => value.is_boolean(),
            Self::OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Self::Texts => all(value, Value::is_string),
            Self::ListOf(_) | Self::Rows => all(value, Value::is_object),
        }
    }

    fn wanted(self) -> String {
        match self {
            Self::Anything => "there, null at least".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::Object => "an object".to_owned(),
            Self::Count => "a whole number from 0".to_owned(),
            Self::Flag => "a boolean".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Texts => "a list of strings".to_owned(),
            Self::ListOf(_) | Self::Rows => "a list of objects".to_owned(),
        }
    }
}

fn all(value: &Value, fits: fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(event: Value) -> Vec<String> {
        wrong_fields(event.as_object().expect("an object"))
    }

    #[test]
    fn whole_events_and_unknown_types_are_right_whatever_they_add() {
        for event in [
            json!({"type": "token", "content": "x", "more": 1}),
            json!({"type": "of_tomorrow"}),
            json!({"type": "chart_config", "widget_type": "bar", "widget_data": [], "x_axis_key": null, "y_axis_key": "n"}),
            json!({"type": "todo_update", "todos": [{"content": "a", "status": "pending", "id": 1}]}),
        ] {
            assert_eq!(said(event.clone()), Vec::<String>::new(), "{event}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_with_what_would_be_right() {
        assert_eq!(
            said(
                json!({"type": "sql_result", "sql": null, "columns": [1], "data": {}, "row_count": -1})
            ),
            [
                "`sql` is null; it must be a string",
                "`columns` is a list; it must be a list of strings",
                "`data` is an object; it must be a list of objects",
                "`row_count` is the number -1; it must be a whole number from 0",
                "`truncated` is missing; it must be a boolean",
            ]
        );
        assert_eq!(
            said(
                json!({"type": "todo_update", "todos": [{"content": "a", "status": "pending"}, {"content": "b", "status": "new"}]})
            ),
            [
                "`todos[1].status` is the string \"new\"; it must be one of pending, in_progress, completed"
            ]
        );
        assert_eq!(
            said(json!({"content": "x"})),
            ["`type` is missing; it must be a non-empty string"]
        );
    }

    #[test]
    fn every_type_that_the_contract_knows_has_fields() {
        use crate::contract::Event;
        for event in crate::contract::protocol::checker::samples() {
            let object = event.to_object();
            assert!(!matches!(event, Event::Other(_)));
            assert!(!fields(event.kind()).is_empty(), "{}", event.kind());
            assert_eq!(
                wrong_fields(&object),
                Vec::<String>::new(),
                "{}",
                event.kind()
            );
            for (name, _) in fields(event.kind()) {
                let mut without = object.clone();
                without.remove(*name);
                assert_eq!(
                    wrong_fields(&without).len(),
                    1,
                    "{} without {name}",
                    event.kind()
                );
            }
        }
    }
}
