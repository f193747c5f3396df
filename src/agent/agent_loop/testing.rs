//! What the tests of the loop are written with: scripted models, a listening sink, a room with a fake Typesense.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Parts, run};
use crate::agent::connection::Databases;
use crate::agent::crypto::UriCipher;
use crate::agent::run::{EventSink, RunReport, RunRequest};
use crate::agent::store::Store;
use crate::agent::store::fake::{Asked, FakeTypesense, exported};
use crate::agent::{
    ChatModel, DeltaSink, LoopBounds, Message, ModelDelta, ModelError, ModelRequest, ModelTurn,
    SqlLimits, ToolCall,
};
use crate::contract::Event;
use crate::contract::Secret;

const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

/// Says its turns one after the other, the last one for ever; streams them in the given pieces.
pub(super) struct Script {
    turns: Vec<(Vec<ModelDelta>, ModelTurn)>,
    taken: AtomicUsize,
    context_bytes: Option<usize>,
    /// The outputs of tools that each request had.
    pub(super) given: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Script {
    /// The same, with a bound of its own.
    pub(super) fn with_context_bytes(mut self, bytes: usize) -> Self {
        self.context_bytes = Some(bytes);
        self
    }
}

#[async_trait]
impl ChatModel for Script {
    fn name(&self) -> &str {
        "script"
    }

    fn context_bytes(&self) -> Option<usize> {
        self.context_bytes
    }

    async fn turn(
        &self,
        request: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        let outputs = request.messages.iter().filter_map(|message| match message {
            Message::Tool { output, .. } => Some(output.clone()),
            _ => None,
        });
        let outputs = outputs.collect();
        self.given.lock().expect("not poisoned").push(outputs);
        let number = self
            .taken
            .fetch_add(1, Ordering::SeqCst)
            .min(self.turns.len() - 1);
        let (deltas, turn) = self.turns[number].clone();
        for delta in deltas {
            sink.delta(delta).await;
        }
        Ok(turn)
    }
}

pub(super) fn script(turns: Vec<(Vec<ModelDelta>, ModelTurn)>) -> Script {
    Script {
        turns,
        taken: AtomicUsize::new(0),
        context_bytes: None,
        given: Arc::default(),
    }
}

/// Never answers.
pub(super) struct Silent;

#[async_trait]
impl ChatModel for Silent {
    fn name(&self) -> &str {
        "silent"
    }

    async fn turn(
        &self,
        _: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        sink.delta(ModelDelta::Thinking("hm".to_owned())).await;
        std::future::pending().await
    }
}

pub(super) fn says(pieces: &[&str]) -> (Vec<ModelDelta>, ModelTurn) {
    let deltas = pieces
        .iter()
        .map(|piece| ModelDelta::Text((*piece).to_owned()))
        .collect();
    (
        deltas,
        ModelTurn {
            content: pieces.concat(),
            ..ModelTurn::default()
        },
    )
}

pub(super) fn calls(calls: &[(&str, Value)]) -> (Vec<ModelDelta>, ModelTurn) {
    let tool_calls = calls
        .iter()
        .enumerate()
        .map(|(number, (tool, arguments))| ToolCall {
            id: format!("call-{number}"),
            tool: (*tool).to_owned(),
            arguments: arguments.as_object().cloned().expect("an object"),
            unreadable: None,
        })
        .collect();
    (
        Vec::new(),
        ModelTurn {
            tool_calls,
            ..ModelTurn::default()
        },
    )
}

pub(super) fn plan() -> (&'static str, Value) {
    (
        "write_todos",
        json!({"todos": [{"content": "a", "status": "pending"}]}),
    )
}

/// The events as `type`, and for tools `type:tool`; tokens with their text.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) events: Vec<Event>,
    /// Cancelled when an event of this kind comes.
    pub(super) cancel_on: Option<(&'static str, CancellationToken)>,
}

#[async_trait]
impl EventSink for Heard {
    async fn emit(&mut self, event: Event) {
        if let Some((kind, cancel)) = &self.cancel_on
            && event.kind() == *kind
        {
            cancel.cancel();
        }
        self.events.push(event);
    }
}

impl Heard {
    pub(super) fn line(&self) -> String {
        let words: Vec<String> = self
            .events
            .iter()
            .map(|event| match event {
                Event::ToolStart(start) => format!("({}", start.tool),
                Event::ToolEnd(end) => {
                    let output: Value = serde_json::from_str(&end.output).expect("JSON");
                    let sign = if output["success"] == true { "" } else { "!" };
                    format!("{}{sign})", end.tool)
                }
                Event::Token { content } => format!("'{content}'"),
                other => other.kind().to_owned(),
            })
            .collect();
        words.join(" ")
    }
}

fn stored_connection() -> Value {
    let cipher = UriCipher::new(&Secret::from(KEY)).expect("a key");
    // Nobody listens on port 1.
    let uri = cipher.seal(&Secret::from("postgresql://u:p@127.0.0.1:1/d"));
    json!({"id": "c", "alias": "c", "dialect": "postgresql", "connection_uri": uri})
}

/// The usual knowledge: a connection, one table, one skill.
pub(super) fn knowledge(asked: &Asked) -> (u16, String) {
    let name = asked.path.split('/').nth(2).unwrap_or_default();
    match name {
        "database_connections" if asked.path.ends_with("/c") => {
            (200, stored_connection().to_string())
        }
        "table_descriptions" => {
            let column = json!({"name": "name", "data_type": "text"});
            exported(&[
                json!({"id": "c.public.t", "db_connection_id": "c", "db_schema": "public", "table_name": "t",
                             "columns": [column]}),
            ])
        }
        "skills" => exported(&[
            json!({"id": "s", "db_connection_id": "c", "skill_id": "rank", "name": "Peringkat",
                                     "content": "steps", "category": "x", "tags": ["top"], "is_active": true}),
        ]),
        "instructions" => exported(&[]),
        _ => (404, json!({"message": "Not Found"}).to_string()),
    }
}

pub(super) struct Room {
    store: Store,
    databases: Databases,
    cipher: UriCipher,
    pub(super) bounds: LoopBounds,
}

impl Room {
    pub(super) fn new(fake: &FakeTypesense) -> Self {
        Self {
            store: Store::new(&fake.config()).expect("a store"),
            databases: Databases::new(SqlLimits::default()),
            cipher: UriCipher::new(&Secret::from(KEY)).expect("a key"),
            bounds: LoopBounds::default(),
        }
    }

    pub(super) async fn usual() -> Self {
        Self::new(&FakeTypesense::start(|asked| knowledge(&asked)).await)
    }

    pub(super) async fn ask(
        &self,
        model: &dyn ChatModel,
        prompt: &str,
        heard: &mut Heard,
        cancel: &CancellationToken,
    ) -> RunReport {
        let parts = Parts {
            store: &self.store,
            databases: &self.databases,
            cipher: &self.cipher,
            model,
            bounds: &self.bounds,
            language: "id",
        };
        let request = RunRequest {
            prompt,
            connection_id: "c",
            conversation_id: None,
        };
        // Nothing here takes long; a loop that hangs shall fail its test rather than the whole suite.
        tokio::time::timeout(Duration::from_secs(20), run(parts, request, heard, cancel))
            .await
            .expect("an end")
    }

    pub(super) async fn run(&self, model: impl ChatModel) -> (RunReport, Heard) {
        let mut heard = Heard::default();
        let report = self
            .ask(&model, "apa?", &mut heard, &CancellationToken::new())
            .await;
        (report, heard)
    }
}
