//! What holds for a session whatever happens to deliveries on their way: any interleaving, duplication, loss and delay
//! gives the same transcript, or one that names what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::log::{Log, Rules};
use super::session::Refusals;
use super::test_support::{delivery, done, numbered, session, token};
use super::{EventId, Fault, Overflow, Transcript};

const WAIT: Duration = Duration::from_millis(500);

fn rules() -> Rules {
    Rules {
        max_events: 10_000,
        max_bytes: 1 << 24,
        max_body: 1 << 20,
        reorder_wait: WAIT,
        reorder_window: 64,
        overflow: Overflow::Refuse,
    }
}

/// One copy of a delivery: which event, and how many milliseconds after the run's beginning it arrives.
#[derive(Debug, Clone)]
struct Copy {
    id: EventId,
    arrives: u64,
}

/// What a worker sent, and what became of it.
#[derive(Debug, Clone)]
struct Run {
    /// The events of each attempt, how many each has.
    lengths: Vec<u64>,
    /// Every copy, in the order of arrival.
    arrivals: Vec<Copy>,
}

/// The milliseconds between two events of a worker.
const STEP: u64 = 20;

impl Run {
    fn sent(&self, id: EventId) -> u64 {
        let before: u64 = self.lengths[..id.attempt as usize - 1].iter().sum();
        (before + id.seq - 1) * STEP
    }

    fn event(&self, id: EventId) -> Value {
        match id.seq == self.lengths[id.attempt as usize - 1] {
            true => done(),
            false => token(format!("{id} ")),
        }
    }

    fn body(&self, id: EventId) -> Value {
        let mut body = numbered(id.attempt, id.seq, self.event(id));
        let sent = SystemTime::UNIX_EPOCH + Duration::from_millis(self.sent(id));
        let sent = Timestamp::try_from(sent).expect("a time");
        body["sent_at"] = json!(sent.to_string());
        body
    }

    fn received(&self) -> BTreeMap<EventId, u64> {
        let mut received = BTreeMap::new();
        for copy in &self.arrivals {
            received.entry(copy.id).or_insert(copy.arrives);
        }
        received
    }
}

/// Up to three attempts of up to twelve events, each event delivered up to three times (or never) with a delay of up
/// to two seconds, which is four times what the receiver waits.
fn runs() -> impl Strategy<Value = Run> {
    let delay = prop_oneof![4 => Just(0_u64), 4 => 0..100_u64, 2 => 0..2_000_u64];
    let copies = prop_oneof![
        1 => Just(Vec::new()),
        6 => prop::collection::vec(delay.clone(), 1..=1),
        3 => prop::collection::vec(delay, 2..=3),
    ];
    prop::collection::vec(prop::collection::vec(copies, 1..=12), 1..=3).prop_map(|attempts| {
        let lengths: Vec<u64> = attempts.iter().map(|events| events.len() as u64).collect();
        let mut run = Run {
            lengths,
            arrivals: Vec::new(),
        };
        for (attempt, events) in (1..).zip(&attempts) {
            for (seq, delays) in (1..).zip(events) {
                let id = EventId {
                    run: 1,
                    attempt,
                    seq,
                };
                let sent = run.sent(id);
                run.arrivals.extend(delays.iter().map(|delay| Copy {
                    id,
                    arrives: sent + delay,
                }));
            }
        }
        run.arrivals.sort_by_key(|copy| copy.arrives);
        run
    })
}

/// Lets a run arrive, and looks at the stream as a subscriber would after each delivery.
fn receive(run: &Run) -> Result<(Transcript, Vec<EventId>), TestCaseError> {
    let mut log = Log::new(rules());
    let start = Instant::now();
    let mut read: Vec<EventId> = Vec::new();
    let mut look = |log: &Log| {
        let position = read.len() as u64;
        let found = log.frames(position, usize::MAX);
        prop_assert_eq!(found.from, position, "nothing is dropped");
        read.extend(found.frames.into_iter().map(|(id, ..)| id));
        Ok(())
    };
    for copy in &run.arrivals {
        let now = start + Duration::from_millis(copy.arrives);
        log.append(delivery(&run.body(copy.id)), now).expect("room");
        look(&log)?;
    }
    log.release_overdue(start + Duration::from_secs(3_600));
    look(&log)?;
    let transcript = Transcript::of(session("s"), log.contents(), Refusals::default());
    Ok((transcript, read))
}

/// The numbers that are missing below the highest of each attempt.
fn gaps(received: &BTreeMap<EventId, u64>) -> Vec<Fault> {
    let attempts: BTreeSet<u32> = received.keys().map(|id| id.attempt).collect();
    let mut gaps = Vec::new();
    for attempt in attempts {
        let mut next = 1;
        for id in received.keys().filter(|id| id.attempt == attempt) {
            if id.seq > next {
                gaps.push(Fault::Gap {
                    run: 1,
                    attempt,
                    first_seq: next,
                    last_seq: id.seq - 1,
                });
            }
            next = id.seq + 1;
        }
    }
    gaps
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_transcript_has_what_arrived_in_order_and_names_what_did_not(run in runs()) {
        let received = run.received();
        let (transcript, _) = receive(&run)?;

        let events: Vec<_> = transcript.events.iter().map(|event| event.id()).collect();
        let wanted: Vec<_> = received.keys().copied().collect();
        prop_assert_eq!(events, wanted);
        for event in &transcript.events {
            let sent = run.event(event.id());
            prop_assert_eq!(Some(event.event.object()), sent.as_object());
        }
        let repeated = run.arrivals.len() - received.len();
        prop_assert_eq!(transcript.duplicates, repeated as u64);
        let named: Vec<_> = transcript
            .faults
            .iter()
            .filter(|fault| !matches!(fault, Fault::Late { .. }))
            .cloned()
            .collect();
        prop_assert_eq!(named, gaps(&received), "gaps and nothing else");

        let newest = received.keys().map(|id| id.attempt).max();
        let ended = newest.is_some_and(|attempt| {
            let seq = run.lengths[attempt as usize - 1];
            received.contains_key(&EventId { run: 1, attempt, seq })
        });
        prop_assert_eq!(transcript.finished, ended);
    }

    #[test]
    fn a_stream_only_rises_and_lacks_only_what_came_too_late(run in runs()) {
        let received = run.received();
        let (transcript, read) = receive(&run)?;

        prop_assert!(read.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", read);
        let streamed: Vec<_> = transcript
            .events
            .iter()
            .filter(|event| event.streamed)
            .map(|event| event.id())
            .collect();
        prop_assert_eq!(&read, &streamed);
        for event in transcript.events.iter().filter(|event| !event.streamed) {
            let (id, arrived) = (event.id(), received[&event.id()]);
            let passed = received.iter().any(|(other, at)| match other.attempt == id.attempt {
                true => other.seq > id.seq && at + 500 <= arrived,
                false => other.attempt > id.attempt && *at <= arrived,
            });
            prop_assert!(passed, "{} came in time and is not in the stream", id);
            let (run, attempt, seq) = (id.run, id.attempt, id.seq);
            let late = Fault::Late { run, attempt, seq };
            prop_assert!(transcript.faults.contains(&late), "{} is not named", id);
        }
    }

    #[test]
    fn what_arrives_whole_and_in_time_is_the_same_in_any_order(
        (run, order) in runs().prop_flat_map(|run| {
            let length: usize = run.lengths[..1].iter().sum::<u64>() as usize;
            let order = Just((1..=length as u64).collect::<Vec<_>>()).prop_shuffle();
            (Just(run), order)
        })
    ) {
        let id = |seq| EventId { run: 1, attempt: 1, seq };
        let of = |order: &[u64]| Run {
            lengths: run.lengths[..1].to_vec(),
            arrivals: order.iter().map(|seq| Copy { id: id(*seq), arrives: 0 }).collect(),
        };
        let mut sorted = order.clone();
        sorted.sort_unstable();
        let (shuffled, read) = receive(&of(&order))?;
        let (in_order, _) = receive(&of(&sorted))?;
        prop_assert!(shuffled.faults.is_empty(), "{:?}", shuffled.faults);
        prop_assert_eq!(read.len(), order.len());
        let told = |transcript: &Transcript| -> Vec<_> {
            let events = transcript.events.iter();
            events.map(|event| (event.id(), event.event.clone())).collect()
        };
        prop_assert_eq!(told(&shuffled), told(&in_order));
        prop_assert_eq!(shuffled.attempts, in_order.attempts);
    }

    /// A reader of a log that drops its oldest events, who looks from time to time.
    #[test]
    fn a_reader_gets_every_event_or_is_told_that_some_are_gone(
        looks in prop::collection::vec(any::<bool>(), 1..200),
        room in 1..20_usize,
    ) {
        let mut log = Log::new(Rules { max_events: room, overflow: Overflow::DropOldest, ..rules() });
        let (mut position, mut read, mut told) = (0_u64, 0_u64, 0_u64);
        let mut look = |log: &Log| {
            let found = log.frames(position, usize::MAX);
            told += found.from - position;
            for (id, ..) in &found.frames {
                read += 1;
                prop_assert_eq!(id.seq, read + told, "in order");
            }
            position = found.from + found.frames.len() as u64;
            Ok(())
        };
        for (seq, looks) in (1..).zip(&looks) {
            log.append(delivery(&numbered(1, seq, token(seq))), Instant::now())
                .expect("room is made");
            if *looks {
                look(&log)?;
            }
            prop_assert!(log.end() - log.frames(0, 0).from <= room as u64);
        }
        look(&log)?;
        prop_assert_eq!(read + told, looks.len() as u64);
        let always_read = looks.iter().all(|looks| *looks);
        prop_assert!(told == 0 || !always_read);
    }
}
