//! The rows of one statement.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value};
use tokio_postgres::types::Type;
use tokio_postgres::{Column, Row};

use super::SqlError;
use super::values::{Cell, ValueError};
use crate::agent::connection::ConnectionError;

/// What a statement returned, in the shape that the tool reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ResultSet {
    /// The columns' names in order, each once.
    pub(crate) columns: Vec<String>,
    /// The rows, keyed by column.
    pub(crate) rows: Vec<Map<String, Value>>,
    /// How many rows there are.
    pub(crate) row_count: usize,
    /// Whether the statement had more.
    pub(crate) truncated: bool,
}

/// Collects rows up to a number and a size.
pub(super) struct Collector<'a> {
    connection: &'a str,
    kinds: Vec<(String, Type)>,
    result: ResultSet,
    bytes: usize,
    max_rows: usize,
    max_bytes: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        connection: &'a str,
        columns: &[Column],
        max_rows: usize,
        max_bytes: usize,
    ) -> Self {
        let names = unique(columns.iter().map(Column::name));
        let kinds = names
            .iter()
            .cloned()
            .zip(columns.iter().map(|column| column.type_().clone()))
            .collect();
        Self {
            connection,
            kinds,
            result: ResultSet {
                columns: names,
                rows: Vec::new(),
                row_count: 0,
                truncated: false,
            },
            bytes: 0,
            max_rows,
            max_bytes,
        }
    }

    /// How many rows are still wanted: one more than are kept, to know whether there are more.
    pub(super) fn wanted(&self) -> usize {
        if self.result.truncated {
            0
        } else {
            self.max_rows
                .saturating_add(1)
                .saturating_sub(self.result.rows.len())
        }
    }

    /// Takes the next row.
    pub(super) fn take(&mut self, row: &Row) -> Result<(), SqlError> {
        if self.result.rows.len() >= self.max_rows {
            self.result.truncated = true;
            return Ok(());
        }
        let mut object = Map::with_capacity(self.kinds.len());
        let mut size = 2;
        for (at, (name, kind)) in self.kinds.iter().enumerate() {
            let cell: Cell<'_> = row
                .try_get(at)
                .map_err(|error| self.damaged(name, &error.to_string()))?;
            let value = cell.to_json(kind).map_err(|error| match error {
                ValueError::Unsupported => SqlError::Column {
                    column: name.clone(),
                    kind: kind.to_string(),
                },
                ValueError::Malformed => self.damaged(name, &error.to_string()),
            })?;
            size += name.len() + 5 + size_of_value(&value);
            object.insert(name.clone(), value);
        }
        self.bytes += size;
        if self.bytes > self.max_bytes {
            self.result.truncated = true;
            return Ok(());
        }
        self.result.rows.push(object);
        Ok(())
    }

    pub(super) fn finish(mut self) -> ResultSet {
        self.result.row_count = self.result.rows.len();
        self.result
    }

    fn damaged(&self, column: &str, reason: &str) -> SqlError {
        ConnectionError::Unreachable {
            id: self.connection.to_owned(),
            reason: format!("its answer is damaged in the column `{column}`: {reason}"),
        }
        .into()
    }
}

/// About how many bytes a value takes as JSON; strings count double only where they are escaped, which is ignored.
fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => text.len() + 2,
        Value::Array(values) => {
            2 + values
                .iter()
                .map(|value| size_of_value(value) + 1)
                .sum::<usize>()
        }
        Value::Object(entries) => {
            2 + entries
                .iter()
                .map(|(key, value)| key.len() + 4 + size_of_value(value))
                .sum::<usize>()
        }
    }
}

/// The names with the repeated ones numbered: `name`, `name_2`, … past names that are taken already.
fn unique<'n>(names: impl Iterator<Item = &'n str> + Clone) -> Vec<String> {
    let given: HashSet<&str> = names.clone().collect();
    let mut used = HashSet::new();
    names
        .map(|name| {
            if used.insert(name.to_owned()) {
                return name.to_owned();
            }
            let mut number = 2;
            loop {
                let numbered = format!("{name}_{number}");
                if !given.contains(numbered.as_str()) && used.insert(numbered.clone()) {
                    return numbered;
                }
                number += 1;
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(given: &[&str]) -> Vec<String> {
        unique(given.iter().copied())
    }

    #[test]
    fn repeated_names_are_numbered() {
        assert_eq!(names(&["a", "b"]), ["a", "b"]);
        assert_eq!(
            names(&["name", "name", "name"]),
            ["name", "name_2", "name_3"]
        );
        assert_eq!(names(&["?column?", "?column?"]), ["?column?", "?column?_2"]);
    }

    #[test]
    fn numbering_never_takes_a_name_that_is_given() {
        assert_eq!(names(&["a", "a_2", "a"]), ["a", "a_2", "a_3"]);
        assert_eq!(names(&["a", "a", "a_2"]), ["a", "a_3", "a_2"]);
        assert_eq!(
            names(&["a", "a", "a_2", "a_2"]),
            ["a", "a_3", "a_2", "a_2_2"]
        );
    }

    #[test]
    fn sizes_are_not_underestimated_for_plain_values() {
        for value in [
            json!(null),
            json!(-12.5),
            json!("Aceh"),
            json!([1, "a"]),
            json!({"a": {"b": [true]}}),
        ] {
            assert!(size_of_value(&value) >= value.to_string().len(), "{value}");
        }
    }
}
