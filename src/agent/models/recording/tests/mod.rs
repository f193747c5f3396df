//! A conversation with a scripted server is recorded, written, read, and replayed.

mod files;
mod misses;
mod recorders;
mod replays;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use serde_json::{Map, Value, json};

use super::exchange::{Chunk, End, Exchange, Response};
use super::request::RecordedRequest;
use super::*;
use crate::agent::models::{ChatCompletions, ChatSettings, Endpoint, Reply, ScriptedServer};
use crate::agent::{
    ChatModel, DeltaSink, Message, ModelDelta, ModelError, ModelRequest, ModelTurn, ToolCall,
    ToolSpec,
};

#[derive(Default)]
struct Heard(Vec<ModelDelta>);

#[async_trait::async_trait]
impl DeltaSink for Heard {
    async fn delta(&mut self, delta: ModelDelta) {
        self.0.push(delta);
    }
}

const KEY: &str = "a-key-that-looks-like-nothing";

fn settings(url: &str) -> ChatSettings {
    let endpoint = Endpoint::new(url).expect("a base URL").with_key(KEY);
    ChatSettings {
        retry_pause: Duration::ZERO,
        ..ChatSettings::new(endpoint, "m-1")
    }
}

fn tools() -> [ToolSpec; 1] {
    [ToolSpec {
        name: "sql_query",
        description: "Runs a query.",
        parameters: json!({"type": "object"}),
    }]
}

fn user(text: &str) -> Message {
    Message::User {
        content: text.to_owned(),
    }
}

async fn turn(
    model: &dyn ChatModel,
    messages: &[Message],
) -> (Result<ModelTurn, ModelError>, Heard) {
    let mut heard = Heard::default();
    let tools = tools();
    let request = ModelRequest {
        messages,
        tools: &tools,
    };
    let turn = tokio::time::timeout(Duration::from_secs(20), model.turn(request, &mut heard))
        .await
        .expect("an end");
    (turn, heard)
}

/// Lets a client speak to a scripted server through a recorder.
async fn recorded(replies: Vec<Reply>, conversations: &[&[Message]]) -> (Recorder, ScriptedServer) {
    let server = ScriptedServer::replies(replies).await.expect("a server");
    let upstream = Endpoint::new(&server.url()).expect("a base URL");
    let recorder = Recorder::start(&upstream, Duration::from_secs(5))
        .await
        .expect("a recorder");
    let client = ChatCompletions::new(settings(&recorder.url())).expect("a client");
    for messages in conversations {
        let _ = turn(&client, messages).await;
    }
    (recorder, server)
}

/// The turn of a call, with its output.
fn called(id: &str, output: &str) -> [Message; 2] {
    let call = ToolCall {
        id: id.to_owned(),
        tool: "sql_query".to_owned(),
        arguments: Map::from_iter([("query".to_owned(), json!("SELECT 1"))]),
        unreadable: None,
    };
    [
        Message::Assistant {
            content: String::new(),
            tool_calls: vec![call],
        },
        Message::Tool {
            call_id: id.to_owned(),
            tool: "sql_query".to_owned(),
            output: output.to_owned(),
        },
    ]
}

fn conversation(id: &str, output: &str) -> Vec<Message> {
    [user("Berapa?")]
        .into_iter()
        .chain(called(id, output))
        .collect()
}

const OUTPUT: &str = r#"{"success":true,"rows":[{"n":5}]}"#;

/// Without what differs from run to run.
fn at_once(mut recording: Recording) -> Recording {
    for exchange in &mut recording.exchanges {
        exchange.response.delay = Duration::ZERO;
        for chunk in &mut exchange.response.chunks {
            chunk.delay = Duration::ZERO;
        }
    }
    recording
}

async fn usual() -> Recording {
    let asks = Reply::calls(&[("sql_query", json!({"query": "SELECT 1"}))]);
    let says = Reply::says(&["Ada – ", "5."]).cut_inside("–");
    let first = [user("Berapa?")];
    let second = conversation("call_sql_query_0", OUTPUT);
    let (recorder, _server) = recorded(vec![asks, says], &[&first, &second]).await;
    at_once(recorder.finish().await)
}
