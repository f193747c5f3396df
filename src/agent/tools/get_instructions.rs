//! `get_instructions`: the rules of the connection.

use serde::Serialize;

use super::found::found;
use super::outcome::ToolError;
use super::tool::{Call, Kind, Parameters, Tool};

pub(super) const GET_INSTRUCTIONS: Tool = Tool {
    name: "get_instructions",
    description: "The rules that every answer about this database must follow. Call it before writing SQL.",
    parameters: Parameters::Texts(&[]),
    kind: Kind::Lookup,
    run: |call| found(instructions(call)),
};

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

async fn instructions(call: Call<'_>) -> Result<Output, ToolError> {
    let context = call.context;
    let instructions = context.store.instructions(context.connection_id()).await?;
    let rules = instructions.into_iter().map(|rule| Rule {
        condition: rule.condition,
        rules: rule.rules,
        is_default: rule.is_default,
    });
    Ok(Output {
        instructions: rules.collect(),
    })
}
