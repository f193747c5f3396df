use std::io::ErrorKind;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::*;
use crate::capture::test_support::{
    accept, done, ids, numbered, plain, post, read_until, send, server, session, soon, token,
};
use crate::capture::{Access, StreamEnd, Subscriber};

#[tokio::test]
async fn a_taken_address_is_named() {
    let first = server(|_| {}).await;
    let config = CaptureConfig {
        listen: first.address(),
        ..CaptureConfig::default()
    };
    let error = CaptureServer::start(config).await.expect_err("taken");
    assert_eq!(
        error.to_string(),
        format!(
            "cannot listen on {}; choose a free address of this machine, or port 0 for any free port",
            first.address()
        )
    );
    let CaptureError::Bind { source, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), ErrorKind::AddrInUse);
}

#[tokio::test]
async fn an_address_of_another_machine_is_named() {
    // Reserved for documentation (RFC 5737): no machine has it.
    let config = CaptureConfig {
        listen: SocketAddr::from(([192, 0, 2, 1], 0)),
        access: Access::keys(),
        ..CaptureConfig::default()
    };
    let error = CaptureServer::start(config).await.expect_err("not ours");
    assert!(
        error
            .to_string()
            .starts_with("cannot listen on 192.0.2.1:0;"),
        "{error}"
    );
}

#[tokio::test]
async fn urls_reach_the_session_whatever_its_id() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    for text in [
        "test-1",
        "a/b?c#d",
        "100% é 漢",
        "..x",
        "{id}",
        "a b+c&d=e",
        "%2F",
    ] {
        let id = session(text);
        accept(&client, &server.callback_url(&id), &plain(done())).await;
        let transcript = server.transcript(&id).expect(text);
        assert_eq!(transcript.session_id, id);
        let stream = client
            .get(server.stream_url(&id))
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            ids(&stream.text().await.expect("text")),
            ["1-1-1"],
            "{text}"
        );
    }
    assert_eq!(
        server.callback_url(&session("a/b")),
        format!("http://{}/events/a%2Fb", server.address())
    );
    assert!(server.transcript(&session("never used")).is_none());
}

#[tokio::test]
async fn all_addresses_are_reached_on_loopback() {
    let server = server(|config| {
        config.listen = SocketAddr::from(([0, 0, 0, 0], 0));
        config.access = Access::keys();
    })
    .await;
    let url = server.callback_url(&session("s"));
    let wanted = format!("http://127.0.0.1:{}/events/s?key=", server.address().port());
    assert!(url.starts_with(&wanted), "{url}");
    accept(&reqwest::Client::new(), &url, &plain(done())).await;
}

#[tokio::test]
async fn a_stop_ends_open_streams_cleanly_and_frees_the_address() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    accept(&client, &server.callback_url(&id), &plain(token("a"))).await;
    let mut open = client
        .get(server.stream_url(&id))
        .send()
        .await
        .expect("an answer");
    read_until(&mut open, "\n\n").await;
    let address = server.address();
    soon("the stop", server.shutdown()).await.expect("stops");
    let rest = soon("the stream's end", open.text())
        .await
        .expect("a clean end");
    assert_eq!(rest, "");
    std::net::TcpListener::bind(address).expect("the address is free");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_client_that_does_not_read_or_write() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    // More than the socket buffers of both sides hold.
    let event = plain(token("x".repeat(1_000_000)));
    for _ in 0..8 {
        accept(&client, &server.callback_url(&id), &event).await;
    }
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let mut deaf = socket.connect(server.address()).await.expect("connects");
    deaf.write_all(b"GET /stream/s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        .await
        .expect("sends");
    let mut first = [0; 12];
    deaf.read_exact(&mut first).await.expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 200");
    let mut mute = TcpStream::connect(server.address())
        .await
        .expect("connects");
    mute.write_all(b"POST /events/s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        .await
        .expect("sends");
    soon("the stop", server.shutdown()).await.expect("stops");
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let server = server(|_| {}).await;
    let id = session("s");
    let mut open = reqwest::get(server.stream_url(&id))
        .await
        .expect("an answer");
    drop(server);
    let end = soon("the stream's end", open.chunk()).await;
    assert_eq!(end.expect("a clean end"), None);
}

#[tokio::test]
async fn expired_sessions_are_freed_without_any_request() {
    let server = server(|config| config.limits.idle_expiry = Duration::from_millis(1)).await;
    let id = session("s");
    accept(
        &reqwest::Client::new(),
        &server.callback_url(&id),
        &plain(done()),
    )
    .await;
    soon("the session to be freed", async {
        while server.transcript(&id).is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn health_is_answered() {
    let server = server(|_| {}).await;
    let url = format!("http://{}/healthz", server.address());
    let answer = send(reqwest::Client::new().get(url)).await;
    assert_eq!(answer, (200, json!({"status": "healthy"})));
}

#[tokio::test]
async fn twenty_subscribers_all_get_five_hundred_events_in_order() {
    const EVENTS: u64 = 500;
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let (callback, stream) = (server.callback_url(&id), server.stream_url(&id));
    let mut readers = tokio::task::JoinSet::new();
    let read = |url: String| async move {
        let mut subscriber = Subscriber::connect(&url).await.expect("connects");
        let events = subscriber.rest().await.expect("a whole stream");
        (events, subscriber.end(), subscriber.reconnects())
    };
    // Half of them before the first event, the others while events come.
    for _ in 0..10 {
        readers.spawn(read(stream.clone()));
    }
    for seq in 1..EVENTS {
        accept(&client, &callback, &numbered(1, seq, token(seq))).await;
        if seq % 50 == 0 {
            readers.spawn(read(stream.clone()));
        }
    }
    // And one after the last.
    accept(&client, &callback, &numbered(1, EVENTS, done())).await;
    readers.spawn(read(stream.clone()));

    assert_eq!(readers.len(), 20);
    let wanted: Vec<_> = (1..=EVENTS).map(|seq| Some(format!("1-1-{seq}"))).collect();
    while let Some(reader) = soon("a reader", readers.join_next()).await {
        let (events, end, reconnects) = reader.expect("no panic");
        let ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
        assert_eq!(ids, wanted);
        assert_eq!(events[41].event, *token(42).as_object().expect("an object"));
        assert_eq!((end, reconnects), (Some(StreamEnd::Done), 0));
    }
}

#[tokio::test]
async fn concurrent_senders_of_one_session_are_put_in_order() {
    let server = server(|config| config.reorder_wait = Duration::from_secs(3600)).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let url = server.callback_url(&id);
    let mut senders = tokio::task::JoinSet::new();
    for seq in (1..=40).rev() {
        let (client, url) = (client.clone(), url.clone());
        let event = if seq == 40 { done() } else { token(seq) };
        senders.spawn(async move { post(&client, &url, &numbered(1, seq, event)).await.0 });
    }
    assert!(senders.join_all().await.iter().all(|status| *status == 200));
    let text = client
        .get(server.stream_url(&id))
        .send()
        .await
        .expect("an answer");
    let text = soon("the stream's end", text.text()).await.expect("text");
    let wanted: Vec<_> = (1..=40).map(|seq| format!("1-1-{seq}")).collect();
    assert_eq!(ids(&text), wanted);
    let transcript = server.transcript(&id).expect("there");
    assert!(transcript.faults.is_empty(), "{:?}", transcript.faults);
}
