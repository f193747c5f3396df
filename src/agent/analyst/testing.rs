//! Plays the tool loop for tests: the tools' outputs come from a schema and a catalogue, the rows from the test.

use serde_json::{Value, json};

use super::OfflineAnalyst;
use crate::agent::catalogue::Catalogue;
use crate::agent::chat_model::{ChatModel, DeltaSink, Message, ModelDelta, ModelRequest};

/// A schema and a glossary, as the tools return them.
pub(super) struct Domain {
    /// Output of `get_database_schema`.
    pub schema: Value,
    /// Glossary entries, with `metadata` as an object.
    pub glossary: Vec<Value>,
}

/// What happened in a run.
#[derive(Debug, Default)]
pub(super) struct Played {
    /// The tools that were called, in order.
    pub tools: Vec<String>,
    /// The statements that were sent.
    pub statements: Vec<String>,
    /// The answer.
    pub answer: String,
    /// The reasoning.
    pub thinking: String,
    /// The text pieces of the last turn.
    pub pieces: Vec<String>,
    /// The questions that were offered.
    pub suggestions: Vec<String>,
}

#[derive(Default)]
struct Sink {
    pieces: Vec<String>,
    thinking: String,
}

#[async_trait::async_trait]
impl DeltaSink for Sink {
    async fn delta(&mut self, delta: ModelDelta) {
        match delta {
            ModelDelta::Text(text) => self.pieces.push(text),
            ModelDelta::Thinking(text) => self.thinking.push_str(&text),
            ModelDelta::ToolCall => {}
        }
    }
}

impl Domain {
    /// The built-in catalogue over a cut-down schema.
    pub fn koperasi(schema: Value) -> Self {
        Self {
            schema,
            glossary: glossary(),
        }
    }

    /// Runs a question; `rows` is asked for the output of each statement.
    pub fn play(&self, question: &str, rows: impl Fn(&str) -> Value) -> Played {
        futures_lite(self.run(&[], question, rows))
    }

    /// Runs a question after others of the same conversation; no statement returns anything.
    pub fn after(&self, earlier: &[&str], question: &str) -> Played {
        futures_lite(self.run(earlier, question, |_| table(&["n"], &[])))
    }

    /// Runs a question after others of the same conversation.
    pub fn play_after(
        &self,
        earlier: &[&str],
        question: &str,
        rows: impl Fn(&str) -> Value,
    ) -> Played {
        futures_lite(self.run(earlier, question, rows))
    }

    /// Runs a question whose statements all return nothing.
    pub fn ask(&self, question: &str) -> Played {
        self.play(question, |_| table(&["n"], &[]))
    }

    /// The one statement that answers a question.
    pub fn sql(&self, question: &str) -> String {
        let played = self.ask(question);
        match &played.statements[..] {
            [one] => one.clone(),
            _ => panic!("{question}: {:?}\n{}", played.statements, played.answer),
        }
    }

    /// The answer to a question for which nothing is sent.
    #[track_caller]
    pub fn refuses(&self, question: &str) -> String {
        self.refuses_after(&[], question)
    }

    /// The answer to a question for which nothing is sent, after others of the same conversation.
    #[track_caller]
    pub fn refuses_after(&self, earlier: &[&str], question: &str) -> String {
        let played = self.after(earlier, question);
        assert_eq!(
            played.statements,
            Vec::<String>::new(),
            "{earlier:?} {question}: {}",
            played.answer
        );
        played.answer
    }

    async fn run(&self, earlier: &[&str], question: &str, rows: impl Fn(&str) -> Value) -> Played {
        let mut played = Played::default();
        let mut messages = Vec::new();
        for text in earlier {
            messages.push(Message::User {
                content: (*text).to_owned(),
            });
            messages.push(Message::Assistant {
                content: "…".to_owned(),
                tool_calls: Vec::new(),
            });
        }
        messages.push(Message::User {
            content: question.to_owned(),
        });
        for _ in 0..10 {
            let mut sink = Sink::default();
            let request = ModelRequest {
                messages: &messages,
                tools: &[],
            };
            let turn = OfflineAnalyst::new()
                .turn(request, &mut sink)
                .await
                .expect("a turn");
            assert_eq!(sink.pieces.concat(), turn.content, "pieces are the content");
            played.thinking.push_str(&sink.thinking);
            if turn.tool_calls.is_empty() {
                played.answer = turn.content;
                played.pieces = sink.pieces;
                return played;
            }
            messages.push(Message::Assistant {
                content: turn.content,
                tool_calls: turn.tool_calls.clone(),
            });
            for call in turn.tool_calls {
                let argument = |key: &str| {
                    let value = call.arguments.get(key).and_then(Value::as_str);
                    value.expect("a text argument").to_owned()
                };
                let output = match call.tool.as_str() {
                    "get_database_schema" => self.schema.clone(),
                    "search_metrics_in_question" => self.search(&argument("question")),
                    "get_business_glossary" => json!({"success": true, "terms": self.glossary}),
                    "sql_query" => {
                        played.statements.push(argument("query"));
                        rows(&argument("query"))
                    }
                    "suggest_follow_ups" => {
                        let offered = call.arguments["questions"].as_array();
                        let offered = offered.into_iter().flatten().filter_map(Value::as_str);
                        played.suggestions = offered.map(str::to_owned).collect();
                        json!({"success": true})
                    }
                    _ => json!({"success": true}),
                };
                played.tools.push(call.tool.clone());
                messages.push(Message::Tool {
                    call_id: call.id,
                    tool: call.tool,
                    output: output.to_string(),
                });
            }
        }
        panic!("{question}: no answer after ten turns");
    }

    /// What the glossary search does: whole words, case and punctuation folded; all relations.
    fn search(&self, question: &str) -> Value {
        let question = folded(question);
        let of = |kind: &str| -> Vec<&Value> {
            self.glossary
                .iter()
                .filter(|entry| {
                    let aliases = entry["alias"].as_array().into_iter().flatten();
                    let mut names = std::iter::once(&entry["metric"])
                        .chain(aliases)
                        .filter_map(Value::as_str);
                    let own = entry["metadata"]["kind"].as_str().unwrap_or("metric");
                    own == kind
                        && (kind == "relation"
                            || names.any(|name| question.contains(&folded(name))))
                })
                .collect()
        };
        json!({"success": true, "metrics": of("metric"), "dimensions": of("dimension"), "statements": of("statement"), "relations": of("relation")})
    }
}

fn folded(text: &str) -> String {
    let words: Vec<_> = text
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    format!(" {} ", words.join(" "))
}

/// The terms of the built-in catalogue, as the tools give them.
pub(super) fn glossary() -> Vec<Value> {
    let documents = Catalogue::embedded()
        .expect("the built-in catalogue")
        .documents("c");
    documents
        .glossary
        .into_iter()
        .map(|entry| {
            let metadata: Value = serde_json::from_str(&entry.metadata).expect("an object");
            json!({"metric": entry.metric, "alias": entry.alias, "sql": entry.sql, "metadata": metadata})
        })
        .collect()
}

/// Output of a `sql_query` that ran.
pub(super) fn table(columns: &[&str], rows: &[&[Value]]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            let cells = columns
                .iter()
                .map(|name| (*name).to_owned())
                .zip(row.iter().cloned());
            Value::Object(cells.collect())
        })
        .collect();
    json!({"success": true, "columns": columns, "row_count": rows.len(), "rows": rows, "truncated": false})
}

/// A text column of few values.
pub(super) fn few(name: &str, comment: &str, values: &[&str]) -> Value {
    json!({"name": name, "description": comment, "data_type": "text", "is_primary_key": false,
           "low_cardinality": true, "categories": values, "foreign_key": null})
}

/// Any other column.
pub(super) fn column(name: &str, kind: &str, foreign_key: Option<&str>) -> Value {
    json!({"name": name, "description": "", "data_type": kind, "is_primary_key": false,
           "low_cardinality": false, "categories": [], "foreign_key": foreign_key})
}

/// Output of `get_database_schema`.
pub(super) fn schema(tables: &[(&str, &str, Vec<Value>)]) -> Value {
    let tables: Vec<_> = tables
        .iter()
        .map(|(name, comment, columns)| {
            json!({"table_name": name, "db_schema": "public", "description": comment, "columns": columns})
        })
        .collect();
    json!({"success": true, "dialect": "postgresql", "tables": tables})
}

/// Runs a future that never waits: the analyst does no I/O.
fn futures_lite<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("the analyst waited for something"),
    }
}
