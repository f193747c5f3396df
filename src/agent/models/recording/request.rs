//! A request as it is compared: without what differs from one run to the next.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::canonical::{canonical, without_times};

/// A request in its parts. Ids of calls are `call-1`, `call-2`, … in the order in which they appear.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RecordedRequest {
    pub(super) model: String,
    pub(super) messages: Vec<Value>,
    pub(super) tools: Vec<Value>,
    /// Everything else.
    pub(super) parameters: Map<String, Value>,
}

impl RecordedRequest {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        let mut parameters: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|error| format!("the request's body is no JSON object: {error}"))?;
        let mut list = |key: &str| match parameters.shift_remove(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(format!("the request's `{key}` are no list")),
        };
        let (messages, tools) = (list("messages")?, list("tools")?);
        let model = match parameters.shift_remove("model") {
            Some(Value::String(model)) => model,
            _ => return Err("the request names no `model`".to_owned()),
        };
        let mut request = Self {
            model,
            messages,
            tools,
            parameters,
        };
        request.rename_calls();
        Ok(request)
    }

    fn rename_calls(&mut self) {
        let mut names: HashMap<String, String> = HashMap::new();
        let mut rename = |id: Option<&mut Value>| {
            if let Some(Value::String(id)) = id {
                let next = names.len() + 1;
                let name = names
                    .entry(std::mem::take(id))
                    .or_insert_with(|| format!("call-{next}"));
                id.clone_from(name);
            }
        };
        for message in &mut self.messages {
            for call in message
                .get_mut("tool_calls")
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                rename(call.get_mut("id"));
            }
            rename(message.get_mut("tool_call_id"));
        }
    }

    /// What is compared: equal for requests that are the same.
    pub(super) fn key(&self) -> String {
        let messages: Vec<_> = self.messages.iter().map(comparable).collect();
        let tools: Vec<_> = self.tools.iter().map(canonical).collect();
        let parameters = canonical(&Value::Object(self.parameters.clone()));
        // None of the parts can hold this character: JSON escapes it.
        [
            vec![self.model.escape_debug().to_string(), parameters],
            tools,
            messages,
        ]
        .map(|part| part.join("\u{1}"))
        .join("\u{2}")
    }
}

/// A message as it is compared. What the user and the model say is compared to the letter; rules and outputs of tools may
/// mention the time.
pub(super) fn comparable(message: &Value) -> String {
    let text = canonical(message);
    match message["role"].as_str() {
        Some("system" | "developer" | "tool") => without_times(&text),
        _ => text,
    }
}
