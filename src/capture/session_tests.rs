//! What happens when a session is freed while somebody begins to use it: the steps, one by one.

use std::time::Duration;

use super::*;
use crate::capture::test_support::{delivery, done, plain, token};

const EXPIRY: Duration = Duration::from_secs(60);

fn session() -> Session {
    let rules = Rules {
        max_events: 10,
        max_bytes: 10_000,
        max_body: 10_000,
        reorder_wait: Duration::ZERO,
        reorder_window: 0,
        overflow: crate::capture::Overflow::Refuse,
    };
    Session::new(rules, Arc::new(Budget::new(10_000)))
}

fn append(session: &Session, event: serde_json::Value) -> Result<Result<Accepted, Full>, Retired> {
    let delivery = delivery(&plain(event));
    let lease = session.budget.lease(delivery.cost()).expect("room");
    session.append(delivery, lease)
}

#[tokio::test(start_paused = true)]
async fn a_retired_session_takes_nothing_and_gives_the_delivery_and_its_bytes_back() {
    let session = session();
    let last_used = session
        .disposable_since(Instant::now(), EXPIRY)
        .expect("empty");
    assert!(session.retire(last_used));
    assert!(session.subscribe().is_none());
    let Err(Retired(back)) = append(&session, token("a")) else {
        panic!("it was appended where nobody could find it");
    };
    assert_eq!(back.json(), token("a").to_string().as_bytes());
    assert_eq!((session.accepted(), session.budget.used()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_chosen_and_then_used_is_not_retired() {
    let session = session();
    append(&session, done())
        .expect("not retired")
        .expect("room");
    let last_used = session
        .disposable_since(Instant::now(), EXPIRY)
        .expect("ended");
    let reader = session.subscribe().expect("not retired");
    assert!(!session.retire(last_used), "somebody reads it");
    drop(reader);

    let last_used = session
        .disposable_since(Instant::now(), EXPIRY)
        .expect("ended");
    tokio::time::advance(Duration::from_millis(1)).await;
    append(&session, done())
        .expect("not retired")
        .expect("room");
    assert!(!session.retire(last_used), "somebody wrote to it");
    append(&session, done())
        .expect("not retired")
        .expect("room");
}

#[tokio::test(start_paused = true)]
async fn only_what_nobody_reads_and_has_ended_or_idles_is_disposable() {
    let session = session();
    append(&session, token("a"))
        .expect("not retired")
        .expect("room");
    assert_eq!(
        session.disposable_since(Instant::now(), EXPIRY),
        None,
        "it runs"
    );
    tokio::time::advance(EXPIRY).await;
    assert!(
        session.disposable_since(Instant::now(), EXPIRY).is_some(),
        "it idles"
    );
    let reader = session.subscribe().expect("not retired");
    tokio::time::advance(EXPIRY).await;
    assert_eq!(
        session.disposable_since(Instant::now(), EXPIRY),
        None,
        "it is read"
    );
    assert_eq!(
        session.expired_since(Instant::now(), EXPIRY),
        None,
        "it is read"
    );
    drop(reader);
    assert!(session.expired_since(Instant::now(), EXPIRY).is_some());
}
