//! `list_tables`: what there is, without the columns.

use serde::Serialize;

use super::found::found;
use super::outcome::ToolError;
use super::tables;
use super::tool::{Call, Kind, Parameters, Tool};

pub(super) const LIST_TABLES: Tool = Tool {
    name: "list_tables",
    description: "The names of all tables and what each holds, without columns: for databases of many tables, before \
                  get_table_details.",
    parameters: Parameters::Texts(&[]),
    kind: Kind::Lookup,
    run: |call| found(list(call)),
};

#[derive(Serialize)]
struct Output<'a> {
    tables: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct Listed<'a> {
    table_name: &'a str,
    db_schema: &'a str,
    description: &'a str,
    column_count: usize,
}

async fn list(call: Call<'_>) -> Result<Output<'_>, ToolError> {
    let tables = tables::known(call).await?.iter().map(|table| Listed {
        table_name: &table.table_name,
        db_schema: &table.db_schema,
        description: &table.table_description,
        column_count: table.columns.len(),
    });
    Ok(Output {
        tables: tables.collect(),
    })
}
