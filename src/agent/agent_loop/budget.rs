//! Counting against a run's bounds.

use std::collections::HashMap;

use crate::agent::tools::Finished;
use crate::agent::{AgentError, LoopBounds, ToolCall};

/// What a run has used up.
pub(super) struct Budget<'a> {
    bounds: &'a LoopBounds,
    turns: usize,
    calls: usize,
    failures: HashMap<(String, String), usize>,
}

impl<'a> Budget<'a> {
    pub(super) fn new(bounds: &'a LoopBounds) -> Self {
        Self {
            bounds,
            turns: 0,
            calls: 0,
            failures: HashMap::new(),
        }
    }

    /// Another turn of the model, which is given this many bytes.
    pub(super) fn turn(&mut self, bytes: usize) -> Result<(), AgentError> {
        self.turns += 1;
        within(self.turns, self.bounds.iterations, "model turns")?;
        within(bytes, self.bounds.model_bytes, "bytes of conversation")
    }

    /// Another call of a tool.
    pub(super) fn call(&mut self) -> Result<(), AgentError> {
        self.calls += 1;
        within(self.calls, self.bounds.tool_calls, "tool calls")
    }

    /// A call has ended. The same call may fail a few times (a model may try again after a change elsewhere), but a
    /// model that repeats itself would only go on.
    pub(super) fn ended(&mut self, call: &ToolCall, finished: &Finished) -> Result<(), AgentError> {
        let Some(reason) = &finished.failure else {
            return Ok(());
        };
        let arguments = serde_json::to_string(&call.arguments).unwrap_or_default();
        let times = self
            .failures
            .entry((call.tool.clone(), arguments))
            .or_default();
        *times += 1;
        if *times < self.bounds.identical_failures {
            return Ok(());
        }
        Err(match &finished.refused {
            Some(source) => AgentError::RefusedSql {
                times: *times,
                source: source.clone(),
            },
            None => AgentError::RepeatedFailure {
                tool: call.tool.clone(),
                times: *times,
                error: reason.clone(),
            },
        })
    }
}

fn within(used: usize, limit: usize, what: &'static str) -> Result<(), AgentError> {
    if used > limit {
        Err(AgentError::Bound { what, limit })
    } else {
        Ok(())
    }
}
