//! The plan that the user sees.

use serde_json::{Map, Value, json};

use super::language::Language;

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The question is being read.
    Reading,
    /// The question is understood and its query has run.
    Answering,
}

/// Arguments of `write_todos`.
pub(super) fn todos(stage: Stage, language: Language) -> Map<String, Value> {
    let status = match stage {
        Stage::Reading => ["in_progress", "pending", "pending"],
        Stage::Answering => ["completed", "completed", "in_progress"],
    };
    let contents = match language {
        Language::Indonesian => [
            "Memahami pertanyaan",
            "Menjalankan kueri",
            "Menulis jawaban",
        ],
        Language::English => [
            "Understand the question",
            "Run the query",
            "Write the answer",
        ],
    };
    let todos: Vec<_> = contents
        .iter()
        .zip(status)
        .map(|(content, status)| json!({"content": content, "status": status}))
        .collect();
    Map::from_iter([("todos".to_owned(), Value::from(todos))])
}
