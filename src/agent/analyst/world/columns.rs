//! The columns that the schema alone makes known: few-valued text columns, with the names in their comments.

use std::collections::BTreeMap;

use crate::agent::catalogue::metadata::Label;

use super::super::outputs::{SchemaColumn, SchemaTable};
use super::super::sql::ident::qualified;
use super::super::tokens::words;
use super::comments::names;
use super::{Column, ColumnValue, Dimension, World};

/// Whether a column's values can be named in a question: texts, few of them, and no keys.
pub(super) fn nameable(column: &SchemaColumn) -> bool {
    let text = column.data_type.starts_with("text")
        || column.data_type.starts_with("character")
        || column.data_type.starts_with("varchar");
    text && column.low_cardinality && !column.is_primary_key && column.foreign_key.is_none()
}

/// The values that are known of `table.column`, when that is what an expression is.
pub(super) fn categories<'a>(tables: &'a [SchemaTable], sql: &str) -> Option<&'a [String]> {
    tables
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .find(|(table, column)| qualified(&table.table_name, &column.name) == sql)
        .map(|(_, column)| {
            if nameable(column) {
                column.categories.as_slice()
            } else {
                &[]
            }
        })
}

/// A value and its words: itself, and what the catalogue says beside.
pub(super) fn value(text: &str, others: &BTreeMap<String, Vec<String>>) -> Option<ColumnValue> {
    if !text.chars().any(char::is_alphabetic) {
        return None;
    }
    let mut forms = vec![words(text)];
    forms.extend(
        others
            .get(text)
            .into_iter()
            .flatten()
            .map(|form| words(form)),
    );
    forms.retain(|form| !form.is_empty());
    Some(ColumnValue {
        text: text.to_owned(),
        forms,
    })
}

impl World {
    /// Adds the few-valued text columns that no dimension of the catalogue describes.
    pub(super) fn add_schema_columns(&mut self, tables: &[SchemaTable]) {
        for table in tables {
            for column in table.columns.iter().filter(|column| nameable(column)) {
                let sql = qualified(&table.table_name, &column.name);
                let spelled = spell(&column.name);
                let (label, mut phrases) = names(&column.description).unwrap_or_else(|| {
                    (
                        Label {
                            id: spelled.clone(),
                            en: None,
                        },
                        Vec::new(),
                    )
                });
                // A column called `name` or `status` would answer to that word for every table, unless its comment does.
                if phrases.is_empty() || words(&spelled).len() > 1 {
                    phrases.push(spelled);
                }
                let index = match self.columns.iter().position(|known| known.sql == sql) {
                    Some(index) => index,
                    None => {
                        self.columns.push(Column {
                            table: table.table_name.clone(),
                            sql,
                            key: None,
                            label: label.clone(),
                            place: false,
                            inherited: true,
                            time: false,
                            values: column
                                .categories
                                .iter()
                                .filter_map(|text| value(text, &BTreeMap::new()))
                                .collect(),
                            lookup: None,
                            note: None,
                            owner: None,
                        });
                        self.columns.len() - 1
                    }
                };
                let known = self
                    .dimensions
                    .iter_mut()
                    .find(|dimension| dimension.column == index && dimension.prefix.is_none());
                match known {
                    Some(dimension) => dimension.phrases.extend(phrases),
                    None => self.dimensions.push(Dimension {
                        phrases,
                        column: index,
                        prefix: None,
                        label,
                        countable: false,
                        counts: None,
                        note: None,
                    }),
                }
            }
        }
    }
}

/// `registration_type`, `registrationType` → `registration type`.
pub(super) fn spell(name: &str) -> String {
    let mut spelled = String::new();
    for c in name.chars() {
        if c == '_' {
            spelled.push(' ');
        } else {
            if c.is_uppercase() && !spelled.is_empty() && !spelled.ends_with(' ') {
                spelled.push(' ');
            }
            spelled.extend(c.to_lowercase());
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::spell;

    #[test]
    fn spells_column_names() {
        assert_eq!(spell("registration_type"), "registration type");
        assert_eq!(spell("filledBy"), "filled by");
    }
}
