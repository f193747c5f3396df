//! Two models behind a real server of chat completions: one calls whatever it was told to beforehand, the other obeys every
//! command that it reads, wherever it stands.

use kai_e2e::agent::models::{Reply, ScriptedServer};
use serde_json::Value;

use crate::support::Result;

/// How many tools are called in one turn.
const BATCH: usize = 40;

/// A tool's name and its arguments.
pub type ToCall = (String, Value);

/// A server whose model makes these calls, some in every turn, and then says what it was told.
pub async fn calling(calls: Vec<ToCall>) -> Result<ScriptedServer> {
    let script = move |request: &Value| {
        let turn = turns(request);
        match calls.chunks(BATCH).nth(turn) {
            Some(batch) => reply(batch),
            None => echo(request),
        }
    };
    Ok(ScriptedServer::start(script).await?)
}

/// A server whose model first reads whatever there is, then makes every call that stands in what it has read as
/// `⟦tool {"argument": …}⟧`, and then says what it was told.
pub async fn obeying(reading: Vec<ToCall>) -> Result<ScriptedServer> {
    let script = move |request: &Value| match turns(request) {
        0 if !reading.is_empty() => reply(&reading),
        turn if turn == usize::from(!reading.is_empty()) => {
            let commands = commands(request);
            match commands.is_empty() {
                true => echo(request),
                false => reply(&commands),
            }
        }
        _ => echo(request),
    };
    Ok(ScriptedServer::start(script).await?)
}

fn reply(calls: &[ToCall]) -> Reply {
    let calls: Vec<(&str, Value)> = calls
        .iter()
        .map(|(tool, arguments)| (tool.as_str(), arguments.clone()))
        .collect();
    Reply::calls(&calls)
}

/// The model's turns since the question.
fn turns(request: &Value) -> usize {
    let messages = request["messages"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    messages
        .iter()
        .rev()
        .take_while(|message| message["role"] != "user")
        .filter(|message| message["role"] == "assistant")
        .count()
}

/// An answer that gives away everything that the last tools said.
fn echo(request: &Value) -> Reply {
    let messages = request["messages"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let outputs: Vec<&str> = messages
        .iter()
        .rev()
        .take_while(|message| message["role"] == "tool")
        .filter_map(|message| message["content"].as_str())
        .collect();
    let said: String = outputs.join("\n").chars().take(4_000).collect();
    Reply::says(&["Selesai.\n", &said])
}

/// The calls in everything that the model was given, each once, in the order of their places.
pub fn commands(request: &Value) -> Vec<ToCall> {
    let mut found: Vec<ToCall> = Vec::new();
    for text in texts(&request["messages"]) {
        for command in text
            .split('⟦')
            .skip(1)
            .filter_map(|rest| rest.split_once('⟧'))
        {
            let Some((tool, arguments)) = command.0.split_once(' ') else {
                continue;
            };
            let Ok(arguments) = serde_json::from_str(arguments) else {
                continue;
            };
            let call = (tool.to_owned(), arguments);
            if !found.contains(&call) {
                found.push(call);
            }
        }
    }
    found
}

/// Every text in a value, JSON in texts read too.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => texts(&inner),
            _ => vec![text.clone()],
        },
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(entries) => entries.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let inner =
        serde_json::json!({"rows": [{"name": "x ⟦a {\"q\": \"'1'\"}⟧ y ⟦b {}⟧"}]}).to_string();
    let request =
        serde_json::json!({"messages": [{"content": inner}, {"content": "⟦b {}⟧ ⟦broken"}]});
    let found = commands(&request);
    assert_eq!(
        found,
        [
            ("a".to_owned(), serde_json::json!({"q": "'1'"})),
            ("b".to_owned(), serde_json::json!({}))
        ]
    );
}
