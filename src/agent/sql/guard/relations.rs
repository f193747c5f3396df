//! The tables that a query may name.

use std::collections::{HashMap, HashSet};

use sqlparser::ast::{Ident, ObjectName};

use crate::contract::documents::TableDescription;

/// The schema in which Postgres looks for a name without one.
const DEFAULT_SCHEMA: &str = "public";

/// The scanned tables of a connection and their columns, as Postgres spells them.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    tables: HashMap<(String, String), HashSet<String>>,
}

impl Relations {
    /// Takes the tables of a connection.
    pub(crate) fn of<'a>(tables: impl IntoIterator<Item = &'a TableDescription>) -> Self {
        let columns = |table: &TableDescription| {
            table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect()
        };
        Self {
            tables: tables
                .into_iter()
                .map(|table| {
                    (
                        (table.db_schema.clone(), table.table_name.clone()),
                        columns(table),
                    )
                })
                .collect(),
        }
    }

    /// The columns of the table that `name` means; none when it means no scanned table.
    pub(super) fn columns(&self, name: &ObjectName) -> Option<&HashSet<String>> {
        let mut parts = Vec::with_capacity(2);
        for part in &name.0 {
            parts.push(folded(part.as_ident()?));
        }
        let key = match <[String; 2]>::try_from(parts) {
            Ok([schema, table]) => (schema, table),
            Err(mut parts) if parts.len() == 1 => {
                let table = parts.pop()?;
                // `pg_catalog` is searched before every other schema.
                if table.starts_with("pg_") {
                    return None;
                }
                (DEFAULT_SCHEMA.to_owned(), table)
            }
            Err(_) => return None,
        };
        self.tables.get(&key)
    }

    /// Whether a scanned table has this name, in whatever schema.
    pub(super) fn has_table(&self, name: &str) -> bool {
        self.tables.keys().any(|(_, table)| table == name)
    }

    /// Whether a scanned table has this column.
    pub(super) fn has_column(&self, name: &str) -> bool {
        self.tables.values().any(|columns| columns.contains(name))
    }
}

/// The name as Postgres reads it: quoted as it is, else with its ASCII letters in lower case.
pub(super) fn folded(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_ascii_lowercase(),
    }
}
