//! `search_tables`: tables and columns by a part of their name or description.

use serde::Serialize;

use super::found::found;
use super::outcome::ToolError;
use super::tables::{self, Table};
use super::tool::{Call, Kind, Parameters, Tool};
use crate::contract::documents::TableDescription;

/// The longest pattern.
const MAX_PATTERN_BYTES: usize = 200;

pub(super) const SEARCH_TABLES: Tool = Tool {
    name: "search_tables",
    description: "Tables whose name, description or columns match a pattern, with the columns that match (all of them \
                  where the table itself does). The pattern is a part of a name or description in any case; `*` stands for anything.",
    parameters: Parameters::Texts(&[(
        "pattern",
        "A part of a name or description, such as `member` or `*_id`.",
    )]),
    kind: Kind::Lookup,
    run: |call| found(search(call)),
};

#[derive(Serialize)]
struct Output<'a> {
    tables: Vec<Table<'a>>,
}

async fn search(call: Call<'_>) -> Result<Output<'_>, ToolError> {
    let pattern = call.text("pattern")?;
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(ToolError::Failed(format!(
            "the argument `pattern` has {} bytes; at most {MAX_PATTERN_BYTES} are accepted",
            pattern.len()
        )));
    }
    Ok(Output {
        tables: matching(pattern, tables::known(call).await?),
    })
}

fn matching<'a>(pattern: &str, tables: &'a [TableDescription]) -> Vec<Table<'a>> {
    let pattern = Pattern::new(pattern);
    let matches = |table: &'a TableDescription| {
        if pattern.is_in(&table.table_name) || pattern.is_in(&table.table_description) {
            return Some(Table::of(table));
        }
        let columns = || {
            let columns = table.columns.iter();
            columns
                .filter(|column| pattern.is_in(&column.name) || pattern.is_in(&column.description))
        };
        columns().next()?;
        Some(Table::with(table, columns()))
    };
    tables.iter().filter_map(matches).collect()
}

/// Pieces that must follow each other, with anything between them.
struct Pattern {
    pieces: Vec<String>,
}

impl Pattern {
    /// `%` is what SQL calls `*`.
    fn new(text: &str) -> Self {
        let pieces = text.split(['*', '%']);
        Self {
            pieces: pieces.map(|piece| piece.trim().to_lowercase()).collect(),
        }
    }

    /// Whether a text matches: a pattern without `*` may stand anywhere in it; the ends of one with `*` are the text's.
    fn is_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let [first, middle @ .., last] = &self.pieces[..] else {
            return self
                .pieces
                .iter()
                .all(|piece| text.contains(piece.as_str()));
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for piece in middle {
            match rest.find(piece.as_str()) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::testing::table;
    use super::*;

    #[test]
    fn a_pattern_stands_anywhere_and_stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("member", "cooperative_members", true),
            ("MEMBER", "cooperative_members", true),
            ("*_id", "village_id", true),
            ("*_id", "village_ids", false),
            ("coop*s", "cooperative_members", true),
            ("coop%s", "cooperative", false),
            ("*a*b*", "xbxaxb", true),
            ("*a*b*", "xbxa", false),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(
                Pattern::new(pattern).is_in(text),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn a_table_that_matches_has_all_columns_and_another_those_that_match() {
        let tables = [
            table(
                "public",
                "loan",
                &[("loan_id", "", &[]), ("book_id", "", &[])],
            ),
            table(
                "public",
                "book",
                &[("title", "the book's name", &[]), ("pages", "", &[])],
            ),
            table("public", "shelf", &[("room", "", &[])]),
        ];
        let found = |pattern| {
            let found = serde_json::to_value(matching(pattern, &tables)).expect("serialises");
            let found = found.as_array().expect("a list").clone();
            let names = found.iter().map(|table| {
                let columns = table["columns"].as_array().expect("columns");
                let columns: Vec<_> = columns.iter().filter_map(|c| c["name"].as_str()).collect();
                format!(
                    "{}({})",
                    table["table_name"].as_str().unwrap_or_default(),
                    columns.join(" ")
                )
            });
            names.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("loan"), "loan(loan_id book_id)");
        assert_eq!(found("book"), "loan(book_id) book(title pages)");
        assert_eq!(found("name"), "book(title)");
        assert_eq!(found("river"), "");
    }
}
