//! Lines as a recording.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::exchange::{Chunk, End, Exchange, Recording, Response};
use super::file::{FORM, JSON};
use super::pieces;
use super::request::RecordedRequest;

/// Takes lines, one after the other.
#[derive(Default)]
pub(super) struct Reader {
    recording: Recording,
    has_head: bool,
    tools: Vec<Value>,
    messages: Vec<Value>,
    request: Option<RecordedRequest>,
    response: Option<Response>,
}

#[derive(Deserialize)]
struct RequestLine {
    model: String,
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default)]
    tools: Vec<usize>,
    messages: Vec<usize>,
}

#[derive(Deserialize)]
struct ResponseLine {
    response: u16,
    content_type: Option<String>,
    retry_after: Option<String>,
    #[serde(default)]
    ms: u64,
}

impl Reader {
    pub(super) fn line(&mut self, line: &str) -> Result<(), String> {
        let value: Value =
            serde_json::from_str(line).map_err(|error| format!("it is no JSON: {error}"))?;
        let kind = value
            .as_object()
            .and_then(|object| object.keys().next())
            .cloned()
            .unwrap_or_default();
        if !self.has_head && kind != "recording" {
            return Err(format!(
                "it is no recording: the first line must be {{\"recording\":{FORM}}}"
            ));
        }
        match kind.as_str() {
            "recording" => self.head(&value),
            "tool" => numbered(&mut self.tools, "tool", value),
            "message" => numbered(&mut self.messages, "message", value),
            "request" => self.request(value),
            "response" => self.response(value),
            "chunk" => self.chunk(&value),
            "end" => self.end(&value),
            other => Err(format!("`{other}` begins no line of a recording")),
        }
    }

    fn head(&mut self, value: &Value) -> Result<(), String> {
        self.has_head = true;
        self.recording.context_bytes = value["context_bytes"]
            .as_u64()
            .and_then(|bytes| usize::try_from(bytes).ok());
        match value["recording"].as_u64() {
            Some(FORM) => Ok(()),
            _ => Err(format!(
                "the form of the file is {}: this version reads {FORM}",
                value["recording"]
            )),
        }
    }

    fn request(&mut self, value: Value) -> Result<(), String> {
        if self.request.is_some() {
            return Err("a request follows one that has no end".to_owned());
        }
        let line: RequestLine =
            serde_json::from_value(value).map_err(|error| format!("no request: {error}"))?;
        let of = |known: &[Value], kind: &str, numbers: &[usize]| {
            numbers
                .iter()
                .map(|number| {
                    let at = number.checked_sub(1).and_then(|at| known.get(at));
                    at.cloned()
                        .ok_or_else(|| format!("there is no {kind} {number} before this line"))
                })
                .collect::<Result<Vec<_>, _>>()
        };
        self.request = Some(RecordedRequest {
            model: line.model,
            messages: of(&self.messages, "message", &line.messages)?,
            tools: of(&self.tools, "tool", &line.tools)?,
            parameters: line.parameters,
        });
        Ok(())
    }

    fn response(&mut self, value: Value) -> Result<(), String> {
        if self.request.is_none() || self.response.is_some() {
            return Err("a response must follow its request".to_owned());
        }
        let line: ResponseLine =
            serde_json::from_value(value).map_err(|error| format!("no response: {error}"))?;
        self.response = Some(Response {
            status: line.response,
            content_type: line.content_type,
            retry_after: line.retry_after,
            delay: Duration::from_millis(line.ms),
            chunks: Vec::new(),
            end: End::Complete,
        });
        Ok(())
    }

    fn chunk(&mut self, value: &Value) -> Result<(), String> {
        let response = self.response.as_mut();
        let response = response.ok_or("a chunk must follow its response")?;
        response.chunks.push(Chunk {
            delay: Duration::from_millis(value["ms"].as_u64().unwrap_or(0)),
            bytes: pieces::read(&value["chunk"])?.into(),
        });
        Ok(())
    }

    fn end(&mut self, value: &Value) -> Result<(), String> {
        let (Some(request), Some(mut response)) = (self.request.take(), self.response.take())
        else {
            return Err("an end must follow its response".to_owned());
        };
        response.end = match value["end"].as_str() {
            Some("complete") => End::Complete,
            Some("cut") => End::Cut,
            _ => return Err("an end is `complete` or `cut`".to_owned()),
        };
        self.recording
            .exchanges
            .push(Exchange { request, response });
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Recording, String> {
        if self.request.is_some() {
            return Err("the last request has no end".to_owned());
        }
        if self.recording.exchanges.is_empty() {
            return Err("there is no request in it".to_owned());
        }
        Ok(self.recording)
    }
}

/// Takes a tool or a message, whose numbers count up.
fn numbered(known: &mut Vec<Value>, kind: &str, value: Value) -> Result<(), String> {
    let Value::Object(mut members) = value else {
        return Err(format!("no {kind}"));
    };
    let number = members
        .shift_remove(kind)
        .and_then(|number| number.as_u64());
    let expected = known.len() as u64 + 1;
    if number != Some(expected) {
        return Err(format!("this must be {kind} {expected}"));
    }
    known.push(match members.shift_remove("value") {
        Some(value) if members.is_empty() => exact(value),
        Some(value) => {
            members.insert("value".to_owned(), value);
            exact(Value::Object(members))
        }
        None => exact(Value::Object(members)),
    });
    Ok(())
}

fn exact(value: Value) -> Value {
    match value {
        Value::Object(object) if object.len() == 1 && object.contains_key(JSON) => {
            Value::String(object[JSON].to_string())
        }
        Value::Object(object) => object
            .into_iter()
            .map(|(key, value)| (key, exact(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(exact).collect(),
        plain => plain,
    }
}
