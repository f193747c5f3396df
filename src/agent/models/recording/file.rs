//! Recordings as JSONL files.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::canonical::as_written;
use super::error::RecordingError;
use super::exchange::{Chunk, End, Exchange, Recording, Response};
use super::pieces;
use super::request::RecordedRequest;
use super::secrets::{self, Suspicion};

/// The form of the files that are written and read here.
const FORM: u64 = 1;
/// Stands for a text that is JSON, in which quotes would have to be escaped.
const JSON: &str = "$json";

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or a line is none of a recording's.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(RecordingError::file("read", path))?;
        let mut reader = Reader::default();
        let mut last = 0;
        for (number, line) in text.lines().enumerate() {
            last = number + 1;
            reader
                .line(line)
                .map_err(|reason| wrong(path, last, reason))?;
        }
        reader.finish().map_err(|reason| wrong(path, last, reason))
    }

    /// Writes a file, whole or not at all; one that is there is replaced.
    ///
    /// # Errors
    /// When there is no call in the recording, something in it looks like a secret, or the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), RecordingError> {
        self.write_without(path.as_ref(), &[])
    }

    /// As [`write`](Self::write), and no file either when one of these is in it.
    pub(super) fn write_without(
        &self,
        path: &Path,
        known: &[String],
    ) -> Result<(), RecordingError> {
        if self.exchanges.is_empty() {
            return Err(RecordingError::Empty {
                path: path.to_owned(),
                reason: String::new(),
            });
        }
        if let Some(Suspicion { place, kind }) = secrets::search(self, known) {
            return Err(RecordingError::Secret {
                path: path.to_owned(),
                place,
                kind,
            });
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let written = || {
            fs::create_dir_all(directory)?;
            let mut file = tempfile::Builder::new()
                .permissions(permissions())
                .tempfile_in(directory)?;
            file.write_all(self.lines().as_bytes())?;
            file.persist(path)?;
            Ok(())
        };
        written().map_err(RecordingError::file("written", path))
    }

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

/// As other files: a temporary file is for its owner only.
fn permissions() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

fn wrong(path: &Path, line: usize, reason: String) -> RecordingError {
    RecordingError::Line {
        path: path.to_owned(),
        line,
        reason,
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

#[derive(Default)]
struct Reader {
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
    fn line(&mut self, line: &str) -> Result<(), String> {
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

    fn finish(self) -> Result<Recording, String> {
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
