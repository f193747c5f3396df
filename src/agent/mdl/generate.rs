//! From scanned tables to their semantic model.

use super::manifest::{
    Mdl, MdlColumn, MdlModel, MdlProperties, MdlRelationship, MdlTableReference,
};
use super::report::MdlReport;
use crate::agent::ScanStatus;
use crate::agent::schema::{display_name, quoted};
use crate::contract::documents::{ColumnDescription, TableDescription};

/// The schema in which Postgres looks for a name without one.
const DEFAULT_SCHEMA: &str = "public";

impl Mdl {
    /// The model of a connection's tables. Relationships are their foreign keys, as far as both ends are among the tables.
    pub(crate) fn of_tables(connection: &str, tables: &[&TableDescription]) -> Self {
        Self {
            catalog: connection.to_owned(),
            schema: DEFAULT_SCHEMA.to_owned(),
            models: tables.iter().map(|table| model(table)).collect(),
            relationships: tables
                .iter()
                .flat_map(|table| relationships(table, tables))
                .collect(),
        }
    }
}

impl MdlReport {
    /// The report for a connection's tables.
    pub(crate) fn of_tables(connection: &str, tables: &[&TableDescription]) -> Self {
        let status = match tables {
            [] => ScanStatus::NoTablesFound,
            _ => ScanStatus::Success,
        };
        Self {
            status,
            mdl: Mdl::of_tables(connection, tables),
            table_count: tables.len(),
            tables: tables.iter().map(|table| name(table)).collect(),
        }
    }
}

fn name(table: &TableDescription) -> String {
    display_name(&table.db_schema, &table.table_name)
}

fn properties(description: &str) -> MdlProperties {
    let said = !description.trim().is_empty();
    MdlProperties {
        description: said.then(|| description.to_owned()),
    }
}

fn model(table: &TableDescription) -> MdlModel {
    let keys: Vec<&ColumnDescription> = table
        .columns
        .iter()
        .filter(|column| column.is_primary_key)
        .collect();
    MdlModel {
        name: name(table),
        table_reference: Some(MdlTableReference {
            schema: Some(table.db_schema.clone()),
            table: table.table_name.clone(),
        }),
        columns: table
            .columns
            .iter()
            .map(|column| MdlColumn {
                name: column.name.clone(),
                kind: column.data_type.clone(),
                is_calculated: false,
                properties: properties(&column.description),
            })
            .collect(),
        primary_key: match keys[..] {
            [key] => Some(key.name.clone()),
            _ => None,
        },
        properties: properties(&table.table_description),
    }
}

fn relationships(table: &TableDescription, tables: &[&TableDescription]) -> Vec<MdlRelationship> {
    let of = |column: &ColumnDescription| {
        let (target, key) = column.foreign_key.as_deref()?.rsplit_once('.')?;
        // As scanned: with the schema only where it is another one.
        let (schema, target) = target.split_once('.').unwrap_or((&table.db_schema, target));
        let target = tables
            .iter()
            .find(|other| other.db_schema == schema && other.table_name == target)?;
        let (from, to) = (name(table), name(target));
        Some(MdlRelationship {
            name: format!("{from}.{} → {to}", column.name),
            join_type: "MANY_TO_ONE".to_owned(),
            condition: format!("{from}.{} = {to}.{}", quoted(&column.name), quoted(key)),
            models: vec![from, to],
        })
    };
    table.columns.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tables() -> Vec<TableDescription> {
        let table = |value| serde_json::from_value(value).expect("a table");
        vec![
            table(json!({
                "id": "c.public.loan", "db_connection_id": "c", "db_schema": "public", "table_name": "loan",
                "table_description": "peminjaman (loan)",
                "columns": [
                    {"name": "loan_id", "data_type": "integer", "is_primary_key": true},
                    {"name": "bookId", "data_type": "integer", "description": "buku (book)", "foreign_key": "archive.book.book_id"},
                ]
            })),
            table(json!({
                "id": "c.archive.book", "db_connection_id": "c", "db_schema": "archive", "table_name": "book",
                "columns": [{"name": "book_id", "data_type": "integer", "is_primary_key": true}]
            })),
        ]
    }

    #[test]
    fn tables_become_models_and_foreign_keys_relationships() {
        let tables = tables();
        let tables: Vec<&TableDescription> = tables.iter().collect();
        let report = MdlReport::of_tables("c", &tables);
        assert_eq!(
            serde_json::to_value(&report).expect("serialises"),
            json!({
                "status": "success",
                "mdl": {
                    "catalog": "c",
                    "schema": "public",
                    "models": [
                        {
                            "name": "loan",
                            "tableReference": {"schema": "public", "table": "loan"},
                            "columns": [
                                {"name": "loan_id", "type": "integer", "isCalculated": false, "properties": {}},
                                {"name": "bookId", "type": "integer", "isCalculated": false,
                                 "properties": {"description": "buku (book)"}}
                            ],
                            "primaryKey": "loan_id",
                            "properties": {"description": "peminjaman (loan)"}
                        },
                        {
                            "name": "archive.book",
                            "tableReference": {"schema": "archive", "table": "book"},
                            "columns": [{"name": "book_id", "type": "integer", "isCalculated": false, "properties": {}}],
                            "primaryKey": "book_id",
                            "properties": {}
                        }
                    ],
                    "relationships": [{
                        "name": "loan.bookId → archive.book",
                        "models": ["loan", "archive.book"],
                        "joinType": "MANY_TO_ONE",
                        "condition": "loan.\"bookId\" = archive.book.book_id"
                    }]
                },
                "table_count": 2,
                "tables": ["loan", "archive.book"]
            })
        );
    }

    #[test]
    fn a_relationship_needs_both_of_its_ends() {
        let tables = tables();
        assert_eq!(Mdl::of_tables("c", &[&tables[0]]).relationships, []);
        let same_schema = TableDescription {
            db_schema: "archive".to_owned(),
            ..tables[0].clone()
        };
        let relative = |target: &str| {
            let mut table = same_schema.clone();
            table.columns[1].foreign_key = Some(target.to_owned());
            Mdl::of_tables("c", &[&table, &tables[1]])
                .relationships
                .len()
        };
        assert_eq!(
            (relative("book.book_id"), relative("public.book.book_id")),
            (1, 0)
        );
        let none = MdlReport::of_tables("c", &[]);
        assert_eq!(
            (none.status, none.table_count),
            (ScanStatus::NoTablesFound, 0)
        );
    }
}
