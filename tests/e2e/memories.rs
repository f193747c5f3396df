//! What a conversation remembers, and that no other reads or writes it, whatever ids and names hold.

use std::sync::Arc;

use kai_e2e::agent::Message;
use kai_e2e::contract::Event;
use kai_e2e::harness::{Harness, harness};
use rstest::rstest;
use serde_json::{Value, json};

use crate::agent_alone::{Conversation, Heard};
use crate::scripted::Scripted;
use crate::support::Result;

/// Ids that mean something to a filter of Typesense, or that its index takes for the same word.
const IDS: [&str; 12] = [
    "s",
    "S",
    "s-1",
    "s1",
    "s`",
    "x` || session_id:!=`y",
    "x`&&session_id:=*",
    "*",
    "[s,s-1]",
    "s && db_connection_id:!=`z`",
    "session_id:=s",
    "é\\n'\"",
];

/// Calls tools in one run of a conversation.
pub async fn call(
    harness: &Harness,
    connection: &str,
    id: &str,
    calls: &[(&str, Value)],
) -> Result<Heard> {
    let model = Arc::new(Scripted::calling(calls));
    let conversation = Conversation::with(harness, model, Some(id))?.over(connection);
    let heard = conversation.ask("Apa yang kamu ingat?").await?;
    assert_eq!(heard.failure, None);
    Ok(heard)
}

async fn note(harness: &Harness, connection: &str, id: &str, content: &str) -> Result<Value> {
    let note = json!({"namespace": "user", "key": "name", "content": content});
    let heard = call(harness, connection, id, &[("remember", note)]).await?;
    Ok(heard.outputs("remember").remove(0))
}

/// What is recalled, as contents.
async fn recalled(harness: &Harness, connection: &str, id: &str) -> Result<Vec<String>> {
    let question = json!({"question": "user name"});
    let heard = call(
        harness,
        connection,
        id,
        &[("recall_for_question", question)],
    )
    .await?;
    let output = heard.outputs("recall_for_question").remove(0);
    assert_eq!(output["success"], true, "{output}");
    let notes = output["memories"].as_array().into_iter().flatten();
    Ok(notes
        .filter_map(|note| note["content"].as_str().map(str::to_owned))
        .collect())
}

#[rstest]
#[tokio::test]
async fn a_note_is_recalled_in_its_conversation_and_nowhere_else(
    #[future(awt)] harness: Harness,
) -> Result {
    let own = harness.connection_id();
    // The same database under other ids: what separates the memories is the connection's id, not its data.
    let uri = harness.postgres().reader_url(&harness.postgres().database);
    let others = ["c` || db_connection_id:!=`z", "*", "K&&O"];
    let agent = Conversation::none(&harness)?;
    for other in others {
        agent.agent().store_connection(other, &uri, "other").await?;
    }
    let mut written = Vec::new();
    for connection in [own].into_iter().chain(others) {
        for id in IDS {
            let content = format!("note of {connection} and {id}");
            let output = note(&harness, connection, id, &content).await?;
            assert_eq!(output["success"], true, "{output}");
            written.push((connection, id, content));
        }
    }
    for (connection, id, content) in written {
        assert_eq!(
            recalled(&harness, connection, id).await?,
            [content],
            "{connection} {id}"
        );
    }
    Ok(())
}

#[rstest]
#[tokio::test]
async fn no_name_of_a_note_reaches_another_conversation(#[future(awt)] harness: Harness) -> Result {
    let own = harness.connection_id();
    note(&harness, own, "victim", "mine").await?;
    let mut tried = 0;
    for (namespace, key) in [
        ("user", "name"),
        ("user`", "name"),
        ("victim", "user"),
        ("x` || session_id:=`victim", "name"),
        ("../victim/user", "name"),
        ("conversation", "0000000000000000-x"),
        ("user", "name&&session_id:=victim"),
        ("", "name"),
    ] {
        for extra in [
            json!({}),
            json!({"session_id": "victim", "db_connection_id": own, "conversation_id": "victim", "id": "memory-1"}),
        ] {
            let mut arguments = json!({"namespace": namespace, "key": key, "content": "forged"});
            if let (Some(arguments), Some(extra)) = (arguments.as_object_mut(), extra.as_object()) {
                arguments.extend(extra.clone());
            }
            call(&harness, own, "attacker", &[("remember", arguments)]).await?;
            tried += 1;
        }
    }
    assert_eq!(tried, 16);
    assert_eq!(recalled(&harness, own, "victim").await?, ["mine"]);
    let stolen = json!({"question": "name", "session_id": "victim", "conversation_id": "victim"});
    let heard = call(
        &harness,
        own,
        "attacker",
        &[("recall_for_question", stolen)],
    )
    .await?;
    let output = heard.outputs("recall_for_question").remove(0).to_string();
    assert!(!output.contains("mine"), "{output}");
    // The past that a model is shown is not one that a note could have written.
    let model = Arc::new(Scripted::default());
    Conversation::with(&harness, Arc::clone(&model) as _, Some("attacker"))?
        .ask("dan?")
        .await?;
    let shown = serde_json::to_string(&model.seen())?;
    assert!(!shown.contains("forged"), "{shown}");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_model_is_given_what_was_asked_before_and_memory_loaded_says_so(
    #[future(awt)] harness: Harness,
) -> Result {
    let model = Arc::new(Scripted::default());
    let conversation = Conversation::with(&harness, Arc::clone(&model) as _, Some("talk"))?;
    let first = conversation.ask("satu?").await?;
    assert_eq!(first.line(), "token");
    let note = json!({"namespace": "user", "key": "likes", "content": "tables"});
    model.will_call(&[("remember", note)]);
    conversation.ask("dua?").await?;
    let third = conversation.ask("tiga?").await?;
    assert_eq!(third.line(), "memory_loaded token");
    let Event::MemoryLoaded { message, stats } = &third.events[0] else {
        return Err("no memory was loaded".into());
    };
    assert_eq!(
        message,
        "remembered of this conversation: 2 earlier questions, 1 note"
    );
    assert_eq!(stats, &json!({"turns": 2, "notes": 1}));
    let said: Vec<String> = model
        .seen()
        .into_iter()
        .filter_map(|message| match message {
            Message::User { content } => Some(content),
            Message::Assistant { content, .. } => Some(format!("→ {content}")),
            _ => None,
        })
        .collect();
    assert_eq!(said, ["satu?", "→ done", "dua?", "→ done", "tiga?"]);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn only_the_last_questions_are_remembered(#[future(awt)] harness: Harness) -> Result {
    let model = Arc::new(Scripted::default());
    let conversation = Conversation::with(&harness, Arc::clone(&model) as _, Some("long"))?;
    for number in 0..11 {
        conversation.ask(&format!("nomor {number}?")).await?;
    }
    let long = format!("panjang {}", "x".repeat(5000));
    conversation.ask(&long).await?;
    conversation.ask("akhir?").await?;
    let asked: Vec<String> = model
        .seen()
        .into_iter()
        .filter_map(|message| match message {
            Message::User { content } => Some(content),
            _ => None,
        })
        .collect();
    let expected: Vec<String> = (3..11).map(|number| format!("nomor {number}?")).collect();
    assert_eq!(
        asked[..8],
        expected,
        "the longest question is not remembered, the oldest are forgotten"
    );
    assert_eq!(asked[8..], ["akhir?"]);
    Ok(())
}

/// The documents of a collection of the harness's world, as they are stored.
pub async fn stored(harness: &Harness, collection: &str) -> Result<Vec<Value>> {
    let typesense = &harness.stack().endpoints().typesense;
    let lines = reqwest::Client::new()
        .get(format!(
            "{}/collections/{}{collection}/documents/export",
            typesense.url(),
            harness.collection_prefix()
        ))
        .header("X-TYPESENSE-API-KEY", typesense.api_key.reveal())
        .send()
        .await?
        .error_for_status()?
        .text()
        .await?;
    Ok(lines
        .lines()
        .map(serde_json::from_str)
        .collect::<std::result::Result<_, _>>()?)
}

/// Contract §7.
#[rstest]
#[case::memories("kai_memories")]
#[case::verified_sql("context_stores")]
#[tokio::test]
async fn documents_have_the_fields_of_the_contract(
    #[future(awt)] harness: Harness,
    #[case] collection: &str,
) -> Result {
    note(&harness, harness.connection_id(), "talk", "x").await?;
    let contract = include_str!("../../docs/contract.md");
    let row = contract
        .lines()
        .find(|line| line.starts_with(&format!("| `{collection}`")))
        .ok_or("the contract has the collection")?;
    let fields = row.split('|').nth(2).unwrap_or_default().replace("[]", "");
    let mut fields: Vec<&str> = fields.split(',').map(str::trim).collect();
    fields.sort_unstable();
    let documents = stored(&harness, collection).await?;
    assert!(!documents.is_empty());
    for document in documents {
        let mut keys: Vec<&String> = document
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
            .collect();
        keys.sort_unstable();
        assert_eq!(keys, fields, "{document}");
    }
    Ok(())
}
