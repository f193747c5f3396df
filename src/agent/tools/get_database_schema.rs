//! `get_database_schema`: the scanned tables.

use serde::Serialize;

use super::lookup::{Call, Lookup, found};
use super::outcome::ToolError;
use super::tables::{self, Table};

pub(super) const GET_DATABASE_SCHEMA: Lookup = Lookup {
    name: "get_database_schema",
    description: "All tables with their columns, types, keys, descriptions, and the values of columns that have few. \
                  Names with capitals must be quoted in SQL.",
    arguments: &[],
    look: |call| found(schema(call)),
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
