//! Documents that another KAI component wrote: the same fields, in slightly other shapes.

use serde_json::{Map, Value};

/// Fields that the contract calls JSON text, and that KAI's other components may store as objects.
const TEXT_FIELDS: [&str; 1] = ["metadata"];

/// Fields that hold objects with the contract's own keys.
const OBJECT_FIELDS: [&str; 1] = ["columns"];

/// Brings a document into the contract's shape: nulls are absent, and `metadata` is JSON text.
pub(super) fn normalise(document: &mut Map<String, Value>) {
    document.retain(|_, value| !value.is_null());
    for field in TEXT_FIELDS {
        if let Some(value) = document.get_mut(field)
            && !value.is_string()
        {
            *value = Value::String(value.to_string());
        }
    }
    for field in OBJECT_FIELDS {
        let objects = document.get_mut(field).and_then(Value::as_array_mut);
        for object in objects
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            object.retain(|_, value| !value.is_null());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nulls_go_and_metadata_becomes_text() {
        let Value::Object(mut document) =
            json!({"id": "1", "condition": null, "metadata": {"kind": "metric"}})
        else {
            unreachable!("an object literal");
        };
        normalise(&mut document);
        assert_eq!(
            Value::Object(document),
            json!({"id": "1", "metadata": r#"{"kind":"metric"}"#})
        );
    }

    #[test]
    fn nulls_of_columns_go_and_those_of_example_rows_stay() {
        let Value::Object(mut document) =
            json!({"columns": [{"name": "a", "description": null}], "examples": [{"a": null}]})
        else {
            unreachable!("an object literal");
        };
        normalise(&mut document);
        assert_eq!(
            Value::Object(document),
            json!({"columns": [{"name": "a"}], "examples": [{"a": null}]})
        );
    }

    #[test]
    fn text_stays_as_it_is() {
        let Value::Object(mut document) = json!({"metadata": "{}", "alias": [null, "a"]}) else {
            unreachable!("an object literal");
        };
        let before = document.clone();
        normalise(&mut document);
        assert_eq!(document, before);
    }
}
