//! The tools together.

use serde_json::{Map, Value};

use super::context::ToolContext;
use super::find_skills::FIND_SKILLS;
use super::generate_chart::GENERATE_CHART;
use super::get_database_schema::GET_DATABASE_SCHEMA;
use super::get_filterable_columns::GET_FILTERABLE_COLUMNS;
use super::get_instructions::GET_INSTRUCTIONS;
use super::get_table_details::GET_TABLE_DETAILS;
use super::glossary::GET_BUSINESS_GLOSSARY;
use super::list_tables::LIST_TABLES;
use super::load_skill::LOAD_SKILL;
use super::lookup_metric::LOOKUP_METRIC;
use super::lookup_verified_sql::LOOKUP_VERIFIED_SQL;
use super::outcome::{Finished, Outcome, ToolError};
use super::recall::RECALL_FOR_QUESTION;
use super::remember::REMEMBER;
use super::search_metrics::SEARCH_METRICS;
use super::search_tables::SEARCH_TABLES;
use super::sql_query::SQL_QUERY;
use super::suggest_follow_ups::SUGGEST_FOLLOW_UPS;
use super::tool::{Call, Kind, Tool};
use super::write_todos::WRITE_TODOS;
use crate::agent::{AgentError, ToolCall, ToolSpec};

const TOOLS: [&Tool; 18] = [
    &GET_INSTRUCTIONS,
    &GET_DATABASE_SCHEMA,
    &LIST_TABLES,
    &GET_TABLE_DETAILS,
    &SEARCH_TABLES,
    &GET_FILTERABLE_COLUMNS,
    &GET_BUSINESS_GLOSSARY,
    &LOOKUP_METRIC,
    &SEARCH_METRICS,
    &LOOKUP_VERIFIED_SQL,
    &FIND_SKILLS,
    &LOAD_SKILL,
    &RECALL_FOR_QUESTION,
    &REMEMBER,
    &WRITE_TODOS,
    &SQL_QUERY,
    &GENERATE_CHART,
    &SUGGEST_FOLLOW_UPS,
];

/// The names of the tools (contract §8).
pub fn tool_names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|tool| tool.name)
}

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
        find(&call.tool).is_some_and(|tool| tool.kind == Kind::Lookup)
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
            let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            let reason = format!(
                "there is no tool `{}`; the tools are {}",
                call.tool,
                known.join(", ")
            );
            return Finished::of(Err(ToolError::Failed(reason)), "");
        };
        Finished::of(self.call(tool, &call.arguments).await, tool.kind.stage())
    }

    async fn call(
        &self,
        tool: &Tool,
        arguments: &Map<String, Value>,
    ) -> Result<Outcome, ToolError> {
        let context = self.context;
        let call = (tool.run)(Call { arguments, context });
        if tool.kind == Kind::Lookup {
            context.stop.or(call).await?
        } else {
            // What changes something must not be dropped half done, and a statement must be broken off in the server too:
            // they listen by themselves.
            call.await
        }
    }
}

fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.into_iter().find(|tool| tool.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_describes_itself_as_an_object() {
        for (tool, spec) in TOOLS.iter().zip(Toolbox::specs()) {
            assert_eq!(tool.name, spec.name);
            assert_eq!(spec.parameters["type"], "object", "{}", spec.name);
            assert!(spec.parameters["properties"].is_object(), "{}", spec.name);
            assert!(!spec.description.is_empty());
        }
    }

    /// Contract §8: all of the existing system's tools, by its names.
    #[test]
    fn the_tools_are_those_of_the_contract() {
        let contract = include_str!("../../../docs/contract.md");
        let section = contract
            .split("## 8.")
            .nth(1)
            .expect("the section of the tools");
        let section = section.split("A tool's output").next().expect("the list");
        let names = section.split('`').skip(1).step_by(2);
        let mut named: Vec<&str> = names.filter_map(|tool| tool.split('(').next()).collect();
        let mut here: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
        named.sort_unstable();
        here.sort_unstable();
        assert_eq!(here, named);
    }
}
