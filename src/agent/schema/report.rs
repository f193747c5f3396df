//! What a scan is asked for, and what it reports (contract §1).

use serde::{Deserialize, Serialize};

use super::catalog::Table;
use crate::contract::documents::TableDescription;

/// The result of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanReport {
    /// Whether anything was found.
    pub status: ScanStatus,
    /// How many tables were read.
    pub scanned_count: usize,
    /// Their names in order, with the schema where it is not `public`.
    pub tables: Vec<String>,
}

/// Whether a scan found anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanStatus {
    /// Tables were read.
    Success,
    /// The connection's role can read no table in the connection's schemas.
    NoTablesFound,
}

impl ScanReport {
    pub(super) fn of(tables: Vec<String>) -> Self {
        let status = if tables.is_empty() {
            ScanStatus::NoTablesFound
        } else {
            ScanStatus::Success
        };
        Self {
            status,
            scanned_count: tables.len(),
            tables,
        }
    }
}

/// A table's name as people write it.
pub(crate) fn display_name(schema: &str, table: &str) -> String {
    if schema == "public" {
        table.to_owned()
    } else {
        format!("{schema}.{table}")
    }
}

/// Something with a table's name and schema.
pub(crate) trait Named {
    /// Schema and table, as Postgres stores them.
    fn name(&self) -> (&str, &str);
}

impl Named for Table {
    fn name(&self) -> (&str, &str) {
        (&self.schema, &self.name)
    }
}

impl Named for TableDescription {
    fn name(&self) -> (&str, &str) {
        (&self.db_schema, &self.table_name)
    }
}

/// The tables that were asked for by name, with or without their schema; all when none was named.
///
/// # Errors
/// The first name that is no table, and the names that are.
pub(crate) fn select<T: Named>(
    tables: Vec<T>,
    wanted: Option<&[String]>,
) -> Result<Vec<T>, (String, Vec<String>)> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return Ok(tables);
    };
    let is = |table: &T, name: &str| {
        table.name().1 == name || name.split_once('.') == Some(table.name())
    };
    for name in wanted {
        if !tables.iter().any(|table| is(table, name)) {
            let known = tables
                .iter()
                .map(|table| {
                    let (schema, name) = table.name();
                    display_name(schema, name)
                })
                .collect();
            return Err((name.clone(), known));
        }
    }
    Ok(tables
        .into_iter()
        .filter(|table| wanted.iter().any(|name| is(table, name)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(schema: &str, name: &str) -> Table {
        Table {
            oid: 0,
            schema: schema.to_owned(),
            name: name.to_owned(),
            comment: String::new(),
            columns: Vec::new(),
            constraints: Vec::new(),
        }
    }

    fn selected(wanted: Option<&[&str]>) -> Result<Vec<String>, (String, Vec<String>)> {
        let tables = vec![
            table("public", "a"),
            table("public", "b.c"),
            table("other", "a"),
        ];
        let wanted: Option<Vec<String>> =
            wanted.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let names = |tables: Vec<Table>| {
            tables
                .iter()
                .map(|table| display_name(&table.schema, &table.name))
                .collect()
        };
        select(tables, wanted.as_deref()).map(names)
    }

    #[test]
    fn tables_are_named_with_or_without_schema() {
        let all = vec!["a".to_owned(), "b.c".to_owned(), "other.a".to_owned()];
        assert_eq!(selected(None), Ok(all.clone()));
        assert_eq!(selected(Some(&[])), Ok(all.clone()));
        assert_eq!(
            selected(Some(&["a"])),
            Ok(vec!["a".to_owned(), "other.a".to_owned()])
        );
        assert_eq!(selected(Some(&["other.a"])), Ok(vec!["other.a".to_owned()]));
        assert_eq!(selected(Some(&["b.c"])), Ok(vec!["b.c".to_owned()]));
        assert_eq!(selected(Some(&["a", "x"])), Err(("x".to_owned(), all)));
    }

    #[test]
    fn reports_have_the_words_of_the_contract() {
        let json = |tables: &[&str]| {
            let tables = tables.iter().map(|name| (*name).to_owned()).collect();
            serde_json::to_string(&ScanReport::of(tables)).expect("serialises")
        };
        assert_eq!(
            json(&["a"]),
            r#"{"status":"success","scanned_count":1,"tables":["a"]}"#
        );
        assert_eq!(
            json(&[]),
            r#"{"status":"no_tables_found","scanned_count":0,"tables":[]}"#
        );
    }
}
