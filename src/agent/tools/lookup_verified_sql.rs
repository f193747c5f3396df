//! `lookup_verified_sql`: statements that people have found right for a question.

use serde::Serialize;

use super::found::found;
use super::outcome::ToolError;
use super::tool::{Call, Kind, Parameters, Tool};
use crate::agent::sql::Relations;
use crate::agent::verified::{Offered, offer};

pub(super) const LOOKUP_VERIFIED_SQL: Tool = Tool {
    name: "lookup_verified_sql",
    description: "Statements that are known to answer a question. One whose `match` is exact can be run with sql_query \
                  as it is; a similar one shows how such a question is computed.",
    parameters: Parameters::Texts(&[("question", "The user's question, unchanged.")]),
    kind: Kind::Lookup,
    run: |call| found(verified(call)),
};

#[derive(Serialize)]
struct Output {
    queries: Vec<Offered>,
}

async fn verified(call: Call<'_>) -> Result<Output, ToolError> {
    let question = call.text("question")?;
    let context = call.context;
    let verified = context.store.verified(context.connection_id()).await?;
    if verified.is_empty() {
        return Ok(Output {
            queries: Vec::new(),
        });
    }
    let relations = Relations::of(context.tables().await?);
    Ok(Output {
        queries: offer(question, verified, &relations),
    })
}
