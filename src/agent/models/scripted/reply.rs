//! What a scripted server answers to one request.

use std::sync::Arc;

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Arguments of calls are sent in pieces of this many characters.
const PIECE: usize = 24;

/// An answer, step by step.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// One chunk.
    Send(Bytes),
    /// Nothing, until the test says so.
    Wait(Arc<Notify>),
    /// Nothing, for ever.
    Hang,
    /// The connection is broken off.
    Cut,
}

impl Reply {
    /// An answer without anything in it, to be filled with [`event`](Self::event), [`bytes`](Self::bytes) and the like.
    pub fn stream() -> Self {
        Self {
            status: 200,
            headers: vec![(CONTENT_TYPE, "text/event-stream".to_owned())],
            steps: Vec::new(),
        }
    }

    /// A text in these pieces, each a chunk of its own.
    pub fn says(pieces: &[&str]) -> Self {
        Self::stream().text(pieces).finish("stop")
    }

    /// Calls of tools, at once: the beginning of each first, then their arguments in turns, in pieces.
    pub fn calls(calls: &[(&str, Value)]) -> Self {
        Self::stream().tool_calls(calls).finish("tool_calls")
    }

    /// An answer with another status, and this as its body.
    pub fn status(status: u16, content_type: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![(CONTENT_TYPE, content_type.to_owned())],
            steps: vec![Step::Send(Bytes::from(body.to_owned()))],
        }
    }

    /// An error in OpenAI's form.
    pub fn error(status: u16, message: &str) -> Self {
        let body = json!({"error": {"message": message, "type": "error", "code": null}});
        Self::status(status, "application/json", &body.to_string())
    }

    /// A whole answer that is not streamed.
    pub fn whole(answer: &Value) -> Self {
        Self::status(200, "application/json", &answer.to_string())
    }

    /// The same with a `retry-after` header.
    #[must_use]
    pub fn retry_after(mut self, value: &str) -> Self {
        self.headers.push((RETRY_AFTER, value.to_owned()));
        self
    }

    /// A redirect to another address.
    pub fn redirect(to: &str) -> Self {
        let mut reply = Self::status(307, "text/plain", "");
        reply.headers.push((LOCATION, to.to_owned()));
        reply
    }

    /// Adds pieces of text.
    #[must_use]
    pub fn text(self, pieces: &[&str]) -> Self {
        pieces
            .iter()
            .fold(self, |reply, piece| reply.delta(json!({"content": piece})))
    }

    /// Adds pieces of reasoning, as DeepSeek and vLLM send them.
    #[must_use]
    pub fn reasoning(self, pieces: &[&str]) -> Self {
        pieces.iter().fold(self, |reply, piece| {
            reply.delta(json!({"reasoning_content": piece}))
        })
    }

    /// Adds calls of tools.
    #[must_use]
    pub fn tool_calls(mut self, calls: &[(&str, Value)]) -> Self {
        let mut rests: Vec<Vec<char>> = Vec::new();
        for (index, (tool, arguments)) in calls.iter().enumerate() {
            let function = json!({"name": tool, "arguments": ""});
            // A server makes ids at random; these are told apart by what they are for.
            let id = format!("call_{tool}_{index}");
            let begun =
                json!([{"index": index, "id": id, "type": "function", "function": function}]);
            self = self.delta(json!({"tool_calls": begun}));
            rests.push(arguments.to_string().chars().collect());
        }
        while rests.iter().any(|rest| !rest.is_empty()) {
            for (index, rest) in rests.iter_mut().enumerate() {
                if rest.is_empty() {
                    continue;
                }
                let piece: String = rest.drain(..rest.len().min(PIECE)).collect();
                let function = json!({"arguments": piece});
                self = self.delta(json!({"tool_calls": [{"index": index, "function": function}]}));
            }
        }
        self
    }

    /// Adds one delta.
    #[must_use]
    pub fn delta(self, delta: Value) -> Self {
        self.event(completion(json!([
            {"index": 0, "delta": delta, "finish_reason": null}
        ])))
    }

    /// Adds the end of a turn: its reason, and `[DONE]`.
    #[must_use]
    pub fn finish(self, reason: &str) -> Self {
        self.reason(reason).bytes("data: [DONE]\n\n")
    }

    /// Adds the reason of the end, and nothing after it.
    #[must_use]
    pub fn reason(self, reason: &str) -> Self {
        self.event(completion(json!([
            {"index": 0, "delta": {}, "finish_reason": reason}
        ])))
    }

    /// Puts the usage in front of the last chunk, as servers do that are asked for it.
    #[must_use]
    pub fn usage(mut self, prompt_tokens: u64, completion_tokens: u64) -> Self {
        let mut usage = completion(json!([]));
        usage["usage"] = json!({
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        });
        let last = self.steps.len().saturating_sub(1);
        self.steps.insert(last, Step::Send(frame(&usage)));
        self
    }

    /// Adds one event with this as its data.
    #[must_use]
    pub fn event(mut self, data: Value) -> Self {
        self.steps.push(Step::Send(frame(&data)));
        self
    }

    /// Adds one chunk of these bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: impl Into<Bytes>) -> Self {
        self.steps.push(Step::Send(bytes.into()));
        self
    }

    /// Cuts the first chunk that holds `part` in two, one byte after where `part` begins: with a character of several bytes,
    /// inside of it.
    ///
    /// # Panics
    /// When no chunk holds it: the script is wrong.
    #[must_use]
    pub fn cut_inside(mut self, part: &str) -> Self {
        let found = self.steps.iter().enumerate().find_map(|(step, chunk)| {
            let Step::Send(bytes) = chunk else {
                return None;
            };
            let mut windows = bytes.windows(part.len());
            let at = windows.position(|window| window == part.as_bytes())?;
            Some((step, at))
        });
        let Some((step, at)) = found else {
            panic!("no chunk of the script holds `{part}`");
        };
        if let Step::Send(mut bytes) = self.steps.remove(step) {
            let rest = bytes.split_off(at + 1);
            self.steps.insert(step, Step::Send(rest));
            self.steps.insert(step, Step::Send(bytes));
        }
        self
    }

    /// Adds a pause that lasts until `gate` is notified.
    #[must_use]
    pub fn wait(mut self, gate: &Arc<Notify>) -> Self {
        self.steps.push(Step::Wait(Arc::clone(gate)));
        self
    }

    /// Says nothing more, and keeps the connection open.
    #[must_use]
    pub fn hang(mut self) -> Self {
        self.steps.push(Step::Hang);
        self
    }

    /// Breaks the connection off.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.steps.push(Step::Cut);
        self
    }
}

fn frame(data: &Value) -> Bytes {
    Bytes::from(format!("data: {data}\n\n"))
}

fn completion(choices: Value) -> Value {
    json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "model": "scripted",
        "choices": choices,
    })
}
