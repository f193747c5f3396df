//! A good stream breaks no rule; each defect breaks its own, at the event where it is.

use serde_json::{Value, json};

use super::*;
use crate::contract::Event;

/// A whole run with every type of event.
pub(in crate::contract::protocol) fn samples() -> Vec<Event> {
    good()
        .into_iter()
        .map(|event| Event::from_object(event.as_object().expect("an object").clone()))
        .collect()
}

fn good() -> Vec<Value> {
    vec![
        json!({"type": "memory_loaded", "message": "m", "stats": {"user": 1}}),
        json!({"type": "skill_loaded", "message": "m", "skills": [{"skill_id": "s", "name": "n", "category": "c"}]}),
        json!({"type": "todo_update", "todos": [{"content": "a", "status": "pending"}]}),
        json!({"type": "thinking", "content": "hm"}),
        json!({"type": "tool_start", "tool": "get_instructions", "input": {}}),
        json!({"type": "tool_start", "tool": "sql_query", "input": {"query": "SELECT 1 AS n"}}),
        json!({"type": "tool_end", "tool": "get_instructions", "output": "{}"}),
        json!({"type": "tool_end", "tool": "sql_query", "output": "{}"}),
        json!({"type": "sql_result", "sql": "SELECT 1 AS n", "columns": ["n", "m"], "data": [{"m": 2, "n": 1}], "row_count": 1, "truncated": false}),
        json!({"type": "chart_config", "widget_type": "bar", "widget_data": [], "x_axis_key": null, "y_axis_key": "n"}),
        json!({"type": "no_data_warning", "message": "m", "consecutive_empty_count": 5}),
        json!({"type": "token", "content": "Rp 1."}),
        json!({"type": "token", "content": "000"}),
        json!({"type": "suggestions", "content": ["Bagaimana dengan Bali?"]}),
        done(),
    ]
}

fn done() -> Value {
    json!({"type": "done", "execution_time_ms": 12, "result": {
        "task_id": "0123456789abcdef0123456789abcdef", "status": "completed", "final_answer": "Rp 1.000",
        "sql_queries": ["SELECT 1 AS n"], "execution_time_ms": 12, "error": null, "mission_id": "",
        "stages_completed": [], "events_sent": 15, "events_failed": 0}})
}

fn failed(error: &str) -> Vec<Value> {
    let mut done = done();
    done["result"]["status"] = "failed".into();
    done["result"]["final_answer"] = "".into();
    done["result"]["sql_queries"] = json!([]);
    done["result"]["error"] = error.into();
    vec![json!({"type": "error", "error": error}), done]
}

/// The events with ids that a receiver gives them: numbered from 1 in one attempt.
fn numbered(run: u32, attempt: u32, events: Vec<Value>) -> Vec<(Value, StreamPlace)> {
    let id = |seq| EventId { run, attempt, seq };
    (1..)
        .zip(events)
        .map(|(seq, event)| (event, id(seq).into()))
        .collect()
}

fn violations(stream: &[(Value, StreamPlace)]) -> Vec<String> {
    let mut checker = StreamChecker::default();
    for (event, place) in stream {
        checker.read(event.as_object().expect("an object"), *place);
    }
    checker.ended().iter().map(ToString::to_string).collect()
}

/// What is said of the good stream after a change.
fn after(change: impl FnOnce(&mut Vec<Value>)) -> Vec<String> {
    let mut events = good();
    change(&mut events);
    violations(&numbered(1, 1, events))
}

fn at(events: &[Value], kind: &str) -> usize {
    let found = events.iter().position(|event| event["type"] == kind);
    found.expect("there is one")
}

const NONE: [&str; 0] = [];

#[test]
fn good_streams_break_no_rule_with_ids_or_without() {
    assert_eq!(violations(&numbered(1, 1, good())), NONE);
    let unnumbered: Vec<_> = good()
        .into_iter()
        .map(|event| (event, StreamPlace::default()))
        .collect();
    assert_eq!(violations(&unnumbered), NONE);
    assert_eq!(violations(&numbered(1, 1, failed("no"))), NONE);
}

#[test]
fn an_attempt_that_was_cut_off_owes_nothing_to_the_next() {
    let mut stream = numbered(1, 1, good()[..6].to_vec());
    stream.extend(numbered(1, 2, good()));
    stream.extend(numbered(2, 1, good()));
    assert_eq!(violations(&stream), NONE);
}

#[test]
fn types_and_keys_of_tomorrow_are_welcome() {
    let said = after(|events| {
        events.insert(4, json!({"type": "of_tomorrow", "x": 1}));
        events[3]["more"] = 1.into();
    });
    assert_eq!(said, NONE);
}

#[test]
fn a_field_that_is_missing_or_wrong() {
    let said = after(|events| {
        events[3]
            .as_object_mut()
            .expect("an object")
            .remove("content");
    });
    assert_eq!(
        said,
        ["stream.fields: event 4 (thinking, 1-1-4): `content` is missing; it must be a string"]
    );
}

#[test]
fn done_that_is_missing() {
    let said = after(|events| {
        events.pop();
    });
    assert_eq!(
        said,
        ["stream.ends-with-done: at the end: run 1 has no done"]
    );
    assert_eq!(
        violations(&[]),
        ["stream.ends-with-done: at the end: the stream has no event at all"]
    );
    let mut stream = numbered(1, 1, good()[..3].to_vec());
    stream.extend(numbered(2, 1, good()));
    assert_eq!(
        violations(&stream),
        ["stream.ends-with-done: at the end: run 1 has no done"]
    );
}

#[test]
fn done_twice_and_events_after_it() {
    let said = after(|events| {
        events.push(json!({"type": "token", "content": "x"}));
        events.push(done());
    });
    assert_eq!(
        said,
        [
            "stream.nothing-after-done: event 16 (token, 1-1-16): the run's done was event 15",
            "stream.done-once: event 17 (done, 1-1-17): the run's done was event 15",
        ]
    );
    // A retry goes on after the first attempt has already ended the stream.
    let mut stream = numbered(1, 1, failed("no"));
    stream.extend(numbered(1, 2, failed("no")));
    assert_eq!(
        violations(&stream),
        [
            "stream.nothing-after-done: event 3 (error, 1-2-1): the run's done was event 2",
            "stream.done-once: event 4 (done, 1-2-2): the run's done was event 2",
        ]
    );
}

#[test]
fn a_result_that_breaks_its_own_rules() {
    let said = |change: fn(&mut Value)| {
        after(|events| {
            let last = events.last_mut().expect("there is one");
            change(last);
        })
    };
    let wrong = |detail: &str| {
        vec![format!(
            "stream.done-result: event 15 (done, 1-1-15): {detail}"
        )]
    };
    assert_eq!(
        said(|done| done["result"]["task_id"] = "X".into()),
        wrong("`task_id` is \"X\"; it must be 32 lower-case hex digits")
    );
    assert_eq!(
        said(|done| done["result"]["error"] = "e".into()),
        wrong("the status is completed, but `error` is set")
    );
    assert_eq!(
        said(|done| done["execution_time_ms"] = 13.into()),
        wrong("`execution_time_ms` is 12 in the result and 13 beside it")
    );
    assert_eq!(
        said(|done| {
            done["result"]
                .as_object_mut()
                .expect("an object")
                .remove("mission_id");
        }),
        wrong("`result.mission_id` is missing")
    );
    assert_eq!(
        said(|done| done["result"]["status"] = "ok".into()),
        wrong(
            "`result` is none of the contract's: unknown variant `ok`, expected one of `completed`, `failed`, `partial`"
        )
    );
    let mut silent = failed("no");
    silent[1]["result"]["error"] = Value::Null;
    assert_eq!(
        violations(&numbered(1, 1, silent)),
        [
            "stream.done-result: event 2 (done, 1-1-2): the status is failed, but `error` does not say why"
        ]
    );
}

#[test]
fn an_error_that_ends_as_completed() {
    let said = after(|events| events.insert(14, json!({"type": "error", "error": "e"})));
    assert_eq!(
        said,
        [
            "stream.error-means-failed: event 16 (done, 1-1-16): the stream has an error, but the status is completed"
        ]
    );
}

#[test]
fn tokens_that_lose_digits() {
    let said = after(|events| events[11]["content"] = "Rp 1".into());
    assert_eq!(
        said,
        [
            "stream.tokens-join: event 15 (done, 1-1-15): they differ from character 5: tokens have \"000\", final_answer has \".000\""
        ]
    );
}

#[test]
fn tool_calls_without_an_end_or_a_start() {
    let said = after(|events| {
        events.remove(6);
    });
    assert_eq!(
        said,
        [
            "stream.tools-paired: event 14 (done, 1-1-14): the call of get_instructions at event 5 has not ended"
        ]
    );
    let said = after(|events| {
        events.remove(4);
    });
    assert_eq!(
        said,
        [
            "stream.tools-paired: event 6 (tool_end, 1-1-6): get_instructions ends, but no call of it has begun"
        ]
    );
}

#[test]
fn rows_in_the_wrong_place() {
    let said = after(|events| events.swap(6, 7));
    assert_eq!(
        said,
        [
            "stream.sql-result-after-tool-end: event 9 (sql_result, 1-1-9): it comes after tool_end of get_instructions"
        ]
    );
    let said = after(|events| events.swap(9, 10));
    assert_eq!(
        said,
        [
            "stream.chart-after-sql-result: event 11 (chart_config, 1-1-11): it comes after no_data_warning"
        ]
    );
}

#[test]
fn rows_that_do_not_agree_with_themselves_or_the_result() {
    let said = |change: fn(&mut Value)| {
        after(|events| {
            let at = at(events, "sql_result");
            change(&mut events[at]);
        })
    };
    let wrong = |detail: &str| {
        vec![format!(
            "stream.sql-rows: event 9 (sql_result, 1-1-9): {detail}"
        )]
    };
    assert_eq!(
        said(|rows| rows["row_count"] = 2.into()),
        wrong("`data` has 1 rows, `row_count` is 2 and `truncated` false")
    );
    assert_eq!(
        said(|rows| rows["truncated"] = true.into()),
        wrong("`data` has 1 rows, `row_count` is 1 and `truncated` true")
    );
    assert_eq!(
        said(|rows| rows["columns"] = json!(["n"])),
        wrong("row 1 has other keys than `columns`")
    );
    assert_eq!(
        said(|rows| {
            rows["data"] = Value::from(vec![json!({"n": 1, "m": 2}); 101]);
            rows["row_count"] = 101.into();
        }),
        wrong("`data` has 101 rows; at most 100 belong there")
    );
    assert_eq!(
        said(|rows| rows["sql"] = "".into()),
        [
            wrong("`sql` is empty"),
            vec![
                "stream.sql-reported: event 15 (done, 1-1-15): sql_queries does not have \"\""
                    .to_owned()
            ]
        ]
        .concat()
    );
    assert_eq!(
        said(|rows| rows["sql"] = "SELECT 2".into()),
        ["stream.sql-reported: event 15 (done, 1-1-15): sql_queries does not have \"SELECT 2\""]
    );
}

#[test]
fn knowledge_that_comes_late() {
    let said = after(|events| events[..3].rotate_right(1));
    assert_eq!(
        said,
        [
            "stream.knowledge-first: event 2 (memory_loaded, 1-1-2): the agent had begun with todo_update",
            "stream.knowledge-first: event 3 (skill_loaded, 1-1-3): the agent had begun with todo_update",
        ]
    );
}

#[test]
fn numbers_and_attempts_that_jump_or_go_back() {
    let mut stream = numbered(1, 1, good());
    stream.remove(3);
    stream.remove(2);
    assert_eq!(
        violations(&stream),
        ["stream.seq-gapless: event 3 (tool_start, 1-1-5): numbers 3 to 4 are missing before 5"]
    );
    let mut stream = numbered(1, 1, good());
    stream.swap(2, 3);
    assert_eq!(
        violations(&stream),
        [
            "stream.seq-gapless: event 3 (thinking, 1-1-4): number 3 is missing before 4",
            "stream.seq-gapless: event 4 (todo_update, 1-1-3): number 3 comes after number 4",
        ]
    );
    let mut stream = numbered(1, 2, good());
    stream.insert(3, numbered(1, 1, good()).swap_remove(2));
    stream.insert(5, numbered(1, 1, good()).swap_remove(11));
    assert_eq!(
        violations(&stream),
        [
            "stream.attempts-monotonic: event 4 (todo_update, 1-1-3): attempt 1 comes after attempt 2",
            "stream.attempts-monotonic: event 6 (token, 1-1-12): attempt 1 comes after attempt 2",
        ]
    );
}
