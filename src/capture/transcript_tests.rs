use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;

use crate::capture::log::{Log, Rules};
use crate::capture::session::Refusal;
use crate::capture::test_support::{
    delivery, done, impatient_log, numbered, plain, session, token,
};

/// The transcript of a session that received these bodies, all at once and with no patience for missing ones.
fn transcript(bodies: &[Value]) -> Transcript {
    let mut log = impatient_log();
    for body in bodies {
        log.append(delivery(body), Instant::now()).expect("room");
    }
    Transcript::of(session("s"), log.contents(), Refusals::default())
}

/// A transcript as JSON without its times.
fn shown(transcript: &Transcript) -> Value {
    let mut json = serde_json::to_value(transcript).expect("serialises");
    for list in ["events", "faults"] {
        for entry in json[list].as_array_mut().expect("a list") {
            if let Some(time) = entry.get_mut("received_at") {
                let text = time.as_str().expect("text");
                assert!(text.parse::<Timestamp>().is_ok(), "{text}");
                *time = json!("…");
            }
        }
    }
    json
}

#[test]
fn a_transcript_shows_everything_that_came() {
    let mut first = numbered(1, 1, token("a"));
    first["sent_at"] = json!("2025-01-01T00:00:00Z");
    first["session_id"] = json!("temporal_0badcafe");
    let bodies = [
        first.clone(),
        first,
        numbered(1, 4, token("d")),
        numbered(2, 1, token("A")),
        numbered(2, 1, token("B")),
        numbered(1, 2, token("b")),
        numbered(2, 2, done()),
    ];
    assert_eq!(
        shown(&transcript(&bodies)),
        json!({
            "session_id": "s",
            "finished": true,
            "attempts": [
                {"run": 1, "attempt": 1, "first_event": 0, "events": 3, "numbered_by_worker": true, "done": false},
                {"run": 1, "attempt": 2, "first_event": 3, "events": 2, "numbered_by_worker": true, "done": true},
            ],
            "events": [
                {"run": 1, "attempt": 1, "seq": 1, "delivery": 1, "received_at": "…", "sent_at": "2025-01-01T00:00:00Z",
                 "body_session_id": "temporal_0badcafe", "streamed": true, "event": token("a")},
                {"run": 1, "attempt": 1, "seq": 2, "delivery": 5, "received_at": "…", "sent_at": null,
                 "streamed": false, "event": token("b")},
                {"run": 1, "attempt": 1, "seq": 4, "delivery": 2, "received_at": "…", "sent_at": null,
                 "streamed": true, "event": token("d")},
                {"run": 1, "attempt": 2, "seq": 1, "delivery": 3, "received_at": "…", "sent_at": null,
                 "streamed": true, "event": token("A")},
                {"run": 1, "attempt": 2, "seq": 2, "delivery": 6, "received_at": "…", "sent_at": null,
                 "streamed": true, "event": done()},
            ],
            "faults": [
                {"fault": "gap", "run": 1, "attempt": 1, "first_seq": 3, "last_seq": 3},
                {"fault": "conflict", "run": 1, "attempt": 2, "seq": 1, "received_at": "…", "event": token("B")},
                {"fault": "late", "run": 1, "attempt": 1, "seq": 2},
            ],
            "violations": [
                {"rule": "stream.seq-gapless", "event": 2, "kind": "token", "id": "1-1-4",
                 "detail": "numbers 2 to 3 are missing before 4"},
                {"rule": "stream.done-result", "event": 4, "kind": "done", "id": "1-2-2",
                 "detail": "`result` is none of the contract's: missing field `task_id`"},
            ],
            "duplicates": 1,
            "refused": 0,
        })
    );
}

#[test]
fn gaps_are_of_an_attempt_and_a_run() {
    let faults = transcript(&[
        numbered(1, 3, token("c")),
        numbered(2, 1, token("A")),
        numbered(2, 4, token("D")),
        numbered(3, 2, done()),
        plain(token("next run")),
    ])
    .faults;
    let gap = |attempt, first_seq, last_seq| Fault::Gap {
        run: 1,
        attempt,
        first_seq,
        last_seq,
    };
    assert_eq!(faults, [gap(1, 1, 2), gap(2, 2, 3), gap(3, 1, 1)]);
}

#[test]
fn refusals_are_listed() {
    let refusals = Refusals {
        count: 7,
        listed: vec![Refusal {
            received_at: SystemTime::UNIX_EPOCH,
            status: 422,
            reason: "why".to_owned(),
        }],
    };
    let empty = Log::new(Rules {
        max_events: 1,
        max_bytes: 1,
        max_body: 1,
        reorder_wait: std::time::Duration::ZERO,
        reorder_window: 0,
        overflow: crate::capture::Overflow::Refuse,
    });
    let transcript = Transcript::of(session("s"), empty.contents(), refusals);
    assert_eq!(transcript.refused, 7);
    assert_eq!(
        serde_json::to_value(&transcript.faults).expect("serialises"),
        json!([{"fault": "refused", "received_at": "1970-01-01T00:00:00.000000Z", "status": 422, "reason": "why"}])
    );
}

#[test]
fn the_events_are_those_of_the_contract() {
    let transcript = transcript(&[plain(token("a")), plain(json!({"type": "future", "x": 1}))]);
    let [first, second] = &transcript.events[..] else {
        panic!("two events: {transcript:?}");
    };
    assert_eq!(
        first.to_event(),
        Event::Token {
            content: "a".to_owned()
        }
    );
    assert_eq!(second.kind(), "future");
    assert_eq!(second.id().to_string(), "1-1-2");
}

#[test]
fn what_was_dropped_to_make_room_is_named_and_is_no_gap() {
    let mut log = Log::new(Rules {
        max_events: 2,
        max_bytes: 1 << 20,
        max_body: 1 << 20,
        reorder_wait: std::time::Duration::ZERO,
        reorder_window: 0,
        overflow: crate::capture::Overflow::DropOldest,
    });
    for seq in [1, 2, 3, 5] {
        log.append(delivery(&numbered(1, seq, token(seq))), Instant::now())
            .expect("room is made");
    }
    let transcript = Transcript::of(session("s"), log.contents(), Refusals::default());
    let dropped = Fault::Dropped {
        events: 2,
        run: 1,
        attempt: 1,
        seq: 2,
    };
    let gap = Fault::Gap {
        run: 1,
        attempt: 1,
        first_seq: 4,
        last_seq: 4,
    };
    assert_eq!(transcript.faults, [dropped, gap]);
}

#[test]
fn a_conflict_keeps_its_digits() {
    let event = |digits: &str| format!(r#"{{"type":"sql_result","data":[[{digits}]]}}"#);
    let body = |digits: &str| {
        let body = format!(r#"{{"session_id":"s","event":{},"seq":1}}"#, event(digits));
        crate::capture::delivery::Delivery::read(&session("s"), body.as_bytes())
            .expect("a good body")
    };
    let mut log = impatient_log();
    // As numbers of the machine they would be the same.
    for digits in ["12345678901234567890.10", "12345678901234567890.11"] {
        log.append(body(digits), Instant::now()).expect("room");
    }
    let transcript = Transcript::of(session("s"), log.contents(), Refusals::default());
    let [Fault::Conflict { event: said, .. }] = transcript.faults.as_slice() else {
        panic!("{:?}", transcript.faults);
    };
    assert_eq!(said.text(), event("12345678901234567890.11"));
    let json = serde_json::to_vec(&transcript).expect("writes");
    let read = Transcript::from_json(&json).expect("a transcript");
    assert_eq!(serde_json::to_vec(&read).expect("writes"), json);
}

#[test]
fn a_late_event_before_what_was_dropped_makes_no_gap_of_it() {
    let mut log = Log::new(Rules {
        max_events: 3,
        max_bytes: 1 << 20,
        max_body: 1 << 20,
        reorder_wait: std::time::Duration::ZERO,
        reorder_window: 0,
        overflow: crate::capture::Overflow::DropOldest,
    });
    for seq in [2, 1, 3, 4, 5] {
        let body = numbered(1, seq, token(seq));
        log.append(delivery(&body), Instant::now()).expect("room");
    }
    let transcript = Transcript::of(session("s"), log.contents(), Refusals::default());
    let seqs: Vec<_> = transcript.events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, [1, 4, 5]);
    let place = |seq| (1, 1, seq);
    let told: Vec<_> = transcript
        .faults
        .iter()
        .map(|fault| match *fault {
            Fault::Dropped {
                run, attempt, seq, ..
            } => ("dropped", (run, attempt, seq)),
            Fault::Late { run, attempt, seq } => ("late", (run, attempt, seq)),
            ref other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [("dropped", place(3)), ("late", place(1))]);
}
