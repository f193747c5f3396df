//! A place in a JSON value: `rows[0].provinsi`.

use std::fmt;

use serde_json::Value;

/// A place in a JSON value, as keys and numbers of items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Path {
    written: String,
    parts: Vec<String>,
}

impl Path {
    /// One key.
    pub(super) fn key(key: &str) -> Self {
        Self {
            written: key.to_owned(),
            parts: vec![key.to_owned()],
        }
    }

    /// Reads `rows[0].provinsi` or `rows.0.provinsi`, or a JSON pointer (RFC 6901), which begins with `/` and reaches keys with
    /// dots in them. The empty path is the whole value.
    ///
    /// # Errors
    /// What would be right.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let parts: Vec<String> = match text.strip_prefix('/') {
            Some(pointer) => pointer
                .split('/')
                .map(|part| part.replace("~1", "/").replace("~0", "~"))
                .collect(),
            None if text.is_empty() => Vec::new(),
            None => text
                .split('.')
                .flat_map(|part| part.split('['))
                .map(|part| part.strip_suffix(']').unwrap_or(part).to_owned())
                .collect(),
        };
        let unbalanced = text.matches('[').count() != text.matches(']').count();
        if !text.starts_with('/') && (unbalanced || parts.iter().any(String::is_empty)) {
            return Err(format!(
                "`{text}` is no path; write `key`, `key.key`, `key[0].key` or a JSON pointer `/key/0/key`"
            ));
        }
        Ok(Self {
            written: text.to_owned(),
            parts,
        })
    }

    /// What stands there, or how far the path goes.
    pub(super) fn find<'a>(&self, value: &'a Value) -> Result<&'a Value, String> {
        let mut here = value;
        for (number, part) in self.parts.iter().enumerate() {
            let next = match here {
                Value::Object(object) => object.get(part),
                Value::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => None,
            };
            let Some(next) = next else {
                let before = match &self.parts[..number] {
                    [] => "it".to_owned(),
                    before => format!("`{}`", before.join(".")),
                };
                return Err(format!("there is no `{part}`: {before} {}", kind_of(here)));
            };
            here = next;
        }
        Ok(here)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// What a value is, for a message.
fn kind_of(value: &Value) -> String {
    match value {
        Value::Object(object) if object.is_empty() => "is an empty object".to_owned(),
        Value::Object(object) => {
            let keys: Vec<&str> = object.keys().take(8).map(String::as_str).collect();
            format!("has {}", keys.join(", "))
        }
        Value::Array(items) if items.len() == 1 => "has 1 item".to_owned(),
        Value::Array(items) => format!("has {} items", items.len()),
        Value::String(_) => "is a text".to_owned(),
        other => format!("is {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_found_or_told_how_far_the_path_goes() {
        let value = json!({"rows": [{"n": 7, "a.b": 8}], "x": "text"});
        let find = |path: &str| Path::read(path).expect(path).find(&value).cloned();
        assert_eq!(find("rows[0].n"), Ok(json!(7)));
        assert_eq!(find("rows.0.n"), Ok(json!(7)));
        assert_eq!(find("/rows/0/a.b"), Ok(json!(8)));
        assert_eq!(find("").as_ref(), Ok(&value));
        assert_eq!(find("y"), Err("there is no `y`: it has rows, x".to_owned()));
        assert_eq!(
            find("rows[3]"),
            Err("there is no `3`: `rows` has 1 item".to_owned())
        );
        assert_eq!(
            find("x.y"),
            Err("there is no `y`: `x` is a text".to_owned())
        );
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [".a", "a..b", "a[", "a[0", "a]"] {
            assert!(Path::read(text).is_err(), "{text}");
        }
    }
}
