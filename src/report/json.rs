//! A finished run as one JSON object.

use serde_json::{Value, json};

use crate::harness::{Outcome, Run};

/// `{prompt, result, events, history, criteria}`.
///
/// `result` is the workflow's result as it came; when there is none, null, with a key `failure` beside it. `history` is
/// Temporal's proto JSON, as [`RunHistory::to_json`](crate::harness::RunHistory::to_json) has it.
pub fn run_json(run: &Run) -> Value {
    let mut object = json!({
        "prompt": run.prompt(),
        "result": run.raw_result(),
        "events": run.events().iter().map(|seen| seen.event.to_object()).collect::<Vec<_>>(),
        "history": run.history().to_json(),
        "criteria": run.verdicts(),
    });
    let failure = match run.outcome() {
        Outcome::Completed(_) => None,
        Outcome::Failed(failure) => Some(json!({
            "type": failure.kind, "message": failure.message, "non_retryable": failure.non_retryable,
        })),
        Outcome::Unreadable(reason) => Some(json!({ "type": "Unreadable", "message": reason })),
        other => Some(
            json!({ "type": format!("{other:?}"), "message": "the workflow ended without a result" }),
        ),
    };
    if let (Some(failure), Some(object)) = (failure, object.as_object_mut()) {
        object.insert("failure".to_owned(), failure);
    }
    object
}
