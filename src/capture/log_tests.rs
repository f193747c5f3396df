use serde_json::Value;

use super::*;
use crate::capture::test_support::{delivery, done, id, numbered, plain, token};

const WAIT: Duration = Duration::from_millis(500);

fn rules() -> Rules {
    Rules {
        max_events: 1_000,
        max_bytes: 1 << 20,
        max_body: 1 << 16,
        reorder_wait: WAIT,
        reorder_window: 64,
        overflow: Overflow::Refuse,
    }
}

fn log() -> Log {
    Log::new(rules())
}

fn put(log: &mut Log, body: &Value, now: Instant) -> Accepted {
    log.append(delivery(body), now).expect("room")
}

fn put_all<'a>(log: &mut Log, bodies: impl IntoIterator<Item = &'a Value>) {
    let now = Instant::now();
    for body in bodies {
        put(log, body, now);
    }
}

fn streamed(log: &Log) -> Vec<String> {
    let frames = log.frames(0, usize::MAX).frames;
    frames.into_iter().map(|(id, ..)| id.to_string()).collect()
}

/// Every event that is kept, as `id json`, with a mark on those that no subscriber sees.
fn kept(log: &Log) -> Vec<String> {
    let contents = log.contents();
    let events = contents.events.into_iter().map(|(record, streamed)| {
        let json = String::from_utf8_lossy(record.json()).into_owned();
        format!(
            "{} {json}{}",
            record.id,
            if streamed { "" } else { " (late)" }
        )
    });
    events.collect()
}

fn permutations(items: Vec<Value>) -> Vec<Vec<Value>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for first in 0..items.len() {
        let mut rest = items.clone();
        let head = rest.remove(first);
        for mut tail in permutations(rest) {
            tail.insert(0, head.clone());
            all.push(tail);
        }
    }
    all
}

#[test]
fn any_order_of_arrival_within_the_window_is_read_in_order() {
    let bodies: Vec<_> = (1..=5)
        .map(|seq| numbered(1, seq, token(seq)))
        .chain([numbered(1, 6, done())])
        .collect();
    let orders = permutations(bodies);
    assert_eq!(orders.len(), 720);
    for order in orders {
        let mut log = log();
        // Everything twice: a repetition never changes anything.
        put_all(&mut log, order.iter().flat_map(|body| [body, body]));
        assert_eq!(
            streamed(&log),
            ["1-1-1", "1-1-2", "1-1-3", "1-1-4", "1-1-5", "1-1-6"]
        );
        assert!(log.finished());
        assert_eq!(log.contents().duplicates, 6);
        assert!(log.contents().conflicts.is_empty());
    }
}

#[test]
fn any_interleaving_of_two_attempts_keeps_all_and_streams_each_apart() {
    let bodies = vec![
        numbered(1, 1, token("a")),
        numbered(1, 2, token("b")),
        numbered(1, 3, done()),
        numbered(2, 1, token("A")),
        numbered(2, 2, token("B")),
        numbered(2, 3, done()),
    ];
    for order in permutations(bodies) {
        let mut log = log();
        put_all(&mut log, &order);
        let ids: Vec<_> = kept(&log)
            .iter()
            .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(
            ids,
            ["1-1-1", "1-1-2", "1-1-3", "1-2-1", "1-2-2", "1-2-3"],
            "{order:?}"
        );
        let frames = log.frames(0, usize::MAX).frames;
        let rising = frames.windows(2).all(|pair| pair[0].0 < pair[1].0);
        assert!(rising, "{:?} of {order:?}", streamed(&log));
        let newest: Vec<_> = frames.iter().filter(|(id, ..)| id.attempt == 2).collect();
        assert_eq!(newest.len(), 3, "the newest attempt is whole: {order:?}");
        assert!(log.finished());
    }
}

#[test]
fn a_stale_done_does_not_end_the_newer_attempt() {
    let mut log = log();
    put_all(
        &mut log,
        &[
            numbered(1, 1, token("a")),
            numbered(2, 1, token("b")),
            numbered(1, 2, done()),
        ],
    );
    assert!(!log.finished());
    assert_eq!(streamed(&log), ["1-1-1", "1-2-1"]);
    assert!(kept(&log)[1].ends_with(" (late)"), "{:?}", kept(&log));
    put_all(&mut log, &[numbered(2, 2, done())]);
    assert!(log.finished());
}

#[test]
fn an_attempt_after_a_done_opens_the_stream_again() {
    let mut log = log();
    put_all(&mut log, &[numbered(1, 1, done())]);
    assert!(log.finished());
    put_all(&mut log, &[numbered(2, 1, token("b"))]);
    assert!(!log.finished());
}

#[test]
fn a_missing_event_is_waited_for_and_no_longer() {
    let mut log = log();
    let start = Instant::now();
    put(&mut log, &numbered(1, 1, token(1)), start);
    put(&mut log, &numbered(1, 3, token(3)), start);
    put(&mut log, &numbered(1, 5, token(5)), start + WAIT / 2);
    assert_eq!(streamed(&log), ["1-1-1"]);
    assert_eq!(log.due(), Some(start + WAIT));

    log.release_overdue(start + WAIT - Duration::from_nanos(1));
    assert_eq!(streamed(&log), ["1-1-1"]);
    log.release_overdue(start + WAIT);
    assert_eq!(streamed(&log), ["1-1-1", "1-1-3"]);
    assert_eq!(log.due(), Some(start + WAIT + WAIT / 2));

    // The next delivery lets pass what is due without a subscriber's help.
    put(&mut log, &numbered(1, 6, token(6)), start + 2 * WAIT);
    assert_eq!(streamed(&log), ["1-1-1", "1-1-3", "1-1-5", "1-1-6"]);
    assert_eq!(log.due(), None);

    put(&mut log, &numbered(1, 2, token(2)), start + 2 * WAIT);
    assert_eq!(
        streamed(&log).len(),
        4,
        "nothing is inserted into what was read"
    );
    assert!(kept(&log)[1].ends_with(" (late)"), "{:?}", kept(&log));
}

#[test]
fn no_more_than_the_window_waits() {
    let mut log = Log::new(Rules {
        reorder_window: 3,
        ..rules()
    });
    put_all(
        &mut log,
        (2..=4)
            .map(|seq| numbered(1, seq, token(seq)))
            .collect::<Vec<_>>()
            .iter(),
    );
    assert!(streamed(&log).is_empty());
    put_all(&mut log, &[numbered(1, 6, token(6))]);
    assert_eq!(streamed(&log), ["1-1-2", "1-1-3", "1-1-4"]);
}

#[test]
fn a_done_waits_its_turn_and_a_newer_attempt_waits_for_nobody() {
    let mut log = log();
    put_all(&mut log, &[numbered(1, 2, done())]);
    assert!(!log.finished() && log.ended());
    put_all(&mut log, &[numbered(2, 1, token("b"))]);
    assert_eq!(streamed(&log), ["1-1-2", "1-2-1"]);
}

#[test]
fn another_event_under_the_same_number_is_kept_apart() {
    let mut log = log();
    let now = Instant::now();
    let first = put(&mut log, &numbered(1, 1, token("a")), now);
    let second = put(&mut log, &numbered(1, 1, token("b")), now);
    assert_eq!((first.ordinal, second.ordinal), (1, 1));
    let contents = log.contents();
    assert_eq!(contents.events.len(), 1);
    assert_eq!(contents.conflicts.len(), 1);
    assert_eq!(
        contents.conflicts[0].json(),
        token("b").to_string().as_bytes()
    );
}

#[test]
fn a_superseded_attempt_without_numbers_gets_the_numbers_that_follow() {
    let mut log = log();
    let of = |attempt: u32, event: Value| {
        let mut body = plain(event);
        body["attempt"] = attempt.into();
        body
    };
    put_all(
        &mut log,
        &[
            of(1, token("a")),
            of(2, token("b")),
            of(1, token("c")),
            of(1, token("d")),
        ],
    );
    assert_eq!(
        kept(&log).iter().map(|line| &line[..5]).collect::<Vec<_>>(),
        ["1-1-1", "1-1-2", "1-1-3", "1-2-1"]
    );
}

#[test]
fn a_full_session_keeps_what_it_has_and_still_ends() {
    let mut log = Log::new(Rules {
        max_events: 2,
        ..rules()
    });
    put_all(&mut log, &[plain(token(1)), plain(token(2))]);
    let refused = log.append(delivery(&plain(token(3))), Instant::now());
    assert_eq!(refused, Err(Full::Events(2)));
    put_all(&mut log, &[plain(done())]);
    assert!(log.finished());
    let refused = log.append(delivery(&plain(done())), Instant::now());
    assert_eq!(
        refused,
        Err(Full::Events(2)),
        "one `done` more, not any number"
    );
    assert_eq!(streamed(&log), ["1-1-1", "1-1-2", "1-1-3"]);
}

#[test]
fn a_session_with_too_many_bytes_keeps_what_it_has_and_still_ends() {
    let mut log = Log::new(Rules {
        max_bytes: 1_000,
        ..rules()
    });
    put_all(&mut log, &[numbered(1, 1, token("x".repeat(500)))]);
    let before = log.bytes();
    let refused = log.append(
        delivery(&numbered(1, 2, token("x".repeat(500)))),
        Instant::now(),
    );
    assert_eq!(refused, Err(Full::Bytes(1_000)));
    assert_eq!(log.bytes(), before);
    put_all(&mut log, &[numbered(1, 1, token("x".repeat(500)))]);
    put_all(&mut log, &[numbered(1, 2, done())]);
    assert!(log.finished());
}

/// A log of three events that drops the oldest for more.
fn dropping() -> Log {
    Log::new(Rules {
        max_events: 3,
        overflow: Overflow::DropOldest,
        ..rules()
    })
}

#[test]
fn a_full_session_may_drop_its_oldest_events_instead() {
    let mut log = dropping();
    let bodies: Vec<_> = (1..=5).map(|seq| numbered(1, seq, token(seq))).collect();
    put_all(&mut log, &bodies);
    assert_eq!(streamed(&log), ["1-1-3", "1-1-4", "1-1-5"]);
    let contents = log.contents();
    assert_eq!(contents.dropped, Some((2, id("1-1-2"))));
    let bytes: usize = contents
        .events
        .iter()
        .map(|(record, _)| record.cost())
        .sum();
    assert_eq!(log.bytes(), bytes, "what was dropped is given back");

    // A repetition of what was dropped is neither late nor news, and pushes nothing out.
    let again = put(&mut log, &bodies[1], Instant::now());
    assert!(!again.kept);
    assert_eq!(log.contents().duplicates, 1);
    assert_eq!(streamed(&log).len(), 3);
    put_all(&mut log, &[numbered(1, 6, done())]);
    assert!(log.finished());
}

#[test]
fn events_are_dropped_until_a_large_one_fits_and_none_for_one_that_never_does() {
    let mut log = Log::new(Rules {
        max_bytes: 2_000,
        overflow: Overflow::DropOldest,
        ..rules()
    });
    let text = |length: usize| token("x".repeat(length));
    for seq in 1..=4 {
        put_all(&mut log, &[numbered(1, seq, text(200))]);
    }
    let refused = log.append(delivery(&numbered(1, 5, text(3_000))), Instant::now());
    assert_eq!(refused, Err(Full::Bytes(2_000)));
    assert_eq!(streamed(&log).len(), 4);
    put_all(&mut log, &[numbered(1, 5, text(1_200))]);
    assert_eq!(streamed(&log), ["1-1-4", "1-1-5"]);
    assert!(log.bytes() <= 2_000, "{}", log.bytes());
}

#[test]
fn a_second_run_is_told_from_the_first_though_its_beginning_was_dropped() {
    let at = |seq, event, time: &str| {
        let mut body = numbered(1, seq, event);
        body["sent_at"] = time.into();
        body
    };
    let mut log = dropping();
    for seq in 1..=4 {
        let time = format!("2025-01-01T10:00:0{seq}Z");
        put_all(&mut log, &[at(seq, token(seq), &time)]);
    }
    put_all(&mut log, &[at(5, done(), "2025-01-01T10:00:05Z")]);
    put_all(&mut log, &[at(1, token("again"), "2025-01-01T11:00:00Z")]);
    assert_eq!(streamed(&log), ["1-1-4", "1-1-5", "2-1-1"]);
}
