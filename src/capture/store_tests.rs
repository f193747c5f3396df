use std::time::Duration;

use super::*;
use crate::capture::test_support::{delivery, done, plain, session, token};

fn store(change: impl FnOnce(&mut CaptureConfig)) -> Store {
    let mut config = CaptureConfig::default();
    change(&mut config);
    Store::new(config, None)
}

fn put(store: &Store, id: &str, event: serde_json::Value) -> Result<Accepted, NoRoom> {
    store.append(&session(id), delivery(&plain(event)))
}

/// Time that no two sessions share, so that there is an oldest.
async fn tick() {
    tokio::time::advance(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn the_oldest_ended_session_makes_room_for_a_new_one() {
    let store = store(|config| config.limits.sessions = 3);
    for (id, event) in [
        ("live", token("a")),
        ("ended-1", done()),
        ("ended-2", done()),
    ] {
        put(&store, id, event).expect("room");
        tick().await;
    }
    put(&store, "new", token("a")).expect("room");
    assert!(store.get(&session("ended-1")).is_none());
    for id in ["live", "ended-2", "new"] {
        assert!(store.get(&session(id)).is_some(), "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn live_sessions_are_not_freed_and_the_refusal_says_so() {
    let store = store(|config| {
        config.limits.sessions = 2;
        config.limits.idle_expiry = Duration::from_secs(60);
    });
    put(&store, "running", token("a")).expect("room");
    put(&store, "read", done()).expect("room");
    let reader = store.subscribe(&session("read")).expect("room");

    let refused = put(&store, "new", token("a")).expect_err("full");
    assert_eq!(refused, NoRoom::Sessions(2));
    assert!(refused.passes());
    assert!(store.subscribe(&session("new")).is_err());
    put(&store, "running", token("b")).expect("known sessions go on");

    tokio::time::advance(Duration::from_secs(60)).await;
    put(&store, "new", token("a")).expect("the idle one makes room");
    assert!(store.get(&session("running")).is_none());
    assert!(store.get(&session("read")).is_some());
    drop(reader);
    put(&store, "newer", token("a")).expect("the ended one makes room");
    assert!(store.get(&session("read")).is_none());
}

#[tokio::test(start_paused = true)]
async fn sessions_that_hold_nothing_make_room_first_of_all() {
    let store = store(|config| config.limits.sessions = 1);
    drop(store.subscribe(&session("curious")).expect("room"));
    put(&store, "new", token("a")).expect("room");
    assert!(store.get(&session("curious")).is_none());
}

#[tokio::test(start_paused = true)]
async fn the_bytes_of_all_sessions_are_bounded_and_given_back() {
    let text = || token("x".repeat(1_000));
    let one = delivery(&plain(text())).cost();
    let store = store(|config| config.limits.total_bytes = 3 * one);
    put(&store, "ended", text()).expect("room");
    put(&store, "ended", done()).expect("room");
    tick().await;
    put(&store, "live", text()).expect("room");
    put(&store, "live", text()).expect("the ended one makes room");
    assert!(store.get(&session("ended")).is_none());
    assert_eq!(store.bytes(), 2 * one);

    put(&store, "live", text()).expect("room");
    let refused = put(&store, "live", text()).expect_err("full");
    assert_eq!(refused, NoRoom::TotalBytes(3 * one));
    assert_eq!(store.bytes(), 3 * one, "a refusal keeps nothing");
    let kept = store
        .get(&session("live"))
        .map(|session| session.accepted());
    assert_eq!(kept, Some(3));
}

#[tokio::test(start_paused = true)]
async fn repetitions_and_refusals_cost_nothing() {
    let store = store(|config| config.limits.session_events = 1);
    let body = crate::capture::test_support::numbered(1, 1, token("a"));
    let append = |body| store.append(&session("s"), delivery(body));
    append(&body).expect("room");
    let bytes = store.bytes();
    append(&body).expect("a repetition");
    let refused = append(&crate::capture::test_support::numbered(1, 2, token("b")));
    assert_eq!(refused, Err(NoRoom::SessionEvents(1)));
    assert_eq!(store.bytes(), bytes);
}

#[tokio::test(start_paused = true)]
async fn idle_sessions_expire_but_not_under_a_reader() {
    let expiry = Duration::from_secs(60);
    let store = store(|config| config.limits.idle_expiry = expiry);
    put(&store, "idle", token("a")).expect("room");
    put(&store, "read", token("a")).expect("room");
    let reader = store.subscribe(&session("read")).expect("room");
    tokio::time::advance(expiry - Duration::from_millis(1)).await;
    put(&store, "busy", token("a")).expect("room");
    store.free_expired();
    assert!(store.get(&session("idle")).is_some());
    tick().await;
    store.free_expired();
    assert!(store.get(&session("idle")).is_none());
    assert!(store.get(&session("read")).is_some());
    assert!(store.get(&session("busy")).is_some());
    drop(reader);
    store.free_expired();
    assert!(store.get(&session("read")).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_posted_to_a_freed_session_goes_to_its_successor() {
    let store = store(|config| config.limits.idle_expiry = Duration::from_secs(1));
    put(&store, "s", token("a")).expect("room");
    let old = store.get(&session("s")).expect("there");
    tokio::time::advance(Duration::from_secs(1)).await;
    store.free_expired();
    assert!(old.subscribe().is_none(), "retired");
    put(&store, "s", token("b")).expect("room");
    let new = store.get(&session("s")).expect("there");
    assert_eq!((old.accepted(), new.accepted()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn thousands_of_sessions_that_nobody_reads_stay_bounded() {
    let store = store(|config| {
        config.limits.sessions = 50;
        config.limits.total_bytes = 100_000;
    });
    for n in 0..3_000 {
        let id = format!("s{n}");
        put(&store, &id, token("a")).expect("room");
        put(&store, &id, done()).expect("room");
        if n % 100 == 0 {
            tick().await;
        }
    }
    assert!(store.sessions().len() <= 50);
    assert!(store.bytes() <= 100_000);
    assert!(store.get(&session("s2999")).is_some());
}

#[tokio::test(start_paused = true)]
async fn what_a_session_drops_is_given_back() {
    let store = store(|config| {
        config.limits.session_events = 2;
        config.limits.overflow = crate::capture::Overflow::DropOldest;
    });
    for n in 10..20 {
        put(&store, "s", token(n)).expect("room is made");
    }
    assert_eq!(store.bytes(), 2 * delivery(&plain(token(10))).cost());
}

#[tokio::test(start_paused = true)]
async fn many_sessions_make_room_by_a_sixty_fourth_at_once() {
    let store = store(|config| config.limits.sessions = 640);
    for n in 0..640 {
        put(&store, &format!("s{n}"), done()).expect("room");
        tick().await;
    }
    put(&store, "new", done()).expect("room");
    assert_eq!(store.sessions().len(), 631);
    for n in 0..10 {
        assert!(store.get(&session(&format!("s{n}"))).is_none(), "s{n}");
    }
    assert!(store.get(&session("s10")).is_some());
}
