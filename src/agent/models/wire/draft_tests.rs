use serde_json::{Value, json};

use super::{Chunk, Draft, Flaw};
use crate::agent::{Message, ModelDelta, ModelTurn, ToolCall};
use crate::contract::TokenUsage;

/// Adds up chunks; `DONE` ends the stream.
fn turn_after(messages: &[Message], chunks: &[Value]) -> Result<ModelTurn, Flaw> {
    let mut draft = Draft::default();
    let mut text = String::new();
    let mut keep = |deltas: Vec<ModelDelta>| {
        for delta in deltas {
            if let ModelDelta::Text(piece) = delta {
                text.push_str(&piece);
            }
        }
    };
    for chunk in chunks {
        match chunk.as_str() {
            Some("DONE") => draft.terminate(),
            _ => keep(draft.take(Chunk::deserialize(chunk))),
        }
    }
    let (deltas, turn) = draft.finish(messages);
    keep(deltas);
    if let Ok(turn) = &turn {
        assert_eq!(text, turn.content, "the pieces are the text");
    }
    turn
}

impl Chunk {
    fn deserialize(value: &Value) -> Self {
        serde_json::from_value(value.clone()).expect("a chunk")
    }
}

fn turn(chunks: &[Value]) -> Result<ModelTurn, Flaw> {
    turn_after(&[], chunks)
}

fn text(text: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
}

fn fragments(calls: Value) -> Value {
    json!({"choices": [{"index": 0, "delta": {"tool_calls": calls}}]})
}

fn finish(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

/// Id, tool and arguments of each call.
fn calls(chunks: &[Value]) -> Vec<(String, String, Value)> {
    let turn = turn(chunks).expect("a turn");
    turn.tool_calls.into_iter().map(told).collect()
}

fn told(call: ToolCall) -> (String, String, Value) {
    (call.id, call.tool, Value::Object(call.arguments))
}

fn call(id: &str, tool: &str, arguments: Value) -> (String, String, Value) {
    (id.to_owned(), tool.to_owned(), arguments)
}

#[test]
fn pieces_of_text_are_joined_and_the_usage_follows() {
    let turn = turn(&[
        text("Rp"),
        text("1."),
        text("1."),
        text("00"),
        finish("stop"),
        json!({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}),
        json!("DONE"),
    ])
    .expect("a turn");
    assert_eq!(turn.content, "Rp1.1.00");
    let usage = TokenUsage {
        prompt_tokens: 7,
        completion_tokens: 3,
    };
    assert_eq!(turn.usage, Some(usage));
}

#[test]
fn fragments_of_parallel_calls_are_told_apart_by_their_index() {
    let chunks = [
        fragments(json!([{"index": 0, "id": "a", "function": {"name": "one", "arguments": ""}}])),
        fragments(json!([{"index": 0, "function": {"arguments": "{\"x\""}}])),
        fragments(json!([{"index": 1, "id": "b", "function": {"name": "two", "arguments": "{"}}])),
        fragments(
            json!([{"index": 0, "function": {"arguments": ":1}"}}, {"index": 1, "function": {"arguments": "}"}}]),
        ),
        finish("tool_calls"),
    ];
    let wanted = [
        call("a", "one", json!({"x": 1})),
        call("b", "two", json!({})),
    ];
    assert_eq!(calls(&chunks), wanted);
}

#[test]
fn fragments_without_an_index_continue_the_last_call() {
    let chunks = [
        fragments(json!([{"id": "a", "function": {"name": "one", "arguments": "{\"x\":"}}])),
        fragments(json!([{"function": {"arguments": "1}"}}])),
        fragments(json!([{"id": "b", "function": {"name": "two", "arguments": "{}"}}])),
        finish("tool_calls"),
    ];
    let wanted = [
        call("a", "one", json!({"x": 1})),
        call("b", "two", json!({})),
    ];
    assert_eq!(calls(&chunks), wanted);
}

#[test]
fn whole_calls_are_told_apart_without_index_or_id() {
    let both = json!([
        {"function": {"name": "one", "arguments": "{\"x\":1}"}},
        {"function": {"name": "one", "arguments": "{\"x\":2}"}},
    ]);
    let wanted = [
        call("call_1", "one", json!({"x": 1})),
        call("call_2", "one", json!({"x": 2})),
    ];
    assert_eq!(calls(&[fragments(both), finish("stop")]), wanted);
}

#[test]
fn whole_calls_that_all_have_index_0_are_told_apart() {
    let chunks = [
        fragments(json!([{"index": 0, "id": "a", "function": {"name": "one", "arguments": "{}"}}])),
        fragments(json!([{"index": 0, "id": "b", "function": {"name": "two", "arguments": "{}"}}])),
        fragments(
            json!([{"index": 0, "id": "", "function": {"name": "three", "arguments": "{}"}}]),
        ),
        finish("stop"),
    ];
    let wanted = [
        call("a", "one", json!({})),
        call("b", "two", json!({})),
        call("call_3", "three", json!({})),
    ];
    assert_eq!(calls(&chunks), wanted);
}

#[test]
fn a_server_may_repeat_id_and_name_with_every_fragment() {
    let piece = |arguments: &str| {
        fragments(
            json!([{"index": 0, "id": "a", "function": {"name": "one", "arguments": arguments}}]),
        )
    };
    let chunks = [piece("{\"x\""), piece(":1}"), finish("tool_calls")];
    assert_eq!(calls(&chunks), [call("a", "one", json!({"x": 1}))]);
}

#[test]
fn arguments_may_be_an_object() {
    let chunks = [
        fragments(json!([{"function": {"name": "one", "arguments": {"x": 1}}}])),
        json!("DONE"),
    ];
    assert_eq!(calls(&chunks), [call("call_1", "one", json!({"x": 1}))]);
}

#[test]
fn ids_that_were_used_before_are_made_anew() {
    let earlier = ["a", "call_2"].map(|id| ToolCall {
        id: id.to_owned(),
        tool: "one".to_owned(),
        arguments: Default::default(),
        unreadable: None,
    });
    let messages = [Message::Assistant {
        content: String::new(),
        tool_calls: earlier.to_vec(),
    }];
    let again = json!([
        {"index": 0, "id": "a", "function": {"name": "one", "arguments": "{}"}},
        {"index": 1, "function": {"name": "two", "arguments": "{}"}},
        {"index": 2, "id": "b", "function": {"name": "three", "arguments": "{}"}},
    ]);
    let turn = turn_after(&messages, &[fragments(again), finish("tool_calls")]).expect("a turn");
    let ids: Vec<_> = turn.tool_calls.iter().map(|call| &call.id).collect();
    assert_eq!(ids, ["call_3", "call_4", "b"]);
}

#[test]
fn arguments_that_cannot_be_read_are_the_models_affair() {
    let half =
        json!([{"index": 0, "id": "a", "function": {"name": "one", "arguments": "{\"x\":"}}]);
    let turn = turn(&[fragments(half), finish("length")]).expect("a turn");
    let call = &turn.tool_calls[0];
    assert!(call.arguments.is_empty());
    let said = call.unreadable.as_deref().unwrap_or_default();
    assert!(said.ends_with("they were: {\"x\":"), "{said}");
}

#[test]
fn a_call_without_a_name_is_none() {
    let nameless = json!([{"index": 0, "id": "a", "function": {"arguments": "{}"}}]);
    assert_eq!(
        turn(&[fragments(nameless), finish("tool_calls")]),
        Err(Flaw::NamelessCall)
    );
}

#[test]
fn the_end_is_known_by_a_reason_or_by_the_last_line() {
    for reason in ["stop", "tool_calls", "end_turn", "eos"] {
        assert_eq!(
            turn(&[text("5"), finish(reason)]).expect(reason).content,
            "5"
        );
    }
    let empty = [text("5"), finish(""), json!("DONE")];
    assert_eq!(turn(&empty).expect("a turn").content, "5");
    assert_eq!(turn(&[text("5"), finish("")]), Err(Flaw::Truncated));
    assert_eq!(turn(&[text("5")]), Err(Flaw::Truncated));
    assert_eq!(turn(&[]), Err(Flaw::Truncated));
}

#[test]
fn an_answer_that_was_cut_short_is_none() {
    for reason in ["length", "content_filter"] {
        let cut = Flaw::CutShort {
            finish_reason: reason.to_owned(),
        };
        assert_eq!(turn(&[text("Rp1.2"), finish(reason)]), Err(cut));
    }
}

#[test]
fn a_whole_answer_has_the_same_form() {
    let whole = json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {
        "role": "assistant", "content": "<think>hm</think>5",
    }}], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}});
    let turn = turn(&[whole]).expect("a turn");
    assert_eq!(turn.content, "5");
    assert!(turn.usage.is_some());
}

#[test]
fn other_answers_to_the_same_question_are_not_mixed_in() {
    let other = json!({"choices": [{"index": 1, "delta": {"content": "6"}}]});
    let turn = turn(&[text("5"), other, finish("stop")]).expect("a turn");
    assert_eq!(turn.content, "5");
}

#[test]
fn the_first_fragment_says_that_a_call_has_begun() {
    let mut draft = Draft::default();
    let mut deltas = draft.take(Chunk::deserialize(&text("Sebentar.")));
    let begun = json!([{"index": 0, "id": "a", "function": {"name": "one", "arguments": ""}}]);
    deltas.extend(draft.take(Chunk::deserialize(&fragments(begun))));
    let more = json!([{"index": 0, "function": {"arguments": "{}"}}]);
    deltas.extend(draft.take(Chunk::deserialize(&fragments(more))));
    assert_eq!(
        deltas,
        [
            ModelDelta::Text("Sebentar.".to_owned()),
            ModelDelta::ToolCall
        ]
    );
}
