use serde_json::{Value, json};
use tokio::time::Instant;

use crate::capture::Overflow;
use crate::capture::log::{Log, Rules};
use crate::capture::test_support::{delivery, done, numbered, plain, token};
use std::time::Duration;

/// The ids that a log without limits gives to bodies, in the order in which they can be read.
fn streamed(bodies: &[Value]) -> Vec<String> {
    let mut log = Log::new(Rules {
        max_events: 1_000,
        max_bytes: 1 << 20,
        max_body: 1 << 20,
        reorder_wait: Duration::from_secs(1),
        reorder_window: 64,
        overflow: Overflow::Refuse,
    });
    for body in bodies {
        log.append(delivery(body), Instant::now()).expect("room");
    }
    let frames = log.frames(0, usize::MAX).frames;
    frames.into_iter().map(|(id, ..)| id.to_string()).collect()
}

fn at(mut body: Value, sent_at: &str) -> Value {
    body["sent_at"] = json!(sent_at);
    body
}

#[test]
fn events_without_numbers_are_numbered_on_arrival() {
    let bodies = [plain(token("a")), plain(token("a")), plain(done())];
    assert_eq!(streamed(&bodies), ["1-1-1", "1-1-2", "1-1-3"]);
}

#[test]
fn an_attempt_that_is_named_counts_also_without_numbers() {
    let of_attempt =
        |attempt, event| json!({"session_id": "s", "event": event, "attempt": attempt});
    let bodies = [
        of_attempt(1, token("a")),
        of_attempt(2, token("a")),
        of_attempt(2, token("b")),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "1-2-1", "1-2-2"]);
}

#[test]
fn numbers_without_an_attempt_belong_to_the_newest() {
    let numbered_only = |seq, event| json!({"session_id": "s", "event": event, "seq": seq});
    let bodies = [
        numbered_only(1, token("a")),
        numbered(2, 1, token("b")),
        numbered_only(2, token("c")),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "1-2-1", "1-2-2"]);
}

#[test]
fn a_session_may_begin_with_a_later_attempt() {
    assert_eq!(streamed(&[numbered(3, 1, token("a"))]), ["1-3-1"]);
}

#[test]
fn kais_second_done_stays_in_the_run_and_the_next_event_begins_another() {
    let bodies = [
        plain(token("a")),
        plain(done()),
        plain(done()),
        plain(token("b")),
        plain(done()),
    ];
    assert_eq!(
        streamed(&bodies),
        ["1-1-1", "1-1-2", "1-1-3", "2-1-1", "2-1-2"]
    );
}

#[test]
fn a_worker_without_numbers_that_takes_over_begins_a_run() {
    let bodies = [
        numbered(1, 1, token("a")),
        plain(token("b")),
        plain(token("c")),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "2-1-1", "2-1-2"]);
}

#[test]
fn a_worker_with_numbers_that_follows_begins_a_run() {
    let bodies = [
        plain(token("a")),
        numbered(1, 1, token("b")),
        numbered(1, 2, token("c")),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "2-1-1", "2-1-2"]);
}

#[test]
fn the_same_callback_url_used_again_begins_a_run_though_every_event_is_the_same() {
    let run = |hour: u32| {
        [token("a"), done()]
            .into_iter()
            .zip(1..)
            .map(move |(event, seq)| {
                at(
                    numbered(1, seq, event),
                    &format!("2025-01-01T{hour:02}:00:0{seq}Z"),
                )
            })
    };
    let bodies: Vec<_> = run(10).chain(run(11)).collect();
    assert_eq!(streamed(&bodies), ["1-1-1", "1-1-2", "2-1-1", "2-1-2"]);
}

#[test]
fn without_times_another_beginning_is_another_run() {
    let bodies = [
        numbered(1, 1, token("a")),
        numbered(1, 2, done()),
        numbered(1, 1, token("b")),
        numbered(1, 2, done()),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "1-1-2", "2-1-1", "2-1-2"]);
}

#[test]
fn a_run_of_a_done_alone_can_be_followed_by_another() {
    let failed = |error: &str| json!({"type": "done", "result": {"error": error}});
    let bodies = [
        at(numbered(1, 1, failed("first")), "2025-01-01T10:00:00Z"),
        at(numbered(1, 1, failed("second")), "2025-01-01T11:00:00Z"),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "2-1-1"]);
}

#[test]
fn a_repetition_after_the_end_is_no_run() {
    let first = at(numbered(1, 1, token("a")), "2025-01-01T10:00:00Z");
    let end = at(numbered(1, 2, done()), "2025-01-01T10:00:01Z");
    // A retry may carry a new time: only the last event of an ordered sender can still be retried after its end.
    let end_again = at(numbered(1, 2, done()), "2025-01-01T10:00:04Z");
    let bodies = [first.clone(), end.clone(), first, end, end_again];
    assert_eq!(streamed(&bodies), ["1-1-1", "1-1-2"]);
}

#[test]
fn what_follows_the_done_under_a_higher_number_stays_in_the_attempt() {
    let bodies = [
        at(numbered(1, 1, done()), "2025-01-01T10:00:00Z"),
        at(numbered(1, 2, token("late")), "2025-01-01T10:00:01Z"),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "1-1-2"]);
}

#[test]
fn a_run_that_was_broken_off_can_be_followed_by_another() {
    let bodies = [
        at(numbered(1, 1, token("a")), "2025-01-01T10:00:01Z"),
        at(numbered(1, 2, token("b")), "2025-01-01T10:00:02Z"),
        at(numbered(1, 1, token("a")), "2025-01-01T11:00:01Z"),
        at(numbered(1, 2, token("c")), "2025-01-01T11:00:02Z"),
        at(numbered(1, 3, done()), "2025-01-01T11:00:03Z"),
    ];
    assert_eq!(
        streamed(&bodies),
        ["1-1-1", "1-1-2", "2-1-1", "2-1-2", "2-1-3"]
    );
}

#[test]
fn a_superseded_worker_that_goes_on_begins_no_run() {
    let bodies = [
        at(numbered(1, 1, token("a")), "2025-01-01T10:00:01Z"),
        at(numbered(2, 1, token("b")), "2025-01-01T10:00:02Z"),
        at(numbered(1, 2, token("c")), "2025-01-01T10:00:03Z"),
        // It repeats what it could not deliver, with a new time.
        at(numbered(1, 2, token("c")), "2025-01-01T10:00:04Z"),
        at(numbered(2, 2, done()), "2025-01-01T10:00:05Z"),
        at(numbered(1, 3, token("d")), "2025-01-01T10:00:06Z"),
        at(numbered(1, 4, done()), "2025-01-01T10:00:07Z"),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "1-2-1", "1-2-2"]);
}

#[test]
fn a_gap_that_is_filled_later_than_everything_else_begins_no_run() {
    let bodies = [
        at(numbered(1, 1, token("a")), "2025-01-01T10:00:01Z"),
        at(numbered(1, 3, token("c")), "2025-01-01T10:00:03Z"),
        at(numbered(1, 2, token("b")), "2025-01-01T10:00:04Z"),
    ];
    assert_eq!(streamed(&bodies), ["1-1-1", "1-1-2", "1-1-3"]);
}

#[test]
fn a_delivery_of_an_old_attempt_that_arrives_twice_begins_no_run() {
    // The old attempt's worker lived on for a while after the new one had begun.
    let twice = at(numbered(1, 2, token("b")), "2025-01-01T10:00:05Z");
    let bodies = [
        at(numbered(1, 1, token("a")), "2025-01-01T10:00:01Z"),
        twice.clone(),
        at(numbered(1, 3, token("c")), "2025-01-01T10:00:06Z"),
        at(numbered(2, 1, token("A")), "2025-01-01T10:00:02Z"),
        twice,
        at(numbered(2, 2, done()), "2025-01-01T10:00:07Z"),
    ];
    assert_eq!(
        streamed(&bodies),
        ["1-1-1", "1-1-2", "1-1-3", "1-2-1", "1-2-2"]
    );
}
