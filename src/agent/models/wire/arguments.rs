//! The arguments of a call: text while they come, an object at the end.

use serde_json::{Map, Value};

/// How much of what cannot be read is quoted.
const QUOTED: usize = 200;

/// Reads arguments that are whole.
///
/// # Errors
/// What is wrong, for the model to read.
pub(super) fn parse(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(Value::Null) => Ok(Map::new()),
        // Some models write JSON into a JSON string.
        Ok(Value::String(inner)) if inner.trim_start().starts_with('{') => parse(&inner),
        Ok(_) => Err(unreadable("they are no object", text)),
        Err(error) => Err(unreadable(&error.to_string(), text)),
    }
}

fn unreadable(why: &str, text: &str) -> String {
    let quoted: String = text.chars().take(QUOTED).collect();
    let more = match text.len() > quoted.len() {
        true => "…",
        false => "",
    };
    format!(
        "the arguments of the call cannot be read ({why}): send one JSON object; they were: {quoted}{more}"
    )
}

/// Whether arguments are a whole JSON object, so that nothing can follow.
pub(super) fn is_whole(text: &str) -> bool {
    matches!(serde_json::from_str(text), Ok(Value::Object(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_is_an_empty_object() {
        for text in ["", "  ", "null", "{}"] {
            assert_eq!(parse(text), Ok(Map::new()), "{text:?}");
        }
    }

    #[test]
    fn json_in_a_json_string_is_read_too() {
        let text = json!(json!({"a": 1}).to_string()).to_string();
        let wanted = Map::from_iter([("a".to_owned(), json!(1))]);
        assert_eq!(parse(&text), Ok(wanted));
    }

    #[test]
    fn what_cannot_be_read_is_quoted_for_the_model() {
        assert_eq!(
            parse(r#"{"query": "SELECT"#).unwrap_err(),
            "the arguments of the call cannot be read (EOF while parsing a string at line 1 column 17): send one JSON \
             object; they were: {\"query\": \"SELECT"
        );
        assert!(parse("[1]").unwrap_err().contains("they are no object"));
        let long = parse(&"é".repeat(500)).unwrap_err();
        assert!(
            long.ends_with(&format!("{}…", "é".repeat(QUOTED))),
            "{long}"
        );
    }
}
