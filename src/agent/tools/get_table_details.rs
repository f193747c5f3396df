//! `get_table_details`: one table, with its definition and a few of its rows.

use serde::Serialize;
use serde_json::Value;

use super::found::found;
use super::outcome::ToolError;
use super::tables::{self, Table};
use super::tool::{Call, Kind, Parameters, Tool};

pub(super) const GET_TABLE_DETAILS: Tool = Tool {
    name: "get_table_details",
    description: "One table: its columns with types, keys, descriptions and values, its definition (DDL), and a few \
                  example rows.",
    parameters: Parameters::Texts(&[(
        "table_name",
        "The table's name, with its schema where that is needed.",
    )]),
    kind: Kind::Lookup,
    run: |call| found(details(call)),
};

#[derive(Serialize)]
struct Output<'a> {
    #[serde(flatten)]
    table: Table<'a>,
    ddl: String,
    examples: Vec<Value>,
}

async fn details(call: Call<'_>) -> Result<Output<'_>, ToolError> {
    let table = tables::named(call).await?;
    let context = call.context;
    // What a run knows of all tables leaves these two out.
    let whole = context
        .store
        .table(context.connection_id(), &table.id)
        .await?;
    let (ddl, examples) = whole.map_or_else(Default::default, |whole| {
        (whole.table_schema, whole.examples)
    });
    Ok(Output {
        table: Table::of(table),
        ddl,
        examples,
    })
}
