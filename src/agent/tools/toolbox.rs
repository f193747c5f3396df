//! The tools together.

use serde_json::{Map, Value};

use super::context::ToolContext;
use super::find_skills::FindSkills;
use super::get_database_schema::GetDatabaseSchema;
use super::get_instructions::GetInstructions;
use super::outcome::{Finished, ToolError};
use super::search_metrics::SearchMetrics;
use super::sql_query::SqlQuery;
use super::tool::Tool;
use super::write_todos::WriteTodos;
use crate::agent::{AgentError, ToolCall, ToolSpec};

const TOOLS: [&dyn Tool; 6] = [
    &GetInstructions,
    &GetDatabaseSchema,
    &SearchMetrics,
    &FindSkills,
    &WriteTodos,
    &SqlQuery,
];

/// The tools of one run.
pub(crate) struct Toolbox<'a> {
    context: &'a ToolContext<'a>,
}

impl<'a> Toolbox<'a> {
    pub(crate) fn new(context: &'a ToolContext<'a>) -> Self {
        Self { context }
    }

    /// The tools as the model sees them.
    pub(crate) fn specs() -> Vec<ToolSpec> {
        TOOLS.iter().map(|tool| tool.spec()).collect()
    }

    /// Whether the call only looks something up.
    pub(crate) fn is_lookup(call: &ToolCall) -> bool {
        find(&call.tool).is_some_and(Tool::is_lookup)
    }

    /// Makes a call.
    ///
    /// # Errors
    /// When the run is over: a service does not answer, or the run must stop.
    pub(crate) async fn run(&self, call: &ToolCall) -> Result<Finished, AgentError> {
        if let Some(reason) = &call.unreadable {
            return Finished::of(Err(ToolError::Failed(reason.clone())), "");
        }
        let Some(tool) = find(&call.tool) else {
            let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name()).collect();
            let reason = format!(
                "there is no tool `{}`; the tools are {}",
                call.tool,
                known.join(", ")
            );
            return Finished::of(Err(ToolError::Failed(reason)), "");
        };
        Finished::of(self.call(tool, &call.arguments).await, tool.stage())
    }

    async fn call(
        &self,
        tool: &dyn Tool,
        arguments: &Map<String, Value>,
    ) -> Result<super::outcome::Outcome, ToolError> {
        let call = tool.call(arguments, self.context);
        if tool.is_lookup() {
            self.context.stop.or(call).await?
        } else {
            // A statement must be broken off in the server too, so it listens by itself.
            call.await
        }
    }
}

fn find(name: &str) -> Option<&'static dyn Tool> {
    TOOLS.into_iter().find(|tool| tool.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_describes_itself_as_an_object() {
        for (tool, spec) in TOOLS.iter().zip(Toolbox::specs()) {
            assert_eq!(tool.name(), spec.name);
            assert_eq!(spec.parameters["type"], "object", "{}", spec.name);
            assert!(spec.parameters["properties"].is_object(), "{}", spec.name);
            assert!(!spec.description.is_empty());
        }
    }
}
