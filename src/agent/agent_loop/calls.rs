//! Running the tools that a turn calls.

use futures::StreamExt;
use futures::stream::FuturesOrdered;

use super::budget::Budget;
use super::conversation::Conversation;
use super::empty_results::EmptyResults;
use super::stages::Stages;
use crate::agent::stop::Stop;
use crate::agent::tools::{Finished, Toolbox, failure_output};
use crate::agent::{AgentError, EventSink, ToolCall};
use crate::contract::{Event, ToolEnd, ToolStart};

/// What running tools changes.
pub(super) struct Runner<'a, 'b> {
    pub(super) toolbox: &'a Toolbox<'a>,
    pub(super) conversation: &'a mut Conversation,
    pub(super) budget: &'a mut Budget<'b>,
    pub(super) stages: &'a mut Stages,
    pub(super) events: &'a mut dyn EventSink,
    pub(super) stop: &'a Stop,
    pub(super) empty_results: &'a mut EmptyResults,
}

impl Runner<'_, '_> {
    /// Runs the calls of one turn. Neighbouring look-ups run at once; their events come in the order of the calls.
    pub(super) async fn run(&mut self, calls: &[ToolCall]) -> Result<(), AgentError> {
        let mut rest = calls;
        while !rest.is_empty() {
            let lookups = rest
                .iter()
                .take_while(|call| Toolbox::is_lookup(call))
                .count();
            // What the bound forbids is not even begun.
            let at_once = lookups.min(self.budget.calls_left()).max(1);
            let (batch, after) = rest.split_at(at_once);
            rest = after;
            let toolbox = self.toolbox;
            let mut running: FuturesOrdered<_> =
                batch.iter().map(|call| toolbox.run(call)).collect();
            for call in batch {
                self.stop.check()?;
                self.budget.call()?;
                self.started(call).await;
                let finished = match running.next().await {
                    Some(Ok(finished)) => finished,
                    Some(Err(fatal)) => {
                        self.ended(call, failure_output(&fatal.chain())).await;
                        return Err(fatal);
                    }
                    // Unreachable: there is one future for each call.
                    None => continue,
                };
                self.finished(call, finished).await?;
            }
        }
        Ok(())
    }

    async fn finished(&mut self, call: &ToolCall, finished: Finished) -> Result<(), AgentError> {
        let verdict = self.budget.ended(call, &finished);
        let Finished {
            output,
            events,
            rows,
            stage,
            ..
        } = finished;
        self.ended(call, output.clone()).await;
        for event in events {
            self.events.emit(event).await;
        }
        if let Some(warning) = rows.and_then(|rows| self.empty_results.count(rows)) {
            self.events.emit(warning).await;
        }
        if let Some(stage) = stage {
            self.stages.completed(stage);
        }
        self.conversation.returned(call, output);
        verdict
    }

    async fn started(&mut self, call: &ToolCall) {
        let start = ToolStart {
            tool: call.tool.clone(),
            input: call.arguments.clone(),
        };
        self.events.emit(Event::ToolStart(start)).await;
    }

    async fn ended(&mut self, call: &ToolCall, output: String) {
        self.events
            .emit(Event::ToolEnd(ToolEnd {
                tool: call.tool.clone(),
                output,
            }))
            .await;
    }
}
