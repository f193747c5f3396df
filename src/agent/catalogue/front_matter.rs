//! The head of a `SKILL.md`: `key: value` lines between two lines of `---`.

use super::error::CatalogueError;

/// A skill's head and body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FrontMatter<'a> {
    /// The keys in order, with the line each stands in, from 1.
    pub keys: Vec<(&'a str, &'a str, usize)>,
    /// Everything after the head.
    pub body: &'a str,
}

impl<'a> FrontMatter<'a> {
    /// Splits `text` of the file `file`.
    pub fn read(file: &str, text: &'a str) -> Result<Self, CatalogueError> {
        let wrong = |line: usize, reason: &str| CatalogueError::FrontMatter {
            file: file.to_owned(),
            line,
            reason: reason.to_owned(),
        };
        let rest = text
            .strip_prefix("---\n")
            .ok_or_else(|| wrong(1, "a skill begins with a line `---`"))?;
        let mut keys = Vec::new();
        let mut at = 0;
        for (index, line) in rest.split_inclusive('\n').enumerate() {
            let number = index + 2;
            at += line.len();
            let line = line.trim_end();
            if line == "---" {
                return Ok(Self {
                    keys,
                    body: rest[at..].trim(),
                });
            }
            if line.is_empty() {
                continue;
            }
            let (key, value) = line
                .split_once(':')
                .ok_or_else(|| wrong(number, "expected `key: value`"))?;
            keys.push((key.trim(), unquote(value.trim()), number));
        }
        Err(wrong(1, "the head is not closed by a line `---`"))
    }

    /// The value of a key, and an error that names the key when it is missing.
    pub fn required(&self, file: &str, key: &str) -> Result<String, CatalogueError> {
        self.get(key)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| CatalogueError::FrontMatter {
                file: file.to_owned(),
                line: 1,
                reason: format!("the head has no `{key}`"),
            })
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.keys
            .iter()
            .find(|(name, _, _)| *name == key)
            .map(|(_, value, _)| *value)
    }

    /// The value of a key as a list: `[a, b]` or `a, b`.
    pub fn list(&self, key: &str) -> Vec<String> {
        let value = self.get(key).unwrap_or_default();
        value
            .trim_start_matches('[')
            .trim_end_matches(']')
            .split(',')
            .map(|item| unquote(item.trim()).to_owned())
            .filter(|item| !item.is_empty())
            .collect()
    }
}

fn unquote(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_keys_lists_and_body() {
        let head = FrontMatter::read(
            "a.md",
            "---\nid: a\ntags: [x, \"y z\"]\n---\n\nBody: text\n",
        )
        .expect("a head");
        assert_eq!(head.get("id"), Some("a"));
        assert_eq!(head.list("tags"), ["x", "y z"]);
        assert_eq!(head.body, "Body: text");
    }

    #[test]
    fn names_the_line_that_is_wrong() {
        for (text, expected) in [
            (
                "no head",
                "the catalogue file `a.md`, line 1: a skill begins with a line `---`",
            ),
            (
                "---\nid: a\n",
                "the catalogue file `a.md`, line 1: the head is not closed by a line `---`",
            ),
            (
                "---\nid: a\nnonsense\n---\n",
                "the catalogue file `a.md`, line 3: expected `key: value`",
            ),
        ] {
            assert_eq!(
                FrontMatter::read("a.md", text).expect_err(text).to_string(),
                expected
            );
        }
        let head = FrontMatter::read("a.md", "---\nname: n\n---\n").expect("a head");
        assert_eq!(
            head.required("a.md", "id").expect_err("no id").to_string(),
            "the catalogue file `a.md`, line 1: the head has no `id`"
        );
    }
}
