//! What a table's rows say: the values of its low-cardinality columns, and a few example rows.

use serde_json::Value;
use tokio_postgres::{Error, Transaction};

use super::catalog::{Column, Table};
use super::ddl::always_quoted;
use crate::contract::documents::MAX_CATEGORIES;

/// Rows that are looked at first: a column with too many values there has too many in all.
const SAMPLE: usize = 2_000;
/// Rows that are looked at to the end for a column that passed; more would take seconds.
const SCANNED: usize = 1_000_000;
/// The longest value that is a category, in characters.
const MAX_VALUE: usize = 100;
/// How many example rows are kept.
const EXAMPLES: usize = 3;
/// The longest text in an example row, in characters.
const MAX_EXAMPLE_TEXT: usize = 200;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// A column's name, and its values in order.
    pub(super) categories: Vec<(String, Vec<String>)>,
    /// Rows as JSON objects.
    pub(super) examples: Vec<Value>,
}

/// Looks at a table, in one statement.
pub(super) async fn look(transaction: &Transaction<'_>, table: &Table) -> Result<Profile, Error> {
    let candidates: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| may_be_category(table, column))
        .collect();
    let row = transaction
        .query_one(&question(table, &candidates), &[])
        .await?;
    let mut profile = Profile::default();
    for (at, column) in candidates.iter().enumerate() {
        let values: Option<Vec<String>> = row.try_get(at)?;
        let values = values.unwrap_or_default();
        let short = values
            .iter()
            .all(|value| value.chars().count() <= MAX_VALUE);
        if (1..=MAX_CATEGORIES).contains(&values.len()) && short {
            profile.categories.push((column.name.clone(), values));
        }
    }
    let examples: Vec<String> = row.try_get(candidates.len())?;
    // Postgres wrote them, so they are JSON; a number that is too large for a reader is left out with its row.
    profile.examples = examples
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .map(shorten)
        .collect();
    Ok(profile)
}

/// Text, booleans, enums and whole numbers can be categories; keys and ids name things, and are none.
fn may_be_category(table: &Table, column: &Column) -> bool {
    let whole = matches!(column.data_type.as_str(), "smallint" | "integer" | "bigint");
    let kind = matches!(column.category, 'S' | 'B' | 'E') || whole;
    kind && !is_id(&column.name)
        && !table.in_primary_key(column)
        && table.foreign_key(column).is_none()
}

/// `id`, `province_id`, `provinceId`, `provinceID`; not `paid` or `valid`.
fn is_id(name: &str) -> bool {
    match name
        .strip_suffix("Id")
        .or_else(|| name.strip_suffix("ID"))
        .or_else(|| name.strip_suffix("_id"))
    {
        Some(_) => true,
        None => name.eq_ignore_ascii_case("id"),
    }
}

/// One row: an array of values (or null) for each candidate, then the examples.
///
/// The inner query of a CASE branch runs only when the branch is taken, so that a column with many values costs a look
/// at the sample and no more.
fn question(table: &Table, candidates: &[&Column]) -> String {
    let from = format!(
        "{}.{}",
        always_quoted(&table.schema),
        always_quoted(&table.name)
    );
    let too_many = MAX_CATEGORIES + 1;
    let mut parts: Vec<String> = candidates
        .iter()
        .map(|column| {
            let name = always_quoted(&column.name);
            let distinct = |rows: usize| {
                format!(
                    "SELECT DISTINCT v::text AS v FROM (SELECT {name} AS v FROM {from} LIMIT {rows}) r \
                     WHERE v IS NOT NULL LIMIT {too_many}"
                )
            };
            format!(
                "CASE WHEN (SELECT count(*) FROM ({}) s) <= {MAX_CATEGORIES} \
                 THEN (SELECT array_agg(v ORDER BY v COLLATE \"C\") FROM ({}) d) END",
                distinct(SAMPLE),
                distinct(SCANNED),
            )
        })
        .collect();
    let order: Vec<String> = table
        .primary_key()
        .map(|column| always_quoted(&column.name))
        .collect();
    let order = if order.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {}", order.join(", "))
    };
    parts.push(format!(
        "ARRAY(SELECT to_jsonb(e)::text FROM (SELECT * FROM {from}{order} LIMIT {EXAMPLES}) e)"
    ));
    format!("SELECT {}", parts.join(", "))
}

fn shorten(value: Value) -> Value {
    match value {
        Value::String(text) => match text.char_indices().nth(MAX_EXAMPLE_TEXT) {
            Some((end, _)) => Value::String(format!("{}…", &text[..end])),
            None => Value::String(text),
        },
        Value::Array(values) => values.into_iter().map(shorten).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (key, shorten(value)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_told_from_words_that_end_alike() {
        for name in ["id", "ID", "province_id", "provinceId", "cooperativeID"] {
            assert!(is_id(name), "{name}");
        }
        for name in ["paid", "valid", "code", "gender", "identity", "uuid"] {
            assert!(!is_id(name), "{name}");
        }
    }

    #[test]
    fn long_texts_are_cut_wherever_they_are() {
        let long = "é".repeat(201);
        let short = format!("{}…", "é".repeat(200));
        assert_eq!(
            shorten(json!({"a": [long, 1], "b": null})),
            json!({"a": [short, 1], "b": null})
        );
    }
}
