//! A scanned table as the document that is stored.

use super::catalog::Table;
use super::ddl::create_table;
use super::profile::Profile;
use crate::contract::documents::{ColumnDescription, TableDescription};

/// Puts together what the catalogue and the rows say.
pub(super) fn describe(
    connection: &str,
    table: &Table,
    mut profile: Profile,
    created_at: i64,
) -> TableDescription {
    let columns = table
        .columns
        .iter()
        .map(|column| {
            let categories = profile
                .categories
                .iter_mut()
                .find(|(name, _)| *name == column.name)
                .map(|(_, values)| std::mem::take(values))
                .unwrap_or_default();
            ColumnDescription {
                name: column.name.clone(),
                description: column.comment.clone(),
                data_type: column.data_type.clone(),
                is_primary_key: table.in_primary_key(column),
                low_cardinality: !categories.is_empty(),
                categories,
                foreign_key: table.foreign_key(column),
            }
        })
        .collect();
    TableDescription {
        id: format!("{connection}.{}.{}", table.schema, table.name),
        db_connection_id: connection.to_owned(),
        db_schema: table.schema.clone(),
        table_name: table.name.clone(),
        table_description: table.comment.clone(),
        columns,
        examples: profile.examples,
        table_schema: create_table(table),
        sync_status: "synced".to_owned(),
        created_at,
    }
}
