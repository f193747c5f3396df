use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::*;
use crate::capture::test_support::{accept, done, numbered, server, session, soon, token};

/// Options that do not wait between connections.
fn eager() -> SubscriberOptions {
    SubscriberOptions {
        pause: Some(Duration::ZERO),
        ..SubscriberOptions::default()
    }
}

/// What a receiver of the tests' own answers, one connection after the other; and which ids it was asked to resume.
#[derive(Default)]
struct Script {
    answers: VecDeque<(u16, &'static str, &'static str)>,
    asked: Vec<Option<String>>,
}

type Shared = Arc<Mutex<Script>>;

/// A receiver that answers as told, whatever the contract says. Ends with the test's runtime.
async fn receiver(
    answers: impl IntoIterator<Item = (u16, &'static str, &'static str)>,
) -> (String, Shared) {
    async fn answer(State(script): State<Shared>, headers: HeaderMap) -> impl IntoResponse {
        let mut script = script.lock().await;
        let asked = headers.get("last-event-id");
        let asked = asked.map(|id| id.to_str().expect("ASCII").to_owned());
        script.asked.push(asked);
        let (status, kind, body) = script
            .answers
            .pop_front()
            .unwrap_or((500, "text/plain", ""));
        let status = StatusCode::from_u16(status).expect("a status");
        (status, [(header::CONTENT_TYPE, kind)], body)
    }
    let script = Shared::new(Mutex::new(Script {
        answers: answers.into_iter().collect(),
        asked: Vec::new(),
    }));
    let router = Router::new()
        .route("/stream/s", get(answer))
        .with_state(Arc::clone(&script));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!(
        "http://{}/stream/s",
        listener.local_addr().expect("an address")
    );
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, script)
}

const STREAM: &str = "text/event-stream";

fn kinds(events: &[ReceivedEvent]) -> Vec<&str> {
    events.iter().map(ReceivedEvent::kind).collect()
}

#[tokio::test]
async fn events_come_with_id_place_and_times() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let before = (SystemTime::now(), Instant::now());
    let mut subscriber = Subscriber::connect(&server.stream_url(&id))
        .await
        .expect("connects");
    accept(
        &client,
        &server.callback_url(&id),
        &numbered(2, 1, token("a")),
    )
    .await;
    let event = soon("the event", subscriber.next()).await;
    let event = event.expect("an event").expect("no error");
    assert_eq!(event.id.as_deref(), Some("1-2-1"));
    assert_eq!(
        event.position().map(|id| (id.run, id.attempt, id.seq)),
        Some((1, 2, 1))
    );
    assert_eq!(
        event.to_event(),
        Event::Token {
            content: "a".to_owned()
        }
    );
    assert!(event.received_at >= before.0 && event.received >= before.1);
    assert_eq!(subscriber.end(), None);

    accept(&client, &server.callback_url(&id), &numbered(2, 2, done())).await;
    let rest = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    assert_eq!(kinds(&rest), ["done"]);
    assert_eq!(subscriber.end(), Some(StreamEnd::Done));
    assert!(subscriber.next().await.is_none());
}

#[tokio::test]
async fn a_given_id_is_resumed_after() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    for seq in 1..=4 {
        accept(
            &client,
            &server.callback_url(&id),
            &numbered(1, seq, token(seq)),
        )
        .await;
    }
    accept(&client, &server.callback_url(&id), &numbered(1, 5, done())).await;
    for seen in 1..=5_usize {
        let options = SubscriberOptions {
            last_event_id: Some(format!("1-1-{seen}")),
            ..eager()
        };
        let mut subscriber = Subscriber::connect_with(&server.stream_url(&id), options)
            .await
            .expect("connects");
        let rest = soon("the end", subscriber.rest())
            .await
            .expect("a whole stream");
        let ids: Vec<_> = rest.iter().filter_map(ReceivedEvent::position).collect();
        let wanted: Vec<_> = (seen as u64 + 1..=5)
            .map(|seq| EventId {
                run: 1,
                attempt: 1,
                seq,
            })
            .collect();
        assert_eq!(ids, wanted);
        let end = if seen == 5 {
            StreamEnd::Over
        } else {
            StreamEnd::Done
        };
        assert_eq!(subscriber.end(), Some(end));
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_resumed_after_the_last_whole_event() {
    let (url, script) = receiver([
        (
            200,
            STREAM,
            "id: 1-1-1\ndata: {\"type\":\"a\"}\n\nid: 1-1-2\ndata: {\"ty",
        ),
        (503, "text/plain", "starting"),
        (200, STREAM, ": nothing new\n\n"),
        (
            200,
            STREAM,
            "id: 1-1-2\ndata: {\"type\":\"b\"}\n\nid: 1-1-3\ndata: {\"type\":\"done\"}\n\n",
        ),
    ])
    .await;
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    let events = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    assert_eq!(kinds(&events), ["a", "b", "done"]);
    assert_eq!(
        (subscriber.end(), subscriber.reconnects()),
        (Some(StreamEnd::Done), 3)
    );
    let last = Some("1-1-1".to_owned());
    assert_eq!(
        script.lock().await.asked,
        [None, last.clone(), last.clone(), last]
    );
}

#[tokio::test]
async fn reconnecting_is_bounded_and_the_error_says_what_was_seen() {
    let (url, script) = receiver([(200, STREAM, "id: 1-1-1\ndata: {\"type\":\"a\"}\n\n")]).await;
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    let event = subscriber
        .next()
        .await
        .expect("an event")
        .expect("no error");
    assert_eq!(event.kind(), "a");
    let error = soon("giving up", subscriber.next())
        .await
        .expect("an end")
        .expect_err("lost");
    assert_eq!(
        error.to_string(),
        format!(
            "the stream {url} broke off after 5 reconnections; last seen: `a` (id 1-1-1), the only event"
        )
    );
    assert!(subscriber.next().await.is_none());
    assert_eq!(script.lock().await.asked.len(), 6);
}

#[tokio::test]
async fn a_stream_without_ids_is_not_guessed_at() {
    let (url, _) = receiver([(200, STREAM, "event: a\ndata: {\"type\":\"a\"}\n\n")]).await;
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    let error = soon("the end", subscriber.rest())
        .await
        .expect_err("not resumable");
    assert!(
        matches!(error, SubscribeError::NotResumable { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_receiver_that_knows_only_kai_is_understood() {
    let body = "event: a\ndata: {\"type\":\"a\"}\n\nevent: done\ndata: {\"type\":\"done\"}\n\n";
    let (url, _) = receiver([(200, STREAM, body)]).await;
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    let events = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    assert_eq!(kinds(&events), ["a", "done"]);
    assert_eq!(subscriber.end(), Some(StreamEnd::Done));
}

#[tokio::test]
async fn the_timeout_frame_is_an_end_and_an_event_of_that_type_is_not() {
    let body = "data: {\"type\":\"timeout\"}\nevent: timeout\n\nevent: timeout\ndata: {}\n\n";
    let (url, _) = receiver([(200, STREAM, body)]).await;
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    let events = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    assert_eq!(kinds(&events), ["timeout"]);
    assert_eq!(subscriber.end(), Some(StreamEnd::Timeout));
}

#[tokio::test]
async fn our_servers_timeout_arrives() {
    let server = server(|config| config.silence = Duration::from_millis(1)).await;
    let mut subscriber = Subscriber::connect(&server.stream_url(&session("s")))
        .await
        .expect("connects");
    let events = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    assert_eq!(
        (events.len(), subscriber.end()),
        (0, Some(StreamEnd::Timeout))
    );
}

#[tokio::test]
async fn a_stopped_server_is_reported_with_what_was_seen() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.stream_url(&id);
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    for seq in 1..=2 {
        accept(
            &client,
            &server.callback_url(&id),
            &numbered(1, seq, token(seq)),
        )
        .await;
        subscriber
            .next()
            .await
            .expect("an event")
            .expect("no error");
    }
    soon("the stop", server.shutdown()).await.expect("stops");
    let error = soon("giving up", subscriber.next())
        .await
        .expect("an end")
        .expect_err("lost");
    assert_eq!(
        error.to_string(),
        format!(
            "the stream {url} broke off after 5 reconnections; last seen: `token` (id 1-1-2), the last of 2 events"
        )
    );
    assert!(std::error::Error::source(&error).is_some(), "{error:?}");
}

#[tokio::test]
async fn what_is_no_stream_is_named() {
    let (url, _) = receiver([
        (404, "application/json", "{\"detail\":\"no such\nthing\"}"),
        (200, "text/html", "<p>"),
    ])
    .await;
    let said = |url: String| async move {
        Subscriber::connect_with(&url, eager())
            .await
            .expect_err("no stream")
            .to_string()
    };
    assert_eq!(
        said(url.clone()).await,
        format!(
            "the receiver refused the stream {url} with status 404 ({{\"detail\":\"no such thing\"}}); last seen: no event (no id)"
        )
    );
    assert_eq!(
        said(url.clone()).await,
        format!(
            "{url} answered with content type `text/html` instead of text/event-stream; last seen: no event (no id)"
        )
    );
    for url in [
        "stream/s",
        "ftp://127.0.0.1/stream",
        "https://127.0.0.1/stream",
    ] {
        assert_eq!(
            said(url.to_owned()).await,
            format!("`{url}` is no URL of a stream: it must be absolute and start with http://")
        );
    }
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    let url = format!("http://{address}/stream/s");
    assert_eq!(
        said(url.clone()).await,
        format!("cannot connect to the stream {url}")
    );
}

#[tokio::test]
async fn data_that_is_no_event_and_frames_without_end_are_errors() {
    let body = "id: 1\ndata: {\"type\":\"a\"}\n\nid: 2\nevent: b\ndata: [NaN]\n\n";
    let (url, _) = receiver([(200, STREAM, body)]).await;
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    subscriber
        .next()
        .await
        .expect("an event")
        .expect("no error");
    let error = subscriber
        .next()
        .await
        .expect("an end")
        .expect_err("no JSON");
    assert!(
        error.to_string().starts_with(&format!(
            "the stream {url} sent a `b` frame whose data is no JSON object"
        )),
        "{error}"
    );
    assert!(subscriber.next().await.is_none());

    let body = "data: {\"type\":\"a\"}\n\ndata: {\"type\":\"0123456789012345678901234567890\"}\n\n";
    let (url, _) = receiver([(200, STREAM, body)]).await;
    let options = SubscriberOptions {
        frame_bytes: 30,
        ..eager()
    };
    let mut subscriber = Subscriber::connect_with(&url, options)
        .await
        .expect("connects");
    let event = subscriber
        .next()
        .await
        .expect("an event")
        .expect("no error");
    assert_eq!(event.kind(), "a", "what came before is not lost");
    let error = subscriber
        .next()
        .await
        .expect("an end")
        .expect_err("too large");
    assert!(
        matches!(error, SubscribeError::TooLarge { limit: 30, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_receiver_that_says_nothing_is_left() {
    // Accepts connections and never answers on them.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!(
        "http://{}/stream/s",
        listener.local_addr().expect("an address")
    );
    let options = SubscriberOptions {
        quiet: Duration::from_millis(1),
        ..eager()
    };
    let error = soon("giving up", Subscriber::connect_with(&url, options))
        .await
        .expect_err("silent");
    let SubscribeError::Connect { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(source.is_timeout(), "{source:?}");
}

#[tokio::test]
async fn dropped_history_is_an_error_after_which_the_stream_goes_on() {
    let server = server(|config| {
        config.limits.session_events = 2;
        config.limits.overflow = crate::capture::Overflow::DropOldest;
    })
    .await;
    let (id, client) = (session("s"), reqwest::Client::new());
    for seq in 1..=4 {
        let url = server.callback_url(&id);
        accept(&client, &url, &numbered(1, seq, token(seq))).await;
    }
    accept(&client, &server.callback_url(&id), &numbered(1, 5, done())).await;
    let url = server.stream_url(&id);
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    let error = soon("the frame", subscriber.next()).await;
    let error = error.expect("a frame").expect_err("history was dropped");
    assert_eq!(
        error.to_string(),
        format!(
            "the receiver of {url} has dropped events before they were read, after the start and before id 1-1-3; last seen: no event (no id)"
        )
    );
    let rest = soon("the end", subscriber.rest()).await.expect("the rest");
    assert_eq!(kinds(&rest), ["token", "token", "done"]);
    assert_eq!(subscriber.end(), Some(StreamEnd::Done));
}

#[tokio::test]
async fn an_event_of_that_type_is_none_of_the_receivers() {
    let body = "id: 1-1-1\nevent: history_dropped\ndata: {\"type\":\"history_dropped\"}\n\nid: 1-1-2\ndata: {\"type\":\"done\"}\n\n";
    let (url, _) = receiver([(200, STREAM, body)]).await;
    let mut subscriber = Subscriber::connect_with(&url, eager())
        .await
        .expect("connects");
    let events = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    assert_eq!(kinds(&events), ["history_dropped", "done"]);
}

#[tokio::test]
async fn the_receiver_says_how_long_to_wait_before_connecting_again() {
    let (url, _) = receiver([
        (
            200,
            STREAM,
            "retry: 7\nid: 1-1-1\ndata: {\"type\":\"a\"}\n\n",
        ),
        (200, STREAM, "id: 1-1-2\ndata: {\"type\":\"done\"}\n\n"),
    ])
    .await;
    let mut subscriber = Subscriber::connect(&url).await.expect("connects");
    let events = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    assert_eq!((events.len(), subscriber.reconnects()), (2, 1));
    assert_eq!(subscriber.pause(), Duration::from_millis(7));
}
