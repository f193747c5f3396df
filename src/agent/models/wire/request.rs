//! The body of a request.

use serde::Serialize;
use serde_json::{Value, json};

use crate::agent::{Message, ModelRequest, ToolCall, ToolSpec};

/// How the next token is chosen; what is not set is left to the server.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub(crate) struct Sampling {
    /// 0 is the most probable token every time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<f64>,
    /// The same number gives the same answer, where a server can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<u64>,
}

/// What is sent: always streamed, always with the usage.
pub(crate) fn body(model: &str, sampling: Sampling, request: ModelRequest<'_>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        model: &'a str,
        messages: Vec<Value>,
        // An empty list is an error for some servers.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tools: Vec<Value>,
        stream: bool,
        stream_options: Value,
        #[serde(flatten)]
        sampling: Sampling,
    }
    let body = Body {
        model,
        messages: request.messages.iter().map(message).collect(),
        tools: request.tools.iter().map(tool).collect(),
        stream: true,
        stream_options: json!({"include_usage": true}),
        sampling,
    };
    // Strings, numbers and maps with string keys: nothing in it can fail to be JSON.
    serde_json::to_vec(&body).unwrap_or_default()
}

fn message(message: &Message) -> Value {
    match message {
        Message::System { content } => json!({"role": "system", "content": content}),
        Message::User { content } => json!({"role": "user", "content": content}),
        Message::Assistant {
            content,
            tool_calls,
        } => {
            let mut object = json!({"role": "assistant", "content": content});
            if !tool_calls.is_empty() {
                object["tool_calls"] = tool_calls.iter().map(call).collect();
                if content.is_empty() {
                    object["content"] = Value::Null;
                }
            }
            object
        }
        Message::Tool {
            call_id, output, ..
        } => json!({"role": "tool", "tool_call_id": call_id, "content": output}),
    }
}

/// Arguments that could not be read go back as an empty object: servers put the history into templates that parse them. The
/// tool's output quotes what they were.
fn call(call: &ToolCall) -> Value {
    let arguments = serde_json::to_string(&call.arguments).unwrap_or_default();
    json!({
        "id": call.id,
        "type": "function",
        "function": {"name": call.tool, "arguments": arguments},
    })
}

fn tool(tool: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;

    #[test]
    fn a_conversation_is_written_as_servers_expect_it() {
        let messages = [
            Message::System {
                content: "rules".into(),
            },
            Message::User {
                content: "apa?".into(),
            },
            Message::Assistant {
                content: String::new(),
                tool_calls: vec![ToolCall {
                    id: "c1".into(),
                    tool: "sql_query".into(),
                    arguments: Map::from_iter([("query".into(), "SELECT 1".into())]),
                    unreadable: None,
                }],
            },
            Message::Tool {
                call_id: "c1".into(),
                tool: "sql_query".into(),
                output: "{}".into(),
            },
            Message::Assistant {
                content: "42".into(),
                tool_calls: Vec::new(),
            },
        ];
        let tools = [ToolSpec {
            name: "sql_query",
            description: "Runs a query.",
            parameters: json!({"type": "object"}),
        }];
        let request = ModelRequest {
            messages: &messages,
            tools: &tools,
        };
        let sampling = Sampling {
            temperature: Some(0.0),
            seed: None,
        };
        let sent: Value = serde_json::from_slice(&body("m", sampling, request)).expect("JSON");
        assert_eq!(
            sent,
            json!({
                "model": "m",
                "messages": [
                    {"role": "system", "content": "rules"},
                    {"role": "user", "content": "apa?"},
                    {"role": "assistant", "content": null, "tool_calls": [
                        {"id": "c1", "type": "function",
                         "function": {"name": "sql_query", "arguments": "{\"query\":\"SELECT 1\"}"}},
                    ]},
                    {"role": "tool", "tool_call_id": "c1", "content": "{}"},
                    {"role": "assistant", "content": "42"},
                ],
                "tools": [{"type": "function", "function": {
                    "name": "sql_query", "description": "Runs a query.", "parameters": {"type": "object"},
                }}],
                "stream": true,
                "stream_options": {"include_usage": true},
                "temperature": 0.0,
            })
        );
    }

    #[test]
    fn what_is_not_set_is_not_sent() {
        let request = ModelRequest {
            messages: &[],
            tools: &[],
        };
        let sent: Value =
            serde_json::from_slice(&body("m", Sampling::default(), request)).expect("JSON");
        let keys: Vec<_> = sent.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["model", "messages", "stream", "stream_options"]);
    }
}
