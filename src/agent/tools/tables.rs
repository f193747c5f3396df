//! Scanned tables as the tools show them, and how a table is meant by its name.

use serde::Serialize;

use super::outcome::ToolError;
use super::tool::Call;
use crate::contract::documents::{ColumnDescription, TableDescription};

/// Most names that an error lists.
const MOST_NAMES: usize = 60;

/// A table with its columns.
#[derive(Debug, Serialize)]
pub(super) struct Table<'a> {
    table_name: &'a str,
    db_schema: &'a str,
    description: &'a str,
    columns: Vec<Column<'a>>,
}

/// A column.
#[derive(Debug, Serialize)]
pub(super) struct Column<'a> {
    name: &'a str,
    description: &'a str,
    data_type: &'a str,
    is_primary_key: bool,
    low_cardinality: bool,
    categories: &'a [String],
    foreign_key: Option<&'a str>,
}

impl<'a> Table<'a> {
    /// The whole table.
    pub(super) fn of(table: &'a TableDescription) -> Self {
        Self::with(table, table.columns.iter())
    }

    /// The table with some of its columns.
    pub(super) fn with(
        table: &'a TableDescription,
        columns: impl Iterator<Item = &'a ColumnDescription>,
    ) -> Self {
        Self {
            table_name: &table.table_name,
            db_schema: &table.db_schema,
            description: &table.table_description,
            columns: columns.map(Column::of).collect(),
        }
    }
}

impl<'a> Column<'a> {
    fn of(column: &'a ColumnDescription) -> Self {
        Self {
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
        }
    }
}

/// The connection's tables, of which there must be some.
pub(super) async fn known(call: Call<'_>) -> Result<&[TableDescription], ToolError> {
    let tables = call.context.tables().await?;
    if tables.is_empty() {
        return Err(ToolError::Failed(format!(
            "no table of the connection `{}` is known: run scan_schema first",
            call.context.connection_id()
        )));
    }
    Ok(tables)
}

/// The one table that the argument `table_name` means: `table` or `schema.table`, quoted or not, in whatever case where
/// that leaves no doubt.
pub(super) async fn named(call: Call<'_>) -> Result<&TableDescription, ToolError> {
    let name = call.text("table_name")?;
    find(known(call).await?, name)
}

fn find<'a>(tables: &'a [TableDescription], name: &str) -> Result<&'a TableDescription, ToolError> {
    let name = name.trim().replace('"', "");
    let lower = name.to_lowercase();
    let is = |table: &TableDescription, exact: bool| {
        let qualified = format!("{}.{}", table.db_schema, table.table_name);
        if exact {
            table.table_name == name || qualified == name
        } else {
            table.table_name.to_lowercase() == lower || qualified.to_lowercase() == lower
        }
    };
    for exact in [true, false] {
        let meant: Vec<_> = tables.iter().filter(|table| is(table, exact)).collect();
        match meant[..] {
            [] => {}
            [one] => return Ok(one),
            _ => {
                return Err(ToolError::Failed(format!(
                    "several tables are called `{name}`: say {}",
                    list(
                        meant
                            .iter()
                            .map(|t| format!("{}.{}", t.db_schema, t.table_name))
                    )
                )));
            }
        }
    }
    Err(ToolError::Failed(format!(
        "there is no table `{name}`; the tables are {}",
        list(tables.iter().map(|table| table.table_name.clone()))
    )))
}

/// Names with commas, the rest as a number.
fn list(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut shown = names.take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 {
        shown.push_str(&format!(" and {more} more"));
    }
    shown
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A table with text columns.
    pub(in crate::agent::tools) fn table(
        schema: &str,
        name: &str,
        columns: &[(&str, &str, &[&str])],
    ) -> TableDescription {
        TableDescription {
            id: format!("c.{schema}.{name}"),
            db_connection_id: "c".to_owned(),
            db_schema: schema.to_owned(),
            table_name: name.to_owned(),
            table_description: format!("about {name}"),
            columns: columns
                .iter()
                .map(|(name, description, categories)| ColumnDescription {
                    name: (*name).to_owned(),
                    description: (*description).to_owned(),
                    data_type: "text".to_owned(),
                    is_primary_key: false,
                    low_cardinality: !categories.is_empty(),
                    categories: categories.iter().map(|text| (*text).to_owned()).collect(),
                    foreign_key: None,
                })
                .collect(),
            examples: Vec::new(),
            table_schema: String::new(),
            sync_status: String::new(),
            created_at: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::table;
    use super::*;

    fn meant(name: &str) -> Result<String, String> {
        let tables = [
            table("public", "loan", &[]),
            table("archive", "loan", &[]),
            table("public", "Book", &[]),
            table("public", "book", &[]),
            table("public", "Reader", &[]),
        ];
        match find(&tables, name) {
            Ok(table) => Ok(format!("{}.{}", table.db_schema, table.table_name)),
            Err(ToolError::Failed(said)) => Err(said),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_table_is_meant_by_its_name_with_or_without_schema() {
        for (name, expected) in [
            ("book", "public.book"),
            ("Book", "public.Book"),
            ("\"Book\"", "public.Book"),
            ("archive.loan", "archive.loan"),
            ("reader", "public.Reader"),
            ("PUBLIC.LOAN", "public.loan"),
        ] {
            assert_eq!(meant(name).as_deref(), Ok(expected), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_none_or_several_says_which_there_are() {
        assert_eq!(
            meant("loan").expect_err("two tables"),
            "several tables are called `loan`: say public.loan, archive.loan"
        );
        assert!(
            meant("BOOK")
                .expect_err("two spellings")
                .contains("public.Book")
        );
        let said = meant("shelf").expect_err("no table");
        assert!(
            said.starts_with("there is no table `shelf`; the tables are loan,"),
            "{said}"
        );
    }
}
