//! What memory and stopping cost at the most, at sizes that real receivers have died of.

use axum::body::Bytes;
use futures::StreamExt;

use super::delivery::Delivery;
use super::server::CaptureServer;
use super::store::{NoRoom, Store};
use super::test_support::{
    accept, delivery, done, ids, numbered, plain, server, session, soon, token,
};
use super::{CaptureConfig, Overflow, stream};

/// Many deliveries, each with memory of its own.
fn deliveries(count: u64) -> impl Iterator<Item = Delivery> {
    let one = delivery(&numbered(1, 1, token("x".repeat(100))));
    (1..=count).map(move |seq| Delivery {
        seq: Some(seq),
        frame: Bytes::from(one.frame.to_vec()),
        ..one.clone()
    })
}

#[tokio::test]
async fn two_hundred_thousand_events_to_a_subscriber_that_never_reads_are_bounded() {
    for overflow in [Overflow::Refuse, Overflow::DropOldest] {
        let server = server(|config| config.limits.overflow = overflow).await;
        let limits = &server.shared.config.limits;
        let store = &server.shared.store;
        let (reader, grown) = store.subscribe(&session("s")).expect("room");
        let mut deaf = Box::pin(stream::tests_reader(reader, grown, &server.shared));
        let mut refused = 0_u64;
        for delivery in deliveries(200_000) {
            match store.append(&session("s"), delivery) {
                Ok(_) => {}
                Err(NoRoom::SessionEvents(_)) => refused += 1,
                Err(other) => panic!("{other}"),
            }
            assert!(store.bytes() <= limits.session_bytes, "{}", store.bytes());
        }
        let most = limits.session_events as u64;
        let wanted = match overflow {
            Overflow::Refuse => 200_000 - most,
            Overflow::DropOldest => 0,
        };
        assert_eq!(refused, wanted);

        // And when it begins to read after all, it gets what there is, and is told what there is not.
        store
            .append(&session("s"), delivery(&numbered(1, 200_001, done())))
            .expect("an end");
        let mut text = String::new();
        while let Some(Ok(piece)) = deaf.next().await {
            text.push_str(&String::from_utf8_lossy(&piece));
        }
        let read = ids(&text);
        assert_eq!(
            text.contains("event: history_dropped"),
            overflow == Overflow::DropOldest
        );
        assert!(read.len() as u64 <= most + 1, "{}", read.len());
        assert_eq!(read.last().map(String::as_str), Some("1-1-200001"));
        let first = match overflow {
            Overflow::Refuse => "1-1-1",
            Overflow::DropOldest => "1-1-190001",
        };
        assert_eq!(read.first().map(String::as_str), Some(first));
    }
}

#[tokio::test]
async fn twenty_thousand_sessions_that_nobody_reads_are_bounded() {
    let config = CaptureConfig::default();
    let (sessions, bytes) = (config.limits.sessions, config.limits.total_bytes);
    let store = Store::new(config, None);
    let put = |id: String, delivery: Delivery| store.append(&session(&id), delivery);
    for n in 0..20_000 {
        for delivery in deliveries(3) {
            put(format!("live-{n}"), delivery).expect("room for twenty thousand");
        }
    }
    assert!(store.bytes() <= bytes, "{}", store.bytes());
    // All of them live: a further one is refused, and refusing keeps nothing.
    let kept = store.bytes();
    assert_eq!(
        put("more".to_owned(), delivery(&plain(token("a")))),
        Err(NoRoom::Sessions(sessions))
    );
    assert_eq!(store.bytes(), kept);
    // Those that end make room, as often as it takes.
    for n in 0..20_000 {
        put(format!("live-{n}"), delivery(&numbered(1, 4, done()))).expect("known");
    }
    for n in 0..20_000 {
        put(format!("ended-{n}"), delivery(&plain(done()))).expect("room is made");
    }
    assert!(store.all().len() <= sessions);
    assert!(store.bytes() <= bytes, "{}", store.bytes());
}

#[tokio::test]
async fn a_stop_ends_a_hundred_open_streams() {
    let server: CaptureServer = server(|_| {}).await;
    let client = reqwest::Client::new();
    let id = session("s");
    accept(&client, &server.callback_url(&id), &plain(token("a"))).await;
    let mut open = Vec::new();
    for _ in 0..100 {
        open.push(
            client
                .get(server.stream_url(&id))
                .send()
                .await
                .expect("an answer"),
        );
    }
    soon("the stop", server.shutdown()).await.expect("stops");
    for stream in open {
        let text = soon("the stream's end", stream.text()).await;
        assert_eq!(ids(&text.expect("a clean end")), ["1-1-1"]);
    }
}
