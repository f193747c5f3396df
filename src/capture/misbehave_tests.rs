//! What a client of a misbehaving receiver sees, and what subscribers see of it.

use serde_json::json;

use super::*;
use crate::capture::test_support::{
    accept, done, numbered, post, send, server, session, soon, token,
};

#[tokio::test]
async fn a_status_is_answered_and_the_event_is_not_taken() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let refusing = server.misbehave(&id, 2..=3, Misbehaviour::Status(503));
    accept(&client, &url, &numbered(1, 1, token("a"))).await;
    for _ in 0..2 {
        let (status, said) = post(&client, &url, &numbered(1, 2, token("b"))).await;
        assert_eq!(status, 503);
        assert_eq!(said, json!({"detail": "refused on purpose"}));
    }
    accept(&client, &url, &numbered(1, 2, token("b"))).await;
    let requests = refusing.requests();
    let numbers: Vec<_> = requests
        .iter()
        .map(|request| {
            (
                request.status,
                request.callback.as_ref().and_then(|it| it.seq),
            )
        })
        .collect();
    assert_eq!(numbers, [(Some(503), Some(2)); 2]);
    drop(refusing);
    accept(&client, &url, &numbered(1, 3, done())).await;
    let transcript = server.transcript(&id).expect("events");
    assert_eq!(transcript.events.len(), 3);
    assert_eq!((transcript.duplicates, transcript.faults.len()), (0, 0));
}

#[tokio::test]
async fn a_hanging_receiver_answers_when_it_is_over_and_other_sessions_never_notice() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    let hanging = server.misbehave(&session("s"), 1..=u64::MAX, Misbehaviour::Hang);
    let url = server.callback_url(&session("s"));
    let waiting = tokio::spawn(send(client.post(url).json(&numbered(1, 1, token("a")))));
    let other = server.callback_url(&session("other"));
    accept(&client, &other, &numbered(1, 1, token("b"))).await;
    while hanging.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    drop(hanging);
    let (status, _) = soon("an answer", waiting).await.expect("no panic");
    assert_eq!(status, 503);
    assert!(
        server.transcript(&session("s")).is_none(),
        "it was not taken"
    );
}

#[tokio::test]
async fn half_an_answer_is_an_error_to_the_client_and_the_event_is_there_once() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let cutting = server.misbehave(&id, 1..=1, Misbehaviour::HalfAnswer);
    let body = numbered(1, 1, token("a"));
    let cut = async { client.post(&url).json(&body).send().await?.bytes().await };
    soon("the end of the connection", cut)
        .await
        .expect_err("cut off");
    accept(&client, &url, &body).await;
    let transcript = server.transcript(&id).expect("events");
    assert_eq!((transcript.events.len(), transcript.duplicates), (1, 1));
    assert_eq!(cutting.requests()[0].status, None);
}

#[tokio::test]
async fn a_slow_answer_comes_after_its_time() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let pause = Duration::from_millis(30);
    let slow = server.misbehave(&id, 1..=1, Misbehaviour::Slow(pause));
    let began = std::time::Instant::now();
    accept(
        &client,
        &server.callback_url(&id),
        &numbered(1, 1, token("a")),
    )
    .await;
    assert!(began.elapsed() >= pause);
    assert_eq!(slow.requests()[0].status, Some(200));
}

#[tokio::test]
async fn a_dropped_request_is_not_taken_and_has_no_answer() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let _dropping = server.misbehave(&id, 1..=1, Misbehaviour::Drop);
    let answered = client
        .post(&url)
        .json(&numbered(1, 1, token("a")))
        .send()
        .await;
    let body = match answered {
        Ok(answer) => answer.bytes().await.map(drop),
        Err(error) => Err(error),
    };
    assert!(body.is_err(), "there was a whole answer");
    assert!(server.transcript(&id).is_none(), "it was not taken");
    accept(&client, &url, &numbered(1, 1, token("a"))).await;
}

#[tokio::test]
async fn an_event_that_comes_twice_is_there_once_and_counted() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let _twice = server.misbehave(&id, 1..=1, Misbehaviour::Twice);
    accept(&client, &url, &numbered(1, 1, token("a"))).await;
    accept(&client, &url, &numbered(1, 2, done())).await;
    let transcript = server.transcript(&id).expect("events");
    assert_eq!((transcript.events.len(), transcript.duplicates), (2, 1));
    assert_eq!(transcript.faults.len(), 0);
}

#[tokio::test]
async fn an_event_that_is_overtaken_has_its_own_place() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let overtaken = server.misbehave(&id, 2..=2, Misbehaviour::Overtaken);
    accept(&client, &url, &numbered(1, 1, token("a"))).await;
    accept(&client, &url, &numbered(1, 2, token("b"))).await;
    assert_eq!(server.accepted(&id), 1, "it was set aside");
    accept(&client, &url, &numbered(1, 3, done())).await;
    let transcript = server.transcript(&id).expect("events");
    let order: Vec<_> = transcript.events.iter().map(|event| event.seq).collect();
    assert_eq!(order, [1, 2, 3]);
    assert_eq!(overtaken.requests().len(), 1);
    assert_eq!((transcript.duplicates, transcript.faults.len()), (0, 0));
}

#[tokio::test]
async fn nothing_is_lost_when_a_misbehaviour_ends_before_anything_else_came() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let overtaken = server.misbehave(&id, 1..=1, Misbehaviour::Overtaken);
    accept(&client, &server.callback_url(&id), &numbered(1, 1, done())).await;
    assert!(server.transcript(&id).is_none(), "it was set aside");
    drop(overtaken);
    assert_eq!(server.transcript(&id).expect("an event").events.len(), 1);
}
