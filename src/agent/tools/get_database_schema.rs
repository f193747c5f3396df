//! `get_database_schema`: the scanned tables.

use serde::Serialize;

use super::found::found;
use super::outcome::ToolError;
use super::tables::{self, Table};
use super::tool::{Call, Kind, Parameters, Tool};

pub(super) const GET_DATABASE_SCHEMA: Tool = Tool {
    name: "get_database_schema",
    description: "All tables with their columns, types, keys, descriptions, and the values of columns that have few. \
                  Names with capitals must be quoted in SQL.",
    parameters: Parameters::Texts(&[]),
    kind: Kind::Lookup,
    run: |call| found(schema(call)),
};

#[derive(Serialize)]
struct Output<'a> {
    dialect: &'static str,
    tables: Vec<Table<'a>>,
}

async fn schema(call: Call<'_>) -> Result<Output<'_>, ToolError> {
    Ok(Output {
        dialect: "postgresql",
        tables: tables::known(call).await?.iter().map(Table::of).collect(),
    })
}
