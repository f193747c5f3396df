//! Counting against a run's bounds.

use std::collections::HashMap;

use crate::agent::tools::Finished;
use crate::agent::{AgentError, ChatModel, LoopBounds, ToolCall};

/// What a run has used up.
pub(super) struct Budget<'a> {
    bounds: &'a LoopBounds,
    model_bytes: usize,
    turns: usize,
    calls: usize,
    failures: HashMap<(String, String), usize>,
}

impl<'a> Budget<'a> {
    /// The bounds of the run, and those of its model.
    pub(super) fn new(bounds: &'a LoopBounds, model: &dyn ChatModel) -> Self {
        let of_model = model.context_bytes().unwrap_or(usize::MAX);
        Self {
            bounds,
            model_bytes: bounds.model_bytes.min(of_model),
            turns: 0,
            calls: 0,
            failures: HashMap::new(),
        }
    }

    /// How many bytes the model may be given in one turn.
    pub(super) fn model_bytes(&self) -> usize {
        self.model_bytes
    }

    /// Another turn of the model, which is given this many bytes.
    pub(super) fn turn(&mut self, bytes: usize) -> Result<(), AgentError> {
        self.turns += 1;
        within(self.turns, self.bounds.iterations, "model turns")?;
        within(bytes, self.model_bytes, "bytes of conversation")
    }

    /// How many calls may still be made.
    pub(super) fn calls_left(&self) -> usize {
        self.bounds.tool_calls.saturating_sub(self.calls)
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
        let arguments = match &call.unreadable {
            Some(unreadable) => unreadable.clone(),
            None => serde_json::to_string(&call.arguments).unwrap_or_default(),
        };
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
