//! The turns of the analyst: which tools it calls when, and that it is deterministic.

use serde_json::{Value, json};

use super::OfflineAnalyst;
use super::testing::{Domain, schema};
use crate::agent::catalogue::Catalogue;
use crate::agent::chat_model::{
    ChatModel, DeltaSink, Message, ModelDelta, ModelError, ModelRequest,
};

struct Nowhere;

#[async_trait::async_trait]
impl DeltaSink for Nowhere {
    async fn delta(&mut self, _: ModelDelta) {}
}

#[tokio::test]
async fn the_first_turn_asks_all_tools_at_once() {
    let messages = [Message::User {
        content: "Provinsi mana yang koperasinya paling banyak?".to_owned(),
    }];
    let request = ModelRequest {
        messages: &messages,
        tools: &[],
    };
    let turn = OfflineAnalyst::new()
        .turn(request, &mut Nowhere)
        .await
        .expect("a turn");
    let tools: Vec<_> = turn
        .tool_calls
        .iter()
        .map(|call| call.tool.as_str())
        .collect();
    assert_eq!(
        tools,
        [
            "write_todos",
            "get_instructions",
            "get_database_schema",
            "search_metrics_in_question",
            "find_skills_for_question",
            "lookup_verified_sql"
        ]
    );
    // The search compares whole words, so it is given the words without `-nya` too.
    let asked = turn.tool_calls[3].arguments["question"].as_str();
    assert!(
        asked.is_some_and(|text| text.contains("yang koperasi paling")),
        "{asked:?}"
    );
    let mut ids: Vec<_> = turn.tool_calls.iter().map(|call| &call.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 6);
}

#[tokio::test]
async fn a_conversation_without_a_question_is_refused() {
    let request = ModelRequest {
        messages: &[],
        tools: &[],
    };
    let error = OfflineAnalyst::new()
        .turn(request, &mut Nowhere)
        .await
        .expect_err("nothing was asked");
    assert!(matches!(error, ModelError::Refused { .. }), "{error}");
}

#[test]
fn a_run_is_the_same_every_time() {
    let domain = Domain::koperasi(schema(&[("cooperative", "koperasi", vec![])]));
    let rows = |_: &str| json!({"success": true, "columns": ["n"], "rows": [{"n": 6000}]});
    let first = domain.play("Berapa jumlah koperasi?", rows);
    let second = domain.play("Berapa jumlah koperasi?", rows);
    assert_eq!(first.answer, "Jumlah koperasi adalah 6.000.");
    assert_eq!(
        (&first.answer, &first.statements, &first.pieces),
        (&second.answer, &second.statements, &second.pieces)
    );
    assert_eq!(first.tools[6..8], ["sql_query", "write_todos"]);
    assert!(
        first.thinking.contains("jumlah koperasi"),
        "{}",
        first.thinking
    );
    assert_eq!(first.pieces.len(), 2);
}

#[test]
fn tools_that_say_nothing_or_nonsense_lead_to_a_refusal() {
    for schema in [
        json!({"success": false, "error": "x"}),
        json!("?"),
        json!({"tables": 7}),
    ] {
        let domain = Domain {
            schema,
            glossary: vec![json!({"metric": "X", "sql": "1", "metadata": {"type": "nonsense"}})],
        };
        let played = domain.ask("Berapa x?");
        assert_eq!(played.statements, Vec::<String>::new());
        assert!(played.answer.contains("“x”"), "{}", played.answer);
    }
}

/// Words of the built-in domain must come out of the tools: none may stand in the analyst's code.
#[test]
fn no_word_of_the_domain_is_in_the_code() {
    let catalogue = Catalogue::embedded().expect("the built-in catalogue");
    let text = |object: &Value, path: &[&str]| {
        let found = path.iter().try_fold(object, |value, key| value.get(key));
        found.and_then(Value::as_str).map(str::to_lowercase)
    };
    let mut words: Vec<String> = catalogue
        .glossary()
        .filter_map(|term| text(&term.metadata, &["table"]))
        .chain(catalogue.glossary().filter_map(|term| {
            let entity = text(&term.metadata, &["type"]).as_deref() == Some("entity");
            text(&term.metadata, &["label", "id"]).filter(|_| entity)
        }))
        .flat_map(|name| name.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .chain(["provinsi", "kabupaten", "modal", "gender"].map(str::to_owned))
        .filter(|word| word.len() > 3 && word != "dengan" && word != "baru")
        .collect();
    words.sort();
    words.dedup();
    assert!(words.len() > 20, "{words:?}");
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/agent/analyst");
    let mut files = 0;
    let mut folders = vec![here];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the analyst's folder") {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if name.ends_with("_tests.rs") || name.ends_with("testing.rs") {
                continue;
            }
            files += 1;
            let source = std::fs::read_to_string(&path).expect("a source file");
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            for line in code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
            {
                let line = line.to_lowercase();
                let mut parts = line.split(|c: char| !c.is_alphanumeric() && c != '_');
                let word = parts.find(|part| words.iter().any(|word| word == part));
                assert!(word.is_none(), "{name}: {word:?} in `{line}`");
            }
        }
    }
    assert!(files > 30, "{files} files were read");
}
