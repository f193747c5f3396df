//! The agent without Temporal, on the services and in the world of a harness: for tests of what it knows and remembers.

use std::sync::Arc;

use async_trait::async_trait;
use kai_e2e::agent::{Agent, ChatModel, EventSink, OfflineAnalyst, RunRequest};
use kai_e2e::contract::Event;
use kai_e2e::harness::Harness;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::support::{Result, Rows};

/// One conversation with an agent, or questions that belong to none.
pub struct Conversation {
    agent: Agent,
    connection: String,
    id: Option<String>,
}

/// What a run said.
#[derive(Debug, Default)]
pub struct Heard {
    /// The events, without `error` and `done`.
    pub events: Vec<Event>,
    /// The answer.
    pub answer: String,
    /// The statements that ran.
    pub sql_queries: Vec<String>,
    /// Why there is no answer.
    pub failure: Option<String>,
}

#[async_trait]
impl EventSink for Heard {
    async fn emit(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl Conversation {
    /// Questions that belong to no conversation.
    pub fn none(harness: &Harness) -> Result<Self> {
        Self::with(harness, Arc::new(OfflineAnalyst::new()), None)
    }

    /// A conversation with another model.
    pub fn with(harness: &Harness, model: Arc<dyn ChatModel>, id: Option<&str>) -> Result<Self> {
        Ok(Self {
            agent: Agent::new(harness.worker_config().agent, model)?,
            connection: harness.connection_id().to_owned(),
            id: id.map(str::to_owned),
        })
    }

    /// The same over another connection.
    pub fn over(mut self, connection: &str) -> Self {
        self.connection = connection.to_owned();
        self
    }

    /// The agent.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// Asks the next question.
    pub async fn ask(&self, prompt: &str) -> Result<Heard> {
        let mut heard = Heard::default();
        let request = RunRequest {
            prompt,
            connection_id: &self.connection,
            conversation_id: self.id.as_deref(),
        };
        let report = self
            .agent
            .run(request, &mut heard, &CancellationToken::new())
            .await;
        heard.answer = report.final_answer;
        heard.sql_queries = report.sql_queries;
        heard.failure = report.failure.map(|failure| failure.chain());
        Ok(heard)
    }
}

impl Heard {
    /// The events' types, runs of tokens folded; tools with their name.
    pub fn line(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for event in &self.events {
            let word = match event {
                Event::ToolStart(start) => format!("{}(", start.tool),
                Event::ToolEnd(_) => ")".to_owned(),
                other => other.kind().to_owned(),
            };
            if !(word == "token" && words.last().is_some_and(|last| last == "token")) {
                words.push(word);
            }
        }
        words.join(" ").replace("( )", "()")
    }

    /// The outputs of a tool, in the order of its calls.
    pub fn outputs(&self, tool: &str) -> Vec<Value> {
        let outputs = self.events.iter().filter_map(|event| match event {
            Event::ToolEnd(end) if end.tool == tool => Some(&end.output),
            _ => None,
        });
        outputs
            .map(|output| serde_json::from_str(output).unwrap_or_else(|_| output.clone().into()))
            .collect()
    }

    /// The rows of the last statement that returned any, as text by column.
    pub fn rows(&self) -> Rows {
        let last = self.events.iter().rev().find_map(|event| match event {
            Event::SqlResult(rows) => Some(rows),
            _ => None,
        });
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        last.map_or_else(Vec::new, |rows| {
            let row = |row: &serde_json::Map<String, Value>| {
                rows.columns
                    .iter()
                    .map(|column| row.get(column).and_then(text))
                    .collect()
            };
            rows.data.iter().map(row).collect()
        })
    }

    /// The questions that were offered.
    pub fn suggestions(&self) -> Vec<String> {
        let offered = self.events.iter().find_map(|event| match event {
            Event::Suggestions { content } => serde_json::from_value(content.clone()).ok(),
            _ => None,
        });
        offered.unwrap_or_default()
    }
}
