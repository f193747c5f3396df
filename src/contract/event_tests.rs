//! Every event type goes to the wire and back unchanged, and nothing unknown is lost.

use super::*;
use serde_json::json;

fn round_trip(wire: Value) -> Event {
    let event: Event = serde_json::from_value(wire.clone()).expect("an object with a type");
    assert_eq!(
        serde_json::to_value(&event).expect("serialises"),
        wire,
        "{event:?}"
    );
    assert_eq!(event.kind(), wire["type"], "{event:?}");
    event
}

fn result() -> Value {
    json!({
        "task_id": "0123456789abcdef0123456789abcdef", "status": "completed", "final_answer": "42",
        "sql_queries": ["SELECT 1"], "execution_time_ms": 12, "error": null, "mission_id": "",
        "stages_completed": [], "events_sent": 9, "events_failed": 0
    })
}

#[test]
fn every_known_type_round_trips_as_itself() {
    let known = [
        json!({"type": "memory_loaded", "message": "m", "stats": {"user": 1}}),
        json!({"type": "skill_loaded", "message": "m", "skills": [{"skill_id": "s", "name": "n", "category": "c"}]}),
        json!({"type": "thinking", "content": "hm"}),
        json!({"type": "todo_update", "todos": [
            {"content": "a", "status": "completed"}, {"content": "b", "status": "in_progress"}, {"content": "c", "status": "pending"}]}),
        json!({"type": "tool_start", "tool": "sql_query", "input": {"query": "SELECT 1"}}),
        json!({"type": "tool_end", "tool": "sql_query", "output": "{\"success\":true}"}),
        json!({"type": "sql_result", "sql": "SELECT 1 AS n", "columns": ["n"], "data": [{"n": 1}], "row_count": 1, "truncated": false}),
        json!({"type": "chart_config", "widget_type": "bar", "widget_data": [{"n": 1}], "x_axis_key": "n", "y_axis_key": null}),
        json!({"type": "token", "content": "Rp 1"}),
        json!({"type": "suggestions", "content": "Bagaimana dengan Bali?"}),
        json!({"type": "no_data_warning", "message": "m", "consecutive_empty_count": 5}),
        json!({"type": "error", "error": "e"}),
        json!({"type": "done", "result": result(), "execution_time_ms": 12}),
    ];
    for wire in known {
        let event = round_trip(wire);
        assert!(!matches!(event, Event::Other(_)), "{event:?}");
    }
}

#[test]
fn unknown_types_are_kept_whole() {
    let event = round_trip(json!({"type": "future_kind", "x": {"y": [1, null, "z"]}}));
    assert!(matches!(event, Event::Other(_)));
}

#[test]
fn a_known_type_with_more_or_other_fields_loses_nothing() {
    for wire in [
        json!({"type": "token", "content": "a", "index": 3}),
        json!({"type": "token", "content": 7}),
        json!({"type": "tool_start", "tool": "sql_query", "input": "SELECT 1"}),
        json!({"type": "sql_result", "sql": "", "columns": ["n"], "data": [[1]], "row_count": 1, "truncated": false}),
    ] {
        assert!(matches!(round_trip(wire), Event::Other(_)));
    }
}

#[test]
fn the_result_of_a_done_is_read_from_a_worker_that_knows_only_kai() {
    let mut result = result();
    for ours in ["events_sent", "events_failed"] {
        result.as_object_mut().expect("an object").remove(ours);
    }
    let event = round_trip(json!({"type": "done", "result": result, "execution_time_ms": 12}));
    assert_eq!(
        event.done_result().map(|result| result.final_answer),
        Some("42".to_owned())
    );
}

#[test]
fn an_event_that_is_no_object_is_an_error() {
    assert!(serde_json::from_value::<Event>(json!(["token"])).is_err());
}
