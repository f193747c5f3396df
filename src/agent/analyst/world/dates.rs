//! The moments that periods narrow: those that the catalogue names, else the date columns of a table.

use super::super::outputs::{Entry, SchemaColumn, SchemaTable};
use super::super::period::DATE_WORDS;
use super::super::sql::ident::qualified;
use super::World;
use super::build::phrases;
use super::columns::spell;
use super::comments::names;
use crate::agent::catalogue::metadata::{DimensionMeta, Label};

/// A moment of each row of a table.
#[derive(Debug)]
pub(in super::super) struct DateColumn {
    /// The table.
    pub table: String,
    /// The expression, in the time zone that periods are meant in.
    pub sql: String,
    /// What it is called.
    pub label: Label,
    /// The words for it; none that all dates are found by.
    pub phrases: Vec<String>,
    /// Whether it is meant where the table has several and nothing says which.
    pub usual: bool,
}

impl World {
    /// Adds a moment that the catalogue names.
    pub(super) fn add_date(&mut self, entry: &Entry, meta: DimensionMeta) {
        let mut phrases = phrases(entry);
        phrases.push(meta.label.id.clone());
        phrases.extend(meta.label.en.clone());
        phrases.retain(|phrase| !DATE_WORDS.contains(&phrase.as_str()));
        self.dates.push(DateColumn {
            table: meta.table,
            sql: entry.sql.clone(),
            label: meta.label,
            phrases,
            usual: meta.usual,
        });
    }

    /// Adds the date columns of tables of which the catalogue names no moment. Moments with a time zone are read in UTC.
    pub(super) fn add_schema_dates(&mut self, tables: &[SchemaTable]) {
        let named: Vec<String> = self.dates.iter().map(|date| date.table.clone()).collect();
        for table in tables
            .iter()
            .filter(|table| !named.contains(&table.table_name))
        {
            for column in &table.columns {
                let Some(sql) = moment(table, column) else {
                    continue;
                };
                let spelled = spell(&column.name);
                let (label, mut phrases) = names(&column.description).unwrap_or_else(|| {
                    let label = Label {
                        id: spelled.clone(),
                        en: None,
                    };
                    (label, Vec::new())
                });
                phrases.push(spelled);
                self.dates.push(DateColumn {
                    table: table.table_name.clone(),
                    sql,
                    label,
                    phrases,
                    usual: false,
                });
            }
        }
    }
}

/// The expression of a column that holds moments.
fn moment(table: &SchemaTable, column: &SchemaColumn) -> Option<String> {
    let sql = qualified(&table.table_name, &column.name);
    let kind = column.data_type.as_str();
    let timestamp = kind.starts_with("timestamp");
    match () {
        () if timestamp && kind.ends_with("with time zone") || kind == "timestamptz" => {
            Some(format!("{sql} AT TIME ZONE 'UTC'"))
        }
        () if timestamp || kind == "date" => Some(sql),
        () => None,
    }
}
