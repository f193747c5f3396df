//! `get_instructions`: the rules of the connection.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use super::tool::Tool;
use crate::agent::ToolSpec;

pub(super) struct GetInstructions;

#[derive(Serialize)]
struct Output {
    instructions: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    condition: String,
    rules: String,
    is_default: bool,
}

#[async_trait]
impl Tool for GetInstructions {
    fn name(&self) -> &'static str {
        "get_instructions"
    }

    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name(),
            description: "The rules that every answer about this database must follow. Call it before writing SQL.",
            parameters: json!({"type": "object", "properties": {}}),
        }
    }

    fn stage(&self) -> &'static str {
        "context"
    }

    fn is_lookup(&self) -> bool {
        true
    }

    async fn call(
        &self,
        _: &Map<String, Value>,
        context: &ToolContext<'_>,
    ) -> Result<Outcome, ToolError> {
        let instructions = context.store.instructions(context.connection_id()).await?;
        let rules = instructions.into_iter().map(|rule| Rule {
            condition: rule.condition,
            rules: rule.rules,
            is_default: rule.is_default,
        });
        Outcome::success(Output {
            instructions: rules.collect(),
        })
    }
}
