//! A run as a reviewer reads it: tokens joined, ids and times redacted at fixed width, large outputs shortened.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Outcome, Run};
use crate::contract::Event;

/// A list in a tool's output is shown up to this many items; the rest is a count and a digest.
const SHOWN_ITEMS: usize = 3;
const TASK_ID: &str = "[task-id-of-32-hex-digits-------]";
const MILLISECONDS: &str = "[ms]";

impl Run {
    /// The run without what differs from run to run: what snapshots hold.
    ///
    /// Redacted: `task_id`, `execution_time_ms`, ids and times of the history. Joined: consecutive `token` events.
    /// Shortened: lists of more than three items inside tool outputs, to a count and a digest of the rest, so that a
    /// changed schema or glossary still shows. Nothing is sorted: order is part of what is promised.
    pub fn normal_form(&self) -> Value {
        let outcome = match self.outcome() {
            Outcome::Completed(_) | Outcome::Unreadable(_) => redact_result(self.raw_result()),
            Outcome::Failed(failure) => json!({
                "failed": failure.kind, "message": failure.message, "non_retryable": failure.non_retryable,
            }),
            other => json!(format!("{other:?}")),
        };
        json!({
            "prompt": self.prompt(),
            "events": self.normal_events(),
            "outcome": outcome,
            "history": self.history().steps().iter().map(|step| match step.detail.as_str() {
                "" => step.kind.clone(),
                detail => format!("{} {detail}", step.kind),
            }).collect::<Vec<_>>(),
        })
    }

    fn normal_events(&self) -> Vec<Value> {
        let mut events = Vec::new();
        let mut tokens = String::new();
        let flush = |tokens: &mut String, events: &mut Vec<Value>| {
            if !tokens.is_empty() {
                events.push(json!({ "type": "token", "joined": std::mem::take(tokens) }));
            }
        };
        for seen in self.events() {
            if let Event::Token { content } = &seen.event {
                tokens.push_str(content);
                continue;
            }
            flush(&mut tokens, &mut events);
            events.push(normal_event(&seen.event));
        }
        flush(&mut tokens, &mut events);
        events
    }
}

fn normal_event(event: &Event) -> Value {
    let mut object = event.to_object();
    if let Event::ToolEnd(end) = event {
        // Tool outputs are JSON text: shown as JSON, a reviewer sees what changed in them.
        let output =
            serde_json::from_str(&end.output).unwrap_or_else(|_| Value::from(end.output.clone()));
        object.insert("output".to_owned(), shortened(output));
    }
    if event.kind() == "done" {
        // The result is shown once, as the outcome.
        object.insert("result".to_owned(), json!("[the result]"));
        object.insert("execution_time_ms".to_owned(), json!(MILLISECONDS));
    }
    Value::Object(object)
}

fn redact_result(mut result: Value) -> Value {
    if let Some(object) = result.as_object_mut() {
        redact(object, "task_id", TASK_ID);
        redact(object, "execution_time_ms", MILLISECONDS);
    }
    result
}

/// Replaces a value that is there; a missing key stays missing, and a null stays null.
fn redact(object: &mut Map<String, Value>, key: &str, placeholder: &str) {
    if let Some(value) = object.get_mut(key).filter(|value| !value.is_null()) {
        *value = json!(placeholder);
    }
}

fn shortened(value: Value) -> Value {
    match value {
        Value::Array(items) if items.len() > SHOWN_ITEMS => {
            let rest = Value::Array(items[SHOWN_ITEMS..].to_vec()).to_string();
            let digest = Sha256::digest(rest.as_bytes());
            let digest: String = digest
                .iter()
                .take(6)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let more = json!(format!(
                "[{} more, sha256 {digest}]",
                items.len() - SHOWN_ITEMS
            ));
            items
                .into_iter()
                .take(SHOWN_ITEMS)
                .map(shortened)
                .chain([more])
                .collect()
        }
        Value::Array(items) => items.into_iter().map(shortened).collect(),
        Value::Object(object) => object
            .into_iter()
            .map(|(key, value)| (key, shortened(value)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_keep_their_head_and_a_digest_of_the_rest() {
        let short = shortened(json!({"a": [1, 2, 3], "b": {"c": [1, 2, 3, 4, 5]}}));
        assert_eq!(short["a"], json!([1, 2, 3]));
        let said = short["b"]["c"][3].as_str().expect("a digest").to_owned();
        assert!(said.starts_with("[2 more, sha256 "), "{said}");
        let other = shortened(json!([1, 2, 3, 4, 6]));
        assert_ne!(other[3], json!(said), "another rest has another digest");
    }

    #[test]
    fn only_what_is_there_is_redacted() {
        let result =
            redact_result(json!({"task_id": "ab", "execution_time_ms": null, "final_answer": "x"}));
        assert_eq!(
            result,
            json!({"task_id": TASK_ID, "execution_time_ms": null, "final_answer": "x"})
        );
    }
}
