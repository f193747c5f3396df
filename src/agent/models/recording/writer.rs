//! A recording as lines.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::canonical::as_written;
use super::exchange::{End, Exchange, Recording};
use super::file::{FORM, JSON};
use super::pieces;

impl Recording {
    /// The lines of the file.
    pub(super) fn lines(&self) -> String {
        let mut writer = Writer::default();
        let mut head = json!({"recording": FORM});
        if let Some(bytes) = self.context_bytes {
            head["context_bytes"] = json!(bytes);
        }
        writer.line(&head);
        for exchange in &self.exchanges {
            writer.exchange(exchange);
        }
        writer.text
    }
}

/// Writes each tool and each message once, before the first request that has it.
#[derive(Default)]
struct Writer {
    text: String,
    tools: Vec<Value>,
    messages: Vec<Value>,
    requests: usize,
}

impl Writer {
    fn line(&mut self, value: &Value) {
        self.text.push_str(&value.to_string());
        self.text.push('\n');
    }

    fn exchange(&mut self, exchange: &Exchange) {
        let request = &exchange.request;
        let tools = self.numbers("tool", &request.tools);
        let messages = self.numbers("message", &request.messages);
        self.requests += 1;
        self.line(&json!({
            "request": self.requests,
            "model": request.model,
            "parameters": request.parameters,
            "tools": tools,
            "messages": messages,
        }));
        let response = &exchange.response;
        let mut head = json!({
            "response": response.status,
            "content_type": response.content_type,
            "ms": millis(response.delay),
        });
        if let Some(after) = &response.retry_after {
            head["retry_after"] = json!(after);
        }
        self.line(&head);
        for chunk in &response.chunks {
            self.line(&json!({"chunk": pieces::write(&chunk.bytes), "ms": millis(chunk.delay)}));
        }
        let end = match response.end {
            End::Complete => "complete",
            End::Cut => "cut",
        };
        self.line(&json!({ "end": end }));
    }

    /// The numbers of these tools or messages; those that are new are written.
    fn numbers(&mut self, kind: &str, values: &[Value]) -> Vec<usize> {
        let mut numbers = Vec::with_capacity(values.len());
        for value in values {
            let known = match kind {
                "tool" => &mut self.tools,
                _ => &mut self.messages,
            };
            let number = match known.iter().position(|known| known == value) {
                Some(at) => at + 1,
                None => {
                    known.push(value.clone());
                    let number = known.len();
                    let mut line = Map::from_iter([(kind.to_owned(), json!(number))]);
                    match readable(value) {
                        Value::Object(members) => line.extend(members),
                        other => {
                            line.insert("value".to_owned(), other);
                        }
                    }
                    self.line(&Value::Object(line));
                    number
                }
            };
            numbers.push(number);
        }
        numbers
    }
}

fn millis(delay: Duration) -> u64 {
    u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)
}

/// Texts that are JSON, as outputs of tools and arguments of calls are, as the JSON that they are.
fn readable(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with(['{', '[']) => match as_written(text) {
            Some(inner) => json!({ JSON: inner }),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(readable).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), readable(value)))
            .collect(),
        plain => plain.clone(),
    }
}
