//! The query that looks for names.

use super::ident::{ident, literal};
use crate::agent::analyst::world::Column;

/// Most names that are fetched: more than any word occurs in, few enough to read.
const MOST_NAMES: u32 = 100;

/// The names of a column that contain one of some texts. The texts are words of letters, in lower case.
pub(in super::super) fn lookup(column: &Column, texts: impl Iterator<Item = String>) -> String {
    let mut conditions: Vec<String> = texts
        .map(|text| {
            format!(
                "LOWER({}) LIKE {}",
                column.sql,
                literal(&format!("%{text}%"))
            )
        })
        .collect();
    conditions.dedup();
    format!(
        "SELECT DISTINCT\n  {} AS name\nFROM {}\nWHERE {}\nORDER BY name\nLIMIT {MOST_NAMES}",
        column.sql,
        ident(&column.table),
        conditions.join("\n   OR ")
    )
}
