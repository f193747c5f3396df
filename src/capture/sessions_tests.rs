use serde_json::{Value, json};

use crate::capture::test_support::{accept, done, numbered, plain, send, server, session, token};
use crate::capture::{EventJson, Transcript};

#[tokio::test]
async fn the_transcript_over_http_is_the_one_of_the_library() {
    let server = server(|_| {}).await;
    let (id, client) = (session("a b"), reqwest::Client::new());
    for body in [
        numbered(1, 1, token("a")),
        numbered(1, 1, token("a")),
        numbered(1, 3, done()),
    ] {
        accept(&client, &server.callback_url(&id), &body).await;
    }
    let (status, answer) = send(client.get(server.transcript_url(&id))).await;
    assert_eq!(status, 200);
    let transcript = server.transcript(&id).expect("there");
    assert_eq!(
        answer,
        serde_json::to_value(&transcript).expect("serialises")
    );
    assert_eq!(answer["duplicates"], json!(1));
    assert_eq!(answer["faults"][0]["fault"], json!("gap"));
}

#[tokio::test]
async fn figures_keep_their_digits() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let event = r#"{"type":"sql_result","data":[[12345678901234567890.10,1.50]]}"#;
    let body = format!(r#"{{"session_id":"s","event":{event}}}"#);
    send(client.post(server.callback_url(&id)).body(body)).await;
    let response = client
        .get(server.transcript_url(&id))
        .send()
        .await
        .expect("an answer");
    let text = response.text().await.expect("text");
    let read = Transcript::from_json(text.as_bytes()).expect("a transcript");
    assert_eq!(
        read.events[0].event,
        EventJson::new(event).expect("an object")
    );
    assert!(text.contains(event), "{text}");
}

#[tokio::test]
async fn a_session_without_anything_is_not_found() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    let (status, answer) = send(client.get(server.transcript_url(&session("never")))).await;
    assert_eq!(status, 404);
    let wanted: Value = json!({"detail": "the session has received nothing here, or was freed"});
    assert_eq!(answer, wanted);
    accept(
        &client,
        &server.callback_url(&session("once")),
        &plain(done()),
    )
    .await;
    let (status, _) = send(client.get(server.transcript_url(&session("once")))).await;
    assert_eq!(status, 200);
}
