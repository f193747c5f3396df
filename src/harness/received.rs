//! What the worker posted, as the receiver's transcript has it.

use std::time::SystemTime;

use crate::capture::{Fault, Transcript};
use crate::checks::Delivery;

/// The statuses that a receiver answers a body with which it cannot read: 400, 413 and 422.
const BLAMED: [u16; 3] = [400, 413, 422];

/// The deliveries of a session, in the order in which they arrived. Repetitions are only counted, so they are not among them.
pub(super) fn deliveries(transcript: &Transcript) -> Vec<Delivery> {
    let numbered = |run: u32, attempt: u32| {
        let mut marks = transcript.attempts.iter();
        marks
            .find(|mark| (mark.run, mark.attempt) == (run, attempt))
            .is_some_and(|mark| mark.numbered_by_worker)
    };
    let accepted = transcript.events.iter().map(|event| {
        let by_worker = numbered(event.run, event.attempt);
        let delivery = Delivery {
            at: event.received_at,
            kind: event.kind().to_owned(),
            session: event
                .body_session_id
                .clone()
                .unwrap_or_else(|| transcript.session_id.to_string()),
            attempt: by_worker.then_some(event.attempt),
            seq: by_worker.then_some(event.seq),
            run: Some(event.run),
            status: Some(200),
            refused: None,
        };
        (event.delivery, delivery)
    });
    let mut accepted: Vec<_> = accepted.collect();
    accepted.sort_by_key(|(ordinal, _)| *ordinal);
    let refused = transcript.faults.iter().filter_map(|fault| match fault {
        Fault::Refused {
            received_at,
            status,
            reason,
        } => Some(refused(*received_at, *status, reason)),
        _ => None,
    });
    let mut all: Vec<_> = accepted.into_iter().map(|(_, delivery)| delivery).collect();
    all.extend(refused);
    // Stable: what arrived in one instant stays in its order.
    all.sort_by_key(|delivery| delivery.at);
    all
}

fn refused(at: SystemTime, status: u16, reason: &str) -> Delivery {
    Delivery {
        at,
        kind: String::new(),
        session: String::new(),
        attempt: None,
        seq: None,
        run: None,
        status: Some(status),
        refused: BLAMED.contains(&status).then(|| reason.to_owned()),
    }
}
