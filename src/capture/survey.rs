//! What a session's contents say about its attempts, and about what went wrong on the way.

use super::log::Contents;
use super::session::Refusals;
use super::transcript::{AttemptMark, Fault, to_event_json};
use super::{EventId, record::Record};

/// The attempts and faults of a session.
#[derive(Debug)]
pub(super) struct Survey {
    /// In the order of their places.
    pub(super) attempts: Vec<AttemptMark>,
    /// What was dropped, then gaps, conflicts, late events and refusals, each in the order of their places.
    pub(super) faults: Vec<Fault>,
}

impl Survey {
    /// Looks at every event once, and reads only those that are in conflict.
    pub(super) fn of(contents: &Contents, refusals: &Refusals) -> Self {
        let mut attempts: Vec<AttemptMark> = Vec::new();
        let mut gaps = Vec::new();
        let mut late = Vec::new();
        let mut last = 0;
        for (index, (record, streamed)) in contents.events.iter().enumerate() {
            let EventId { run, attempt, seq } = record.id;
            match attempts.last_mut() {
                Some(mark) if (mark.run, mark.attempt) == (run, attempt) => mark.events += 1,
                _ => {
                    // What was dropped is no gap.
                    last = match contents.dropped {
                        Some((_, last)) if (last.run, last.attempt) == (run, attempt) => last.seq,
                        _ => 0,
                    };
                    attempts.push(AttemptMark {
                        run,
                        attempt,
                        first_event: index,
                        events: 1,
                        numbered_by_worker: record.numbered_by_worker,
                        done: false,
                    });
                }
            }
            if seq.saturating_sub(last) > 1 {
                gaps.push(Fault::Gap {
                    run,
                    attempt,
                    first_seq: last + 1,
                    last_seq: seq - 1,
                });
            }
            // A late event may stand before what was dropped.
            last = last.max(seq);
            if !streamed {
                late.push(Fault::Late { run, attempt, seq });
            }
            if let Some(mark) = attempts.last_mut() {
                mark.done |= record.done;
            }
        }
        let dropped = contents.dropped.map(|(events, last)| Fault::Dropped {
            events,
            run: last.run,
            attempt: last.attempt,
            seq: last.seq,
        });
        let refused = refusals.listed.iter().map(|refusal| Fault::Refused {
            received_at: refusal.received_at,
            status: refusal.status,
            reason: refusal.reason.clone(),
        });
        let faults = dropped
            .into_iter()
            .chain(gaps)
            .chain(contents.conflicts.iter().map(conflict))
            .chain(late)
            .chain(refused)
            .collect();
        Self { attempts, faults }
    }
}

fn conflict(record: &Record) -> Fault {
    Fault::Conflict {
        run: record.id.run,
        attempt: record.id.attempt,
        seq: record.id.seq,
        received_at: record.received_at,
        event: to_event_json(record),
    }
}
