use std::sync::Arc;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::fake::{FakeTypesense, exported};
use super::*;
use crate::agent::{AgentError, TypesenseConfig};
use crate::contract::documents::Instruction;

fn rule(id: &str, connection: &str) -> Value {
    json!({"id": id, "db_connection_id": connection, "condition": null, "rules": "r", "is_default": true})
}

async fn store(fake: &FakeTypesense) -> Store {
    Store::new(&fake.config()).expect("a store")
}

#[tokio::test]
async fn every_document_is_read_and_only_what_belongs_to_the_connection_is_kept() {
    let documents: Vec<Value> = (0..251)
        .rev()
        // The server's filter takes `a-b` and `ab` for the same.
        .map(|n| rule(&format!("{n:03}"), if n == 7 { "ab" } else { "a-b" }))
        .collect();
    let fake = FakeTypesense::start(move |asked| {
        assert_eq!(
            asked.path,
            "/collections/instructions/documents/export?filter_by=db_connection_id%3A%3D%60a-b%60"
        );
        assert_eq!(asked.key, "the-key");
        exported(&documents)
    })
    .await;
    let rules = store(&fake).await.instructions("a-b").await.expect("rules");
    assert_eq!(fake.requests(), 1);
    assert_eq!(rules.len(), 250);
    assert_eq!((&*rules[0].id, &*rules[249].id), ("000", "250"));
    assert!(
        rules
            .iter()
            .all(|rule| rule.db_connection_id == "a-b" && rule.condition.is_empty())
    );
}

#[tokio::test]
async fn an_id_that_no_filter_can_spell_is_compared_here() {
    let fake = FakeTypesense::start(|asked| {
        assert!(!asked.path.contains("filter_by"), "{}", asked.path);
        exported(&[rule("1", "x` || y"), rule("2", "z")])
    })
    .await;
    let rules = store(&fake)
        .await
        .instructions("x` || y")
        .await
        .expect("rules");
    assert_eq!(
        rules.iter().map(|rule| &*rule.id).collect::<Vec<_>>(),
        ["1"]
    );
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    let fake = FakeTypesense::start(|_| (404, json!({"message": "Not Found"}).to_string())).await;
    let store = store(&fake).await;
    assert!(store.connection("x").await.expect("an answer").is_none());
    assert!(store.instructions("x").await.expect("an answer").is_empty());
    store.forget("skills", "x").await.expect("no error");
}

#[tokio::test]
async fn only_the_document_with_the_very_id_is_the_one() {
    let fake = FakeTypesense::start(|asked| {
        assert_eq!(
            asked.path,
            "/collections/database_connections/documents/a%2Fb%20%25c"
        );
        (200, json!({"id": "a/b c"}).to_string())
    })
    .await;
    assert!(
        store(&fake)
            .await
            .connection("a/b %c")
            .await
            .expect("an answer")
            .is_none()
    );
}

#[tokio::test]
async fn a_missing_collection_is_created_by_the_first_write() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let fake = FakeTypesense::start(move |asked| {
        let mut log = log.lock().expect("a log");
        log.push(format!("{} {}", asked.method, asked.path));
        match log.len() {
            1 => (404, json!({"message": "Not Found"}).to_string()),
            2 => {
                assert!(
                    asked.body.contains(r#""name":"w1_instructions""#),
                    "{}",
                    asked.body
                );
                (409, json!({"message": "exists"}).to_string())
            }
            _ => (200, r#"{"success":true}"#.to_owned()),
        }
    })
    .await;
    let store = Store::new(&fake.config().with_collection_prefix("w1_")).expect("a store");
    let rule: Instruction =
        serde_json::from_value(json!({"id": "1", "db_connection_id": "c", "rules": "r"}))
            .expect("a rule");
    store.put_instructions(&[rule]).await.expect("written");
    assert_eq!(
        *seen.lock().expect("a log"),
        [
            "POST /collections/w1_instructions/documents/import?action=upsert",
            "POST /collections",
            "POST /collections/w1_instructions/documents/import?action=upsert",
        ]
    );
}

#[tokio::test]
async fn a_document_that_is_not_accepted_fails_the_write() {
    let fake = FakeTypesense::start(|_| {
        let lines = "{\"success\":true}\n{\"success\":false,\"code\":400,\"error\":\"Field `rules` must be a string.\"}";
        (200, lines.to_owned())
    })
    .await;
    let rule: Instruction =
        serde_json::from_value(json!({"id": "1", "db_connection_id": "c", "rules": "r"}))
            .expect("a rule");
    let error = store(&fake)
        .await
        .put_instructions(&[rule])
        .await
        .expect_err("refused");
    assert_eq!(
        error.to_string(),
        "typesense refused a request for the collection `instructions`: status 400, Field `rules` must be a string."
    );
    assert!(!error.is_unavailable());
}

#[tokio::test]
async fn errors_name_the_collection_and_never_the_key() {
    for (status, body, said, unavailable) in [
        (
            503,
            r#"{"message":"Not Ready or Lagging"}"#,
            "status 503, Not Ready or Lagging",
            true,
        ),
        (
            401,
            r#"{"message":"Forbidden"}"#,
            "status 401, Forbidden",
            false,
        ),
        (500, "", "status 500, Internal Server Error", true),
        (400, "<html>", "status 400, <html>", false),
    ] {
        let fake = FakeTypesense::start(move |_| (status, body.to_owned())).await;
        let error = store(&fake).await.skills("c").await.expect_err("refused");
        assert_eq!(
            error.to_string(),
            format!("typesense refused a request for the collection `skills`: {said}")
        );
        assert_eq!(error.is_unavailable(), unavailable);
    }
    let fake = FakeTypesense::start(|_| (200, "nonsense".to_owned())).await;
    let error = store(&fake).await.skills("c").await.expect_err("nonsense");
    assert!(
        error
            .to_string()
            .starts_with("typesense gave an unusable answer for the collection `skills`")
    );
}

#[tokio::test]
async fn a_document_without_its_fields_is_named() {
    let fake =
        FakeTypesense::start(|_| exported(&[json!({"id": "i", "db_connection_id": "c"})])).await;
    let error = store(&fake)
        .await
        .instructions("c")
        .await
        .expect_err("no rules");
    assert_eq!(
        error.to_string(),
        "the document `i` of the collection `instructions` cannot be read"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    // The port was free a moment ago, and nobody listens on it.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .expect("a port")
        .port();
    let config = TypesenseConfig::new(format!("http://127.0.0.1:{port}"), "the-key");
    let error = Store::new(&config)
        .expect("a store")
        .connection("c")
        .await
        .expect_err("refused");
    assert!(error.is_unavailable());
    let said = error.to_string();
    assert!(
        said.contains(&format!("http://127.0.0.1:{port}")) && said.contains("refused"),
        "{said}"
    );
    assert!(!said.contains("the-key"));
}

#[test]
fn urls_that_cannot_work_are_refused_at_once() {
    for url in [
        "",
        "localhost:8108",
        "https://h:8108",
        "http://user:pw@h",
        "ftp://h",
    ] {
        let refused = Store::new(&TypesenseConfig::new(url, "k")).err();
        assert!(
            matches!(
                refused,
                Some(AgentError::Config {
                    setting: "typesense.url",
                    ..
                })
            ),
            "{url}: {refused:?}"
        );
    }
    let refused = Store::new(&TypesenseConfig::new("http://h", "k\n")).err();
    assert!(matches!(
        refused,
        Some(AgentError::Config {
            setting: "typesense.api_key",
            ..
        })
    ));
}
