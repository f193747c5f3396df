//! `get_database_schema`: the scanned tables.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::context::ToolContext;
use super::outcome::{Outcome, ToolError};
use super::tool::Tool;
use crate::agent::ToolSpec;
use crate::contract::documents::TableDescription;

pub(super) struct GetDatabaseSchema;

#[derive(Serialize)]
struct Output<'a> {
    dialect: &'static str,
    tables: Vec<Table<'a>>,
}

#[derive(Serialize)]
struct Table<'a> {
    table_name: &'a str,
    db_schema: &'a str,
    description: &'a str,
    columns: Vec<Column<'a>>,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    description: &'a str,
    data_type: &'a str,
    is_primary_key: bool,
    low_cardinality: bool,
    categories: &'a [String],
    foreign_key: Option<&'a str>,
}

impl<'a> Table<'a> {
    fn of(table: &'a TableDescription) -> Self {
        Self {
            table_name: &table.table_name,
            db_schema: &table.db_schema,
            description: &table.table_description,
            columns: table
                .columns
                .iter()
                .map(|column| Column {
                    name: &column.name,
                    description: &column.description,
                    data_type: &column.data_type,
                    is_primary_key: column.is_primary_key,
                    low_cardinality: column.low_cardinality,
                    categories: if column.low_cardinality {
                        &column.categories
                    } else {
                        &[]
                    },
                    foreign_key: column.foreign_key.as_deref(),
                })
                .collect(),
        }
    }
}

#[async_trait]
impl Tool for GetDatabaseSchema {
    fn name(&self) -> &'static str {
        "get_database_schema"
    }

    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: self.name(),
            description: "All tables with their columns, types, keys, descriptions, and the values of columns that \
                          have few. Names with capitals must be quoted in SQL.",
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
        let tables = context.tables().await?;
        if tables.is_empty() {
            return Err(ToolError::Failed(format!(
                "no table of the connection `{}` is known: run scan_schema first",
                context.connection_id()
            )));
        }
        Outcome::success(Output {
            dialect: "postgresql",
            tables: tables.iter().map(Table::of).collect(),
        })
    }
}
