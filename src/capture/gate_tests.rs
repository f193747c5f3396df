use std::time::Duration;

use serde_json::json;

use super::Point;
use crate::capture::Subscriber;
use crate::capture::test_support::{accept, numbered, post, server, session, soon, token};

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_held_event_is_streamed_while_its_sender_waits() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let hold = server.hold_reply(&id, 2, LONG);
    let mut subscriber = Subscriber::connect(&server.stream_url(&id))
        .await
        .expect("connects");

    accept(&client, &url, &numbered(1, 1, token("a"))).await;
    let second = numbered(1, 2, token("b"));
    let sender = tokio::spawn({
        let (client, url, second) = (client.clone(), url.clone(), second.clone());
        async move { post(&client, &url, &second).await }
    });
    hold.reached(LONG).await.expect("held");
    for wanted in ["a", "b"] {
        let event = soon("the held event", subscriber.next()).await;
        let event = event.expect("an event").expect("no error");
        assert_eq!(event.event, *token(wanted).as_object().expect("an object"));
    }
    assert!(!sender.is_finished());

    // Other sessions are not held.
    let other = server.callback_url(&session("other"));
    accept(&client, &other, &numbered(1, 1, token("a"))).await;
    accept(&client, &other, &numbered(1, 2, token("b"))).await;

    hold.release();
    let answer = soon("the reply", sender).await.expect("no panic");
    assert_eq!(answer, (200, json!({"status": "ok"})));
}

#[tokio::test]
async fn a_repetition_of_a_held_delivery_is_held_too_and_is_no_other_delivery() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let hold = server.hold_reply(&id, 1, LONG);
    let body = numbered(1, 1, token("a"));
    // It gives up while it is held.
    let impatient = tokio::spawn(client.post(&url).json(&body).send());
    hold.reached(LONG).await.expect("held");
    impatient.abort();
    assert!(impatient.await.is_err_and(|error| error.is_cancelled()));

    let again = post(&client, &url, &body);
    tokio::pin!(again);
    let next = numbered(1, 2, token("b"));
    tokio::select! {
        biased;
        answer = &mut again => panic!("not held: {answer:?}"),
        () = accept(&client, &url, &next) => {}
    }
    drop(hold);
    assert_eq!(soon("the reply", again).await.0, 200);
    let transcript = server.transcript(&id).expect("there");
    assert_eq!((transcript.events.len(), transcript.duplicates), (2, 1));
}

#[tokio::test]
async fn the_bound_lets_the_reply_go() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let hold = server.hold_reply(&id, 1, Duration::from_millis(1));
    accept(
        &client,
        &server.callback_url(&id),
        &numbered(1, 1, token("a")),
    )
    .await;
    hold.reached(LONG).await.expect("it was held");
}

#[tokio::test]
async fn stopping_lets_the_reply_go() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let hold = server.hold_reply(&id, 1, LONG);
    let url = server.callback_url(&id);
    let sender =
        tokio::spawn(async move { post(&client, &url, &numbered(1, 1, token("a"))).await });
    hold.reached(LONG).await.expect("held");
    let later = server.hold_reply(&id, 9, LONG);
    soon("the stop", server.shutdown()).await.expect("stops");
    assert_eq!(soon("the reply", sender).await.expect("no panic").0, 200);
    let said = later.reached(LONG).await.expect_err("stopped").to_string();
    assert_eq!(
        said,
        "the capture server stopped before delivery 9 of session `s` was held"
    );
}

#[tokio::test]
async fn a_hold_that_is_not_reached_says_how_far_the_session_came() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    accept(
        &client,
        &server.callback_url(&id),
        &numbered(1, 1, token("a")),
    )
    .await;
    let hold = server.hold_reply(&id, 2, LONG);
    let said = hold
        .reached(Duration::from_millis(1))
        .await
        .expect_err("nothing comes")
        .to_string();
    assert_eq!(
        said,
        "delivery 2 of session `s` was not held within 1ms: 1 had been accepted by then"
    );
}

#[tokio::test]
async fn a_point_is_met_by_what_the_event_says_and_not_by_its_place() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let point = Point::event("tool_start").of_tool("sql_query").nth(2);
    let hold = server.hold_reply(&id, point, LONG);
    let start = |tool: &str| json!({"type": "tool_start", "tool": tool, "input": {}});

    // None of these is it, and a repetition of the first does not make a second.
    accept(&client, &url, &numbered(1, 1, start("get_skill"))).await;
    accept(&client, &url, &numbered(1, 2, start("sql_query"))).await;
    accept(&client, &url, &numbered(1, 2, start("sql_query"))).await;
    accept(&client, &url, &numbered(1, 3, token("sql_query"))).await;
    let waiting = tokio::spawn({
        let (client, url) = (client.clone(), url.clone());
        async move { post(&client, &url, &numbered(1, 4, start("sql_query"))).await }
    });
    hold.reached(LONG).await.expect("held");
    assert!(!waiting.is_finished());
    hold.release();
    let answer = soon("the reply", waiting).await.expect("no panic");
    assert_eq!(answer, (200, json!({"status": "ok"})));
    // Only that one.
    accept(&client, &url, &numbered(1, 5, start("sql_query"))).await;
}

#[tokio::test]
async fn a_point_that_is_never_met_is_named() {
    let server = server(|_| {}).await;
    let hold = server.hold_reply(&session("s"), Point::event("chart_config"), LONG);
    let error = hold
        .reached(Duration::from_millis(1))
        .await
        .expect_err("nothing came");
    let said = error.to_string();
    assert!(
        said.starts_with(
            "chart_config of session `s` was not held within 1ms: 0 had been accepted"
        ),
        "{said}"
    );
}
