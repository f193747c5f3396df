//! A model that calls what a test tells it to, for tests of the tools themselves.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use kai_e2e::agent::{
    ChatModel, DeltaSink, Message, ModelDelta, ModelError, ModelRequest, ModelTurn, ToolCall,
};
use serde_json::Value;

/// Calls tools, one list of them a turn, and then answers.
#[derive(Debug, Default)]
pub struct Scripted {
    turns: Mutex<VecDeque<Vec<(String, Value)>>>,
    seen: Mutex<Vec<Message>>,
}

impl Scripted {
    /// Will call these tools in one turn.
    pub fn calling(calls: &[(&str, Value)]) -> Self {
        let script = Self::default();
        script.will_call(calls);
        script
    }

    /// Will call these tools in a further turn.
    pub fn will_call(&self, calls: &[(&str, Value)]) {
        let calls = calls
            .iter()
            .map(|(tool, arguments)| ((*tool).to_owned(), arguments.clone()));
        locked(&self.turns).push_back(calls.collect());
    }

    /// The messages of the last turn.
    pub fn seen(&self) -> Vec<Message> {
        locked(&self.seen).clone()
    }
}

#[async_trait]
impl ChatModel for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn turn(
        &self,
        request: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        *locked(&self.seen) = request.messages.to_vec();
        let calls = locked(&self.turns).pop_front();
        let Some(calls) = calls else {
            let content = "done".to_owned();
            sink.delta(ModelDelta::Text(content.clone())).await;
            return Ok(ModelTurn {
                content,
                tool_calls: Vec::new(),
                usage: None,
            });
        };
        let turn = request.messages.len();
        let tool_calls = calls
            .into_iter()
            .enumerate()
            .map(|(index, (tool, arguments))| ToolCall {
                id: format!("call-{turn}-{index}"),
                tool,
                arguments: arguments.as_object().cloned().unwrap_or_default(),
                unreadable: None,
            });
        Ok(ModelTurn {
            content: String::new(),
            tool_calls: tool_calls.collect(),
            usage: None,
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
