//! `get_filterable_columns`: the columns of a table whose values are known.

use serde::Serialize;

use super::found::found;
use super::outcome::ToolError;
use super::tables;
use super::tool::{Call, Kind, Parameters, Tool};
use crate::contract::documents::TableDescription;

pub(super) const GET_FILTERABLE_COLUMNS: Tool = Tool {
    name: "get_filterable_columns",
    description: "The columns of a table that hold few different values, with all of these values exactly as they must \
                  be written in a filter.",
    parameters: Parameters::Texts(&[(
        "table_name",
        "The table's name, with its schema where that is needed.",
    )]),
    kind: Kind::Lookup,
    run: |call| found(columns(call)),
};

#[derive(Debug, Serialize)]
struct Output<'a> {
    table_name: &'a str,
    db_schema: &'a str,
    columns: Vec<Filterable<'a>>,
}

#[derive(Debug, Serialize)]
struct Filterable<'a> {
    name: &'a str,
    description: &'a str,
    data_type: &'a str,
    values: &'a [String],
}

async fn columns(call: Call<'_>) -> Result<Output<'_>, ToolError> {
    Ok(filterable(tables::named(call).await?))
}

fn filterable(table: &TableDescription) -> Output<'_> {
    let columns = table.columns.iter().filter(|column| column.low_cardinality);
    Output {
        table_name: &table.table_name,
        db_schema: &table.db_schema,
        columns: columns
            .map(|column| Filterable {
                name: &column.name,
                description: &column.description,
                data_type: &column.data_type,
                values: &column.categories,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::testing::table;
    use super::*;
    use serde_json::json;

    #[test]
    fn only_columns_whose_values_are_known_can_be_filtered_by() {
        let table = table(
            "public",
            "loan",
            &[
                ("state", "how it is", &["Kembali", "Terlambat"]),
                ("note", "", &[]),
            ],
        );
        let output = serde_json::to_value(filterable(&table)).expect("serialises");
        assert_eq!(
            output["columns"],
            json!([{"name": "state", "description": "how it is", "data_type": "text", "values": ["Kembali", "Terlambat"]}])
        );
    }
}
