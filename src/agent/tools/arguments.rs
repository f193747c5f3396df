//! Reading a call's arguments.

use serde_json::{Map, Value};

use super::outcome::ToolError;

/// A string that must be there and say something.
pub(super) fn text<'a>(arguments: &'a Map<String, Value>, key: &str) -> Result<&'a str, ToolError> {
    match arguments.get(key) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
        Some(Value::String(_)) => Err(ToolError::Failed(format!("the argument `{key}` is empty"))),
        Some(_) => Err(ToolError::Failed(format!(
            "the argument `{key}` must be a string"
        ))),
        None => Err(ToolError::Failed(format!(
            "the argument `{key}` is missing: it must be a string"
        ))),
    }
}

/// A string that may be missing, null or empty.
pub(super) fn optional_text<'a>(
    arguments: &'a Map<String, Value>,
    key: &str,
) -> Result<Option<&'a str>, ToolError> {
    match arguments.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(_) => text(arguments, key).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn says_what_is_wrong() {
        let arguments = json!({"a": "x", "b": " ", "c": 1});
        let arguments = arguments.as_object().expect("an object");
        let said = |key| match text(arguments, key) {
            Err(ToolError::Failed(said)) => said,
            other => panic!("{other:?}"),
        };
        assert_eq!(text(arguments, "a").expect("a string"), "x");
        assert_eq!(said("b"), "the argument `b` is empty");
        assert_eq!(said("c"), "the argument `c` must be a string");
        assert_eq!(
            said("d"),
            "the argument `d` is missing: it must be a string"
        );
        let optional = |key| optional_text(arguments, key).ok();
        assert_eq!(
            ["a", "b", "c", "d"].map(optional),
            [Some(Some("x")), Some(None), None, Some(None)]
        );
    }
}
