//! A table as DDL, for a model to read.

use super::catalog::Table;

/// A name as Postgres wants it: quoted when it is not plain lower case.
pub(crate) fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain {
        name.to_owned()
    } else {
        always_quoted(name)
    }
}

/// A name in quotes, whatever it is, also when it is a keyword.
pub(super) fn always_quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The table's definition: columns with their types, then constraints.
pub(super) fn create_table(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| {
        let not_null = if column.not_null { " NOT NULL" } else { "" };
        format!("{} {}{not_null}", quoted(&column.name), column.data_type)
    });
    let constraints = table
        .constraints
        .iter()
        .map(|constraint| constraint.definition.clone());
    let lines: Vec<String> = columns.chain(constraints).collect();
    format!(
        "CREATE TABLE {}.{} (\n  {}\n);",
        quoted(&table.schema),
        quoted(&table.name),
        lines.join(",\n  ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::schema::catalog::{Column, Constraint};

    #[test]
    fn a_table_reads_like_its_definition() {
        let column = |number, name: &str, data_type: &str, not_null| Column {
            number,
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            category: 'N',
            not_null,
            comment: String::new(),
        };
        let table = Table {
            oid: 1,
            schema: "public".to_owned(),
            name: "cooperative".to_owned(),
            comment: String::new(),
            columns: vec![
                column(1, "cooperative_id", "integer", true),
                column(2, "provinceId", "integer", false),
            ],
            constraints: vec![Constraint {
                kind: 'p',
                columns: vec![1],
                target: None,
                definition: "PRIMARY KEY (cooperative_id)".to_owned(),
            }],
        };
        assert_eq!(
            create_table(&table),
            "CREATE TABLE public.cooperative (\n  cooperative_id integer NOT NULL,\n  \"provinceId\" integer,\n  \
             PRIMARY KEY (cooperative_id)\n);"
        );
    }

    #[test]
    fn names_are_quoted_when_they_need_it() {
        assert_eq!(quoted("name"), "name");
        assert_eq!(quoted("provinceId"), "\"provinceId\"");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(quoted("1st"), "\"1st\"");
        assert_eq!(always_quoted("user"), "\"user\"");
    }
}
