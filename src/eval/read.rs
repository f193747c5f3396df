//! Questions from files: one JSON object a line.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::question::{Golden, Question, Questions, Right};
use super::{QuestionFault, QuestionsError};

/// The keys of a question.
const KEYS: [&str; 6] = [
    "id",
    "question",
    "sql",
    "lookup",
    "ordered",
    "extra_columns",
];
/// What a line looks like.
const EXAMPLE: &str = r#"{"id": "mine-001", "question": "Berapa jumlah koperasi?", "sql": "SELECT COUNT(*) FROM cooperative"}"#;

impl Questions {
    /// Reads files, each named as it is shown in errors and reports.
    ///
    /// # Errors
    /// Names every line that is wrong, and what would be right.
    pub fn read(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Self, QuestionsError> {
        let mut reader = Reader::default();
        for path in paths {
            let path = path.as_ref();
            let name = path.display().to_string();
            match crate::files::read_to_string(path) {
                Ok(text) => reader.read(&name, &text),
                Err(error) => {
                    let reason = format!("it cannot be read: {error}");
                    reader.faults.push(QuestionFault::in_file(&name, reason));
                }
            }
        }
        reader.finish()
    }
}

/// Collects questions and faults over several files.
#[derive(Default)]
pub(super) struct Reader {
    questions: Vec<Question>,
    faults: Vec<QuestionFault>,
    /// Where each id stands.
    ids: HashMap<String, String>,
}

impl Reader {
    /// Takes a file's text. Empty lines are skipped.
    pub(super) fn read(&mut self, file: &str, text: &str) {
        let before = (self.questions.len(), self.faults.len());
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let number = at + 1;
            match question(file, number, line) {
                Ok(question) => self.take(question),
                Err(reason) => self
                    .faults
                    .push(QuestionFault::in_line(file, number, reason)),
            }
        }
        if before == (self.questions.len(), self.faults.len()) {
            let reason = format!("it holds no question; write one a line, such as {EXAMPLE}");
            self.faults.push(QuestionFault::in_file(file, reason));
        }
    }

    fn take(&mut self, question: Question) {
        let place = format!("{}:{}", question.file, question.line);
        match self.ids.insert(question.id.clone(), place) {
            None => self.questions.push(question),
            Some(first) => {
                let reason = format!(
                    "the id `{}` is taken by {first}: each question needs one of its own",
                    question.id
                );
                self.faults.push(QuestionFault::of(&question, reason));
            }
        }
    }

    pub(super) fn finish(self) -> Result<Questions, QuestionsError> {
        if self.faults.is_empty() {
            Ok(Questions(self.questions))
        } else {
            Err(QuestionsError::new(self.faults))
        }
    }
}

fn question(file: &str, line: usize, text: &str) -> Result<Question, String> {
    let object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(format!("it is no JSON object, such as {EXAMPLE}")),
        Err(error) => {
            return Err(format!(
                "it is no JSON ({error}); one line is one object, such as {EXAMPLE}"
            ));
        }
    };
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!(
            "the key `{key}` is not known; the keys are {}",
            KEYS.join(", ")
        ));
    }
    let id = written(&object, "id", "a name that no other question has")?;
    let prompt = written(&object, "question", "what is asked")?;
    Ok(Question {
        file: file.to_owned(),
        line,
        id,
        text: prompt,
        right: right(&object)?,
    })
}

fn right(object: &Map<String, Value>) -> Result<Right, String> {
    let lookup = object.get("lookup").map(|value| yes_or_no("lookup", value));
    let ordered = object
        .get("ordered")
        .map(|value| yes_or_no("ordered", value))
        .transpose()?;
    let extra = object.get("extra_columns").map(|value| {
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        number.ok_or("`extra_columns` must be a whole number: how many columns an answer may have beside the golden ones")
    });
    let extra = extra.transpose()?;
    match object.get("sql") {
        None => Err(
            "the key `sql` is missing: the golden statement, or null when the question must not be answered"
                .to_owned(),
        ),
        Some(Value::Null) if ordered.is_some() || extra.is_some() => Err(
            "`ordered` and `extra_columns` are for questions with a golden statement, and `sql` is null".to_owned(),
        ),
        Some(Value::Null) => Ok(Right::Refusal {
            lookup: lookup.transpose()?.unwrap_or(false),
        }),
        Some(Value::String(_)) if lookup.is_some() => {
            Err("`lookup` is for questions that must not be answered, whose `sql` is null".to_owned())
        }
        Some(Value::String(sql)) if !sql.trim().is_empty() => {
            let golden = Golden::new(sql.trim());
            Ok(Right::Rows(Golden {
                ordered: ordered.unwrap_or(golden.ordered),
                extra_columns: extra.unwrap_or(0),
                ..golden
            }))
        }
        Some(_) => Err(
            "`sql` must be a SELECT in a string, or null when the question must not be answered".to_owned(),
        ),
    }
}

fn written(object: &Map<String, Value>, key: &str, what: &str) -> Result<String, String> {
    match object.get(key) {
        None => Err(format!("the key `{key}` is missing: {what}")),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Some(_) => Err(format!("`{key}` must be a text that is not empty: {what}")),
    }
}

fn yes_or_no(key: &str, value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| format!("`{key}` must be true or false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Questions, String> {
        let mut reader = Reader::default();
        reader.read("q.jsonl", text);
        reader.finish().map_err(|error| error.to_string())
    }

    #[test]
    fn a_line_is_a_question() {
        let questions = read(concat!(
            r#"{"id": "a", "question": "A?", "sql": "SELECT 1 ORDER BY 1"}"#,
            "\n\n",
            r#"{"id": "b", "question": "B?", "sql": null, "lookup": true}"#,
            "\n",
            r#"{"id": "c", "question": "C?", "sql": "SELECT 1", "ordered": true, "extra_columns": 2}"#,
        ))
        .expect("well-formed");
        let seen: Vec<_> = questions
            .iter()
            .map(|question| (question.line, question.id.as_str(), &question.right))
            .collect();
        let golden = |sql: &str, extra_columns| {
            Right::Rows(Golden {
                sql: sql.to_owned(),
                ordered: true,
                extra_columns,
            })
        };
        assert_eq!(
            seen,
            [
                (1, "a", &golden("SELECT 1 ORDER BY 1", 0)),
                (3, "b", &Right::Refusal { lookup: true }),
                (4, "c", &golden("SELECT 1", 2)),
            ]
        );
    }

    #[test]
    fn every_line_that_is_wrong_is_named_with_what_would_be_right() {
        for (line, said) in [
            ("SELECT 1", "it is no JSON ("),
            ("[1]", "it is no JSON object, such as {\"id\""),
            (
                r#"{"question": "A?", "sql": null}"#,
                "the key `id` is missing",
            ),
            (
                r#"{"id": 7, "question": "A?", "sql": null}"#,
                "`id` must be a text",
            ),
            (
                r#"{"id": "a", "question": " ", "sql": null}"#,
                "`question` must be a text",
            ),
            (
                r#"{"id": "a", "question": "A?"}"#,
                "the key `sql` is missing: the golden statement, or null",
            ),
            (
                r#"{"id": "a", "question": "A?", "sql": ""}"#,
                "`sql` must be a SELECT in a string, or null",
            ),
            (
                r#"{"id": "a", "question": "A?", "sql": 1}"#,
                "`sql` must be a SELECT in a string, or null",
            ),
            (
                r#"{"id": "a", "question": "A?", "golden": "SELECT 1"}"#,
                "the key `golden` is not known; the keys are id, question, sql,",
            ),
            (
                r#"{"id": "a", "question": "A?", "sql": "SELECT 1", "lookup": true}"#,
                "`lookup` is for questions that must not be answered",
            ),
            (
                r#"{"id": "a", "question": "A?", "sql": null, "ordered": true}"#,
                "`ordered` and `extra_columns` are for questions with a golden statement",
            ),
            (
                r#"{"id": "a", "question": "A?", "sql": null, "lookup": 1}"#,
                "`lookup` must be true or false",
            ),
            (
                r#"{"id": "a", "question": "A?", "sql": "SELECT 1", "extra_columns": -1}"#,
                "`extra_columns` must be a whole number",
            ),
        ] {
            let error = read(&format!("\n{line}")).expect_err(line);
            let wanted = format!("the questions cannot be used\n  q.jsonl:2: {said}");
            assert!(error.starts_with(&wanted), "{error}");
        }
    }

    #[test]
    fn ids_are_unique_and_no_file_is_empty() {
        let one = r#"{"id": "a", "question": "A?", "sql": null}"#;
        let error = read(&format!("{one}\n{one}")).expect_err("twice");
        assert!(
            error.ends_with(
                "q.jsonl:2: the id `a` is taken by q.jsonl:1: each question needs one of its own"
            ),
            "{error}"
        );
        let error = read("\n \n").expect_err("empty");
        assert!(error.contains("q.jsonl: it holds no question"), "{error}");
        let error = Questions::read(["/no/such/file"]).expect_err("missing");
        assert!(
            error
                .to_string()
                .contains("/no/such/file: it cannot be read")
        );
    }

    #[test]
    fn an_id_that_is_asked_for_exists() {
        let questions = read(r#"{"id": "a", "question": "A?", "sql": null}"#).expect("one");
        let only = questions.clone().only(&["a".to_owned()]);
        assert_eq!(only, Ok(questions.clone()));
        let error = questions.only(&["b".to_owned()]).expect_err("unknown");
        let wanted = "q.jsonl: there is no question `b`; an id is one such as `a`";
        assert!(error.to_string().ends_with(wanted), "{error}");
    }
}
