//! The collections as they are created (contract §7).
//!
//! Only fields that are filtered on or looked up are declared with an index. The others are declared without one, so
//! that a reader of the schema sees them; nested ones (`columns`, `examples`) are not declared at all, because
//! Typesense stores undeclared fields as they come and returns them unchanged, whatever they hold.

use serde_json::{Value, json};

use crate::contract::documents::{
    BUSINESS_GLOSSARIES, CONTEXT_STORES, DATABASE_CONNECTIONS, INSTRUCTIONS, KAI_MEMORIES, SKILLS,
    TABLE_DESCRIPTIONS,
};

/// The fields of one collection: those with an index, then those without.
fn fields(collection: &str) -> (&'static [Field], &'static [Field]) {
    match collection {
        DATABASE_CONNECTIONS => (
            &[("alias", "string"), ("created_at", "int64")],
            &[
                ("dialect", "string"),
                ("connection_uri", "string"),
                ("schemas", "string[]"),
                ("metadata", "string"),
            ],
        ),
        TABLE_DESCRIPTIONS => (
            &[
                ("db_connection_id", "string"),
                ("table_name", "string"),
                ("created_at", "int64"),
            ],
            &[
                ("db_schema", "string"),
                ("table_description", "string"),
                ("table_schema", "string"),
                ("sync_status", "string"),
            ],
        ),
        INSTRUCTIONS => (
            &[
                ("db_connection_id", "string"),
                ("is_default", "bool"),
                ("created_at", "int64"),
            ],
            &[("condition", "string"), ("rules", "string")],
        ),
        BUSINESS_GLOSSARIES => (
            &[
                ("db_connection_id", "string"),
                ("metric", "string"),
                ("alias", "string[]"),
                ("created_at", "int64"),
            ],
            &[("sql", "string"), ("metadata", "string")],
        ),
        SKILLS => (
            &[
                ("db_connection_id", "string"),
                ("skill_id", "string"),
                ("name", "string"),
                ("tags", "string[]"),
                ("is_active", "bool"),
                ("created_at", "int64"),
                ("updated_at", "int64"),
            ],
            &[
                ("description", "string"),
                ("content", "string"),
                ("category", "string"),
            ],
        ),
        KAI_MEMORIES => (
            &[
                ("db_connection_id", "string"),
                ("session_id", "string"),
                ("namespace", "string"),
                ("key", "string"),
                ("importance", "float"),
                ("access_count", "int64"),
                ("created_at", "int64"),
                ("updated_at", "int64"),
            ],
            &[("value", "string"), ("content_text", "string")],
        ),
        CONTEXT_STORES => (
            &[
                ("db_connection_id", "string"),
                ("labels", "string[]"),
                ("created_at", "int64"),
            ],
            &[("prompt_text", "string"), ("sql", "string")],
        ),
        _ => (&[], &[]),
    }
}

/// A field's name and Typesense's name of its type.
type Field = (&'static str, &'static str);

/// The body of the request that creates `collection` under the name `as_name`.
pub(super) fn definition(collection: &str, as_name: &str) -> Value {
    let (indexed, stored) = fields(collection);
    let declare = |(name, kind): &Field, index: bool| {
        // Typesense insists that a field without an index is optional; the rest are, so that a document of another
        // writer with fewer fields is still accepted.
        let optional = !index || *name != "db_connection_id";
        json!({"name": name, "type": kind, "index": index, "optional": optional})
    };
    let fields: Vec<Value> = indexed
        .iter()
        .map(|field| declare(field, true))
        .chain(stored.iter().map(|field| declare(field, false)))
        .collect();
    json!({"name": as_name, "fields": fields})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_belongs_to_a_connection_can_be_filtered_by_it() {
        for collection in [
            TABLE_DESCRIPTIONS,
            INSTRUCTIONS,
            BUSINESS_GLOSSARIES,
            SKILLS,
            KAI_MEMORIES,
            CONTEXT_STORES,
        ] {
            let body = definition(collection, "x");
            assert_eq!(body["name"], "x");
            assert_eq!(
                body["fields"][0],
                json!({"name": "db_connection_id", "type": "string", "index": true, "optional": false}),
                "{collection}"
            );
        }
    }

    #[test]
    fn the_encrypted_uri_is_in_no_index() {
        let body = definition(DATABASE_CONNECTIONS, DATABASE_CONNECTIONS);
        let uri = body["fields"]
            .as_array()
            .expect("fields")
            .iter()
            .find(|field| field["name"] == "connection_uri")
            .expect("the field");
        assert_eq!(uri["index"], false);
    }
}
