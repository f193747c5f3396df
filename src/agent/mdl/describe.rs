//! From a semantic model that people have worked on to what the agent knows of the tables.

use super::manifest::{Mdl, MdlModel, MdlRelationship};
use crate::agent::schema::display_name;
use crate::contract::documents::TableDescription;

/// A model, or a column of one, for which there is no scanned table.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnknownModel {
    #[error("models[{index}] (`{name}`) stands for no scanned table; those are: {known}")]
    Table {
        index: usize,
        name: String,
        known: String,
    },
    #[error("models[{index}] (`{name}`) has the column `{column}`, which its table has not")]
    Column {
        index: usize,
        name: String,
        column: String,
    },
    #[error(
        "relationships[{index}] (`{condition}`) joins no two columns of the models; it must read model.column = model.column"
    )]
    Relationship { index: usize, condition: String },
}

/// The tables that a model describes, with its descriptions and relationships in place of those that were known. What it does
/// not say stays.
pub(crate) fn describe(
    mdl: &Mdl,
    tables: &[TableDescription],
) -> Result<Vec<TableDescription>, UnknownModel> {
    let mut described: Vec<TableDescription> = Vec::new();
    for (index, model) in mdl.models.iter().enumerate() {
        let table = table_of(mdl, model, tables).ok_or_else(|| UnknownModel::Table {
            index,
            name: model.name.clone(),
            known: known(tables),
        })?;
        let mut table = table.clone();
        if let Some(description) = &model.properties.description {
            table.table_description.clone_from(description);
        }
        for column in model.columns.iter().filter(|column| !column.is_calculated) {
            let known = table
                .columns
                .iter_mut()
                .find(|known| known.name == column.name);
            let known = known.ok_or_else(|| UnknownModel::Column {
                index,
                name: model.name.clone(),
                column: column.name.clone(),
            })?;
            if let Some(description) = &column.properties.description {
                known.description.clone_from(description);
            }
        }
        described.retain(|other| other.id != table.id);
        described.push(table);
    }
    for (index, relationship) in mdl.relationships.iter().enumerate() {
        relate(mdl, relationship, tables, &mut described).ok_or_else(|| {
            UnknownModel::Relationship {
                index,
                condition: relationship.condition.clone(),
            }
        })?;
    }
    Ok(described)
}

fn known(tables: &[TableDescription]) -> String {
    let names = tables
        .iter()
        .map(|table| display_name(&table.db_schema, &table.table_name));
    match names.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "none, run scan_schema first".to_owned(),
        names => names,
    }
}

fn table_of<'a>(
    mdl: &Mdl,
    model: &MdlModel,
    tables: &'a [TableDescription],
) -> Option<&'a TableDescription> {
    let reference = model.table_reference.as_ref();
    let name = reference.map_or(model.name.as_str(), |reference| &reference.table);
    let schema = reference
        .and_then(|reference| reference.schema.as_deref())
        .or(Some(mdl.schema.as_str()))
        .filter(|schema| !schema.is_empty());
    let named = |table: &&TableDescription| {
        table.table_name == name && schema.is_none_or(|schema| table.db_schema == schema)
    };
    // Without a reference, the name may have the schema in it.
    let qualified = |table: &&TableDescription| {
        reference.is_none() && display_name(&table.db_schema, &table.table_name) == name
    };
    tables
        .iter()
        .find(named)
        .or_else(|| tables.iter().find(qualified))
}

/// Writes a many-to-one relationship as a foreign key of the table with many rows. One of many to many says nothing that a
/// foreign key could, and is left out.
fn relate(
    mdl: &Mdl,
    relationship: &MdlRelationship,
    tables: &[TableDescription],
    described: &mut [TableDescription],
) -> Option<()> {
    let (left, right) = relationship.condition.split_once('=')?;
    let (mut from, mut to) = (side(mdl, left, tables)?, side(mdl, right, tables)?);
    let [first, second] = relationship.models.as_slice() else {
        return None;
    };
    let id_of = |name: &str| {
        let model = mdl.models.iter().find(|model| model.name == name)?;
        table_of(mdl, model, tables).map(|table| table.id.as_str())
    };
    let (first, second) = (id_of(first)?, id_of(second)?);
    if (from.0.id.as_str(), to.0.id.as_str()) == (second, first) && first != second {
        std::mem::swap(&mut from, &mut to);
    }
    if (from.0.id.as_str(), to.0.id.as_str()) != (first, second) {
        return None;
    }
    match relationship.join_type.to_uppercase().as_str() {
        "MANY_TO_MANY" => return Some(()),
        "ONE_TO_MANY" => std::mem::swap(&mut from, &mut to),
        _ => {}
    }
    // As scanned: with the schema only where it is another one.
    let target = match to.0.db_schema == from.0.db_schema {
        true => to.0.table_name.clone(),
        false => format!("{}.{}", to.0.db_schema, to.0.table_name),
    };
    let table = described.iter_mut().find(|table| table.id == from.0.id)?;
    let column = table
        .columns
        .iter_mut()
        .find(|column| column.name == from.1)?;
    column.foreign_key = Some(format!("{target}.{}", to.1));
    Some(())
}

/// `model.column` or `schema.table.column`, quoted or not: the table and its column.
fn side<'a>(
    mdl: &Mdl,
    text: &str,
    tables: &'a [TableDescription],
) -> Option<(&'a TableDescription, String)> {
    let text = text.trim().replace('"', "");
    let (name, column) = text.rsplit_once('.')?;
    let model = mdl.models.iter().find(|model| model.name == name)?;
    let table = table_of(mdl, model, tables)?;
    let known = table.columns.iter().any(|known| known.name == column);
    known.then(|| (table, column.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn tables() -> Vec<TableDescription> {
        let table = |schema: &str, name: &str, columns: &[&str]| {
            let columns: Vec<Value> = columns
                .iter()
                .map(|column| json!({"name": column, "data_type": "integer", "description": "old"}))
                .collect();
            serde_json::from_value(json!({
                "id": format!("c.{schema}.{name}"), "db_connection_id": "c", "db_schema": schema, "table_name": name,
                "table_description": "old", "columns": columns, "table_schema": "CREATE TABLE"
            }))
            .expect("a table")
        };
        vec![
            table("public", "loan", &["loan_id", "bookId"]),
            table("public", "book", &["book_id"]),
            table("archive", "book", &["book_id"]),
        ]
    }

    fn described(mdl: Value) -> Result<Vec<TableDescription>, String> {
        let mdl: Mdl = serde_json::from_value(mdl).expect("a model");
        describe(&mdl, &tables()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_a_model_says_replaces_what_was_known_and_the_rest_stays() {
        let tables = described(json!({
            "models": [
                {"name": "loan", "properties": {"description": "peminjaman (loan)"},
                 "columns": [{"name": "bookId", "properties": {"description": "buku (book)"}}, {"name": "loan_id"}]},
                {"name": "b", "tableReference": {"table": "book", "schema": "archive"}}
            ],
            "relationships": [
                {"models": ["b", "loan"], "joinType": "ONE_TO_MANY", "condition": "loan.\"bookId\" = b.book_id"}
            ],
            "views": [], "somethingNew": true
        }))
        .expect("described");
        let [loan, book] = &tables[..] else {
            panic!("{tables:?}");
        };
        assert_eq!((&*loan.id, &*book.id), ("c.public.loan", "c.archive.book"));
        assert_eq!(loan.table_description, "peminjaman (loan)");
        assert_eq!(loan.table_schema, "CREATE TABLE");
        let said: Vec<_> = loan
            .columns
            .iter()
            .map(|column| column.description.as_str())
            .collect();
        assert_eq!(said, ["old", "buku (book)"]);
        assert_eq!(
            loan.columns[1].foreign_key.as_deref(),
            Some("archive.book.book_id")
        );
        assert_eq!(book.table_description, "old");
    }

    #[test]
    fn what_was_generated_describes_the_same_tables() {
        let mut before = tables();
        before[0].columns[1].foreign_key = Some("archive.book.book_id".to_owned());
        let all: Vec<&TableDescription> = before.iter().collect();
        let mdl = Mdl::of_tables("c", &all);
        assert_eq!(describe(&mdl, &before), Ok(before));
    }

    #[test]
    fn what_there_is_not_is_named() {
        for (mdl, said) in [
            (
                json!({"models": [{"name": "shelf"}]}),
                "models[0] (`shelf`) stands for no scanned table; those are: loan, book, archive.book",
            ),
            (
                json!({"models": [{"name": "loan", "columns": [{"name": "x"}]}]}),
                "models[0] (`loan`) has the column `x`, which its table has not",
            ),
            (
                json!({"models": [{"name": "loan"}], "relationships": [{"models": ["loan", "book"], "condition": "loan.bookId = book.book_id"}]}),
                "relationships[0] (`loan.bookId = book.book_id`) joins no two columns of the models",
            ),
        ] {
            let error = described(mdl).expect_err(said);
            assert!(error.starts_with(said), "{error}");
        }
    }
}
