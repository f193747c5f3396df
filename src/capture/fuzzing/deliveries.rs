//! Bodies of any bytes, posted to one session.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse;
use futures::StreamExt;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{SEPARATOR, body, detail, in_paused_time, receiver};
use crate::capture::access::Writable;
use crate::capture::routes::Shared;
use crate::capture::session::Session;
use crate::capture::{EventId, Fault, Overflow, Transcript, TranscriptEvent};
use crate::capture::{frame, ingest, replay, stream};
use crate::contract::SessionId;
use crate::contract::sse::{Frame, Parser};

/// Posts the pieces of an input, one after the other: the first says how the receiver is set (`d`: drops its oldest, `s`: is
/// small, `w`: has a narrow window), an empty one is a pause, the others are bodies.
///
/// # Panics
/// When a body is not answered as the contract says; when what was accepted is not in the transcript, or something else is; when
/// a duplicate, a conflict, a gap or a late event is not named; when the stream is not the transcript's; when the transcript,
/// written, read and played again, is another.
pub fn deliveries(input: &[u8]) {
    let mut pieces = input.split(|byte| *byte == SEPARATOR);
    let flags = pieces.next().unwrap_or_default();
    let bodies: Vec<_> = pieces.take(64).collect();
    in_paused_time(post_all(flags, &bodies));
}

/// What became of the bodies.
#[derive(Default)]
struct Tally {
    /// The events that were accepted, as their bodies had them, on one line.
    accepted: Vec<String>,
    refused: u64,
}

async fn post_all(flags: &[u8], bodies: &[&[u8]]) {
    let is = |flag| flags.contains(&flag);
    let shared = receiver(|config| {
        // What a stream that goes on costs here: one wait.
        config.silence = Duration::from_secs(1);
        if is(b'd') {
            config.limits.overflow = Overflow::DropOldest;
        }
        if is(b's') {
            config.limits.session_events = 5;
            config.limits.session_bytes = 4 << 10;
            config.limits.body_bytes = 2 << 10;
        }
        if is(b'w') {
            config.reorder_window = 2;
        }
    });
    let id = SessionId::new("s");
    let (session, grown) = shared.store.subscribe(&id).expect("room");
    let mut live = Live::default();
    let mut tally = Tally::default();
    for piece in bodies {
        if piece.is_empty() {
            tokio::time::advance(shared.config.reorder_wait).await;
            session.release_overdue(tokio::time::Instant::now());
        } else {
            post(&shared, &id, piece, &mut tally).await;
        }
        live.look(&session);
    }
    let late = stream::tests_reader(Arc::clone(&session), grown, &shared);
    let pieces: Vec<_> = late.collect().await;
    let text: Vec<u8> = pieces.into_iter().flat_map(|Ok(text)| text).collect();
    live.look(&session);

    let (contents, refusals) = session.contents();
    let transcript = Transcript::of(id, contents, refusals);
    conserved(&transcript, &tally);
    named(&transcript, &tally);
    streamed(&transcript, &text, &live);
    figures(&transcript, &session);
    written_and_played(&transcript);
    let most = shared.config.limits.session_bytes + shared.config.limits.body_bytes;
    assert!(
        shared.store.bytes() <= most,
        "{} bytes",
        shared.store.bytes()
    );
}

async fn post(shared: &Arc<Shared>, id: &SessionId, bytes: &[u8], tally: &mut Tally) {
    let delivery = Body::from(bytes.to_vec());
    let answer =
        ingest::post_event(State(Arc::clone(shared)), Writable(id.clone()), delivery).await;
    let answer = answer.unwrap_or_else(IntoResponse::into_response);
    let status = answer.status().as_u16();
    let said = body(answer).await;
    let good = event_of(bytes);
    match status {
        200 => {
            assert_eq!(said, br#"{"status":"ok"}"#);
            let event = good.expect("it was accepted, and is no delivery");
            tally.accepted.push(frame::one_line(&event));
        }
        413 | 422 | 507 => {
            let reason = detail(&said);
            assert_eq!(status == 422, status != 413 && good.is_none(), "{reason}");
            tally.refused += 1;
        }
        status => panic!("answered {status}: {}", String::from_utf8_lossy(&said)),
    }
}

/// A subscriber that looks after each delivery.
#[derive(Default)]
struct Live {
    position: u64,
    seen: Vec<EventId>,
    /// How many were dropped before it looked: none, since it always looks.
    missed: u64,
}

impl Live {
    fn look(&mut self, session: &Session) {
        let batch = session.read(self.position, usize::MAX);
        self.missed += batch.found.from - self.position;
        self.position = batch.found.from + batch.found.frames.len() as u64;
        self.seen
            .extend(batch.found.frames.into_iter().map(|(id, ..)| id));
    }
}

/// What was accepted is there to the digit, and nothing else is.
fn conserved(transcript: &Transcript, tally: &Tally) {
    let conflicts: Vec<_> = transcript.faults.iter().filter_map(conflict).collect();
    let events = transcript.events.iter().map(|event| event.event.text());
    let texts: Vec<_> = events.chain(conflicts.iter().copied()).collect();
    let dropped = dropped(transcript).map_or(0, |(count, _)| count);
    let kept = texts.len() as u64 + dropped;
    assert_eq!(
        kept + transcript.duplicates,
        tally.accepted.len() as u64,
        "each that was accepted is an event, a conflict, a repetition, or dropped"
    );
    assert_eq!(transcript.refused, tally.refused);
    for text in &texts {
        assert!(
            tally.accepted.iter().any(|sent| sent == text),
            "{text} was never sent"
        );
    }
    if dropped > 0 {
        return;
    }
    for sent in &tally.accepted {
        let found =
            texts.iter().any(|text| text == sent) || texts.iter().any(|text| same(text, sent));
        assert!(found, "{sent} was accepted and is not there");
    }
}

/// Whether two texts may be taken for repetitions: the same value, and as many digits.
fn same(one: &str, other: &str) -> bool {
    let value = |text| serde_json::from_str::<Value>(text).expect("JSON");
    value(one) == value(other)
}

fn conflict(fault: &Fault) -> Option<&str> {
    match fault {
        Fault::Conflict { event, .. } => Some(event.text()),
        _ => None,
    }
}

fn dropped(transcript: &Transcript) -> Option<(u64, EventId)> {
    transcript.faults.iter().find_map(|fault| match *fault {
        Fault::Dropped {
            events,
            run,
            attempt,
            seq,
        } => Some((events, EventId { run, attempt, seq })),
        _ => None,
    })
}

/// Places rise; gaps, late events and attempts are those that the events show.
fn named(transcript: &Transcript, tally: &Tally) {
    let ids: Vec<_> = transcript.events.iter().map(TranscriptEvent::id).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    let last_dropped = dropped(transcript).map(|(_, id)| id);
    let mut faults = Vec::new();
    let (mut marks, mut last) = (Vec::new(), None::<EventId>);
    for (index, event) in transcript.events.iter().enumerate() {
        let id = event.id();
        let here = |other: &EventId| (other.run, other.attempt) == (id.run, id.attempt);
        if last.is_none_or(|last| !here(&last)) {
            marks.push((id.run, id.attempt, index));
        }
        // What was dropped is not missing, and late events may stand before it.
        let known = [last, last_dropped].into_iter().flatten().filter(here);
        let before = known.map(|id| id.seq).max().unwrap_or(0);
        if id.seq.saturating_sub(before) > 1 {
            faults.push(Fault::Gap {
                run: id.run,
                attempt: id.attempt,
                first_seq: before + 1,
                last_seq: id.seq - 1,
            });
        }
        last = Some(id);
    }
    let gaps = transcript.faults.iter();
    let gaps: Vec<_> = gaps
        .filter(|fault| matches!(fault, Fault::Gap { .. }))
        .collect();
    assert_eq!(gaps, faults.iter().collect::<Vec<_>>());
    let late = transcript.events.iter().filter(|event| !event.streamed);
    let late: Vec<_> = late.map(TranscriptEvent::id).collect();
    let said: Vec<_> = transcript
        .faults
        .iter()
        .filter_map(|fault| match *fault {
            Fault::Late { run, attempt, seq } => Some(EventId { run, attempt, seq }),
            _ => None,
        })
        .collect();
    assert_eq!(said, late);
    let attempts = transcript.attempts.iter();
    let attempts: Vec<_> = attempts
        .map(|mark| (mark.run, mark.attempt, mark.first_event))
        .collect();
    assert_eq!(attempts, marks);
    let counted: usize = transcript.attempts.iter().map(|mark| mark.events).sum();
    assert_eq!(counted, transcript.events.len());
    let listed = transcript.faults.iter();
    let listed = listed.filter(|fault| matches!(fault, Fault::Refused { .. }));
    assert_eq!(listed.count() as u64, tally.refused.min(100));
}

/// A subscriber that comes late reads what the transcript has in the stream; one that was there all along has read it too.
fn streamed(transcript: &Transcript, text: &[u8], live: &Live) {
    let mut frames = std::collections::VecDeque::new();
    Parser::new(usize::MAX, None)
        .push(text, &mut frames)
        .expect("no limit");
    let mut frames: Vec<Frame> = frames.into();
    let last = frames.last();
    let timed_out = last.is_some_and(|last| last.id.is_none() && last.kind == "timeout");
    if timed_out {
        frames.pop();
    }
    assert_eq!(
        timed_out, !transcript.finished,
        "a stream ends after `done`, or after silence"
    );
    if dropped(transcript).is_some() {
        let told = frames.remove(0);
        assert_eq!((told.id, told.kind.as_str()), (None, "history_dropped"));
    }
    let streamed: Vec<_> = transcript
        .events
        .iter()
        .filter(|event| event.streamed)
        .collect();
    assert_eq!(frames.len(), streamed.len());
    for (frame, event) in frames.iter().zip(&streamed) {
        assert_eq!(frame.id, Some(event.id().to_string()));
        assert_eq!(frame.data, event.event.text());
        assert!(frame.data.lines().count() == 1, "{:?}", frame.data);
        let field: String = event
            .kind()
            .chars()
            .take(frame.kind.chars().count())
            .collect();
        let safe =
            |(shown, sent): (char, char)| shown == sent || shown == char::REPLACEMENT_CHARACTER;
        assert!(
            frame.kind.chars().zip(field.chars()).all(safe),
            "{:?}",
            frame.kind
        );
        assert!(
            field == event.kind() || frame.kind.len() > 252,
            "{:?}",
            frame.kind
        );
    }
    assert_eq!(live.missed, 0, "who looks all the time misses nothing");
    assert!(
        live.seen.windows(2).all(|pair| pair[0] < pair[1]),
        "{:?}",
        live.seen
    );
    let ids = streamed.iter().map(|event| event.id());
    assert!(
        live.seen.ends_with(&ids.collect::<Vec<_>>()),
        "{:?}",
        live.seen
    );
}

/// The overview counts what the transcript has.
fn figures(transcript: &Transcript, session: &Session) {
    let figures = session.overview(transcript.session_id.clone()).figures;
    let of =
        |is: fn(&Fault) -> bool| transcript.faults.iter().filter(|fault| is(fault)).count() as u64;
    let dropped = dropped(transcript).map_or(0, |(count, _)| count);
    assert_eq!(figures.events, transcript.events.len() as u64 + dropped);
    assert_eq!(figures.duplicates, transcript.duplicates);
    assert_eq!(
        figures.conflicts,
        of(|fault| matches!(fault, Fault::Conflict { .. }))
    );
    assert_eq!(
        figures.late,
        of(|fault| matches!(fault, Fault::Late { .. }))
    );
}

/// A transcript is read as it was written, and played as it was streamed.
fn written_and_played(transcript: &Transcript) {
    let json = serde_json::to_vec(transcript).expect("writes");
    let read = Transcript::from_json(&json).expect("its own transcript");
    let again = serde_json::to_vec(&read).expect("writes");
    assert_eq!(
        String::from_utf8_lossy(&again),
        String::from_utf8_lossy(&json)
    );
    serde_json::from_slice::<Value>(&json).expect("other readers read it too");
    let player = receiver(|config| config.limits.session_events = usize::MAX);
    for event in &transcript.events {
        let record = replay::restored(event, replay::numbered_by_worker(transcript, event));
        let restored = player
            .store
            .restore(&transcript.session_id, record, event.streamed);
        restored.expect("room");
    }
    let Some(session) = player.store.get(&transcript.session_id) else {
        assert!(transcript.events.is_empty());
        return;
    };
    let (contents, refusals) = session.contents();
    let played = Transcript::of(transcript.session_id.clone(), contents, refusals);
    let told = |transcript: &Transcript| -> Vec<_> {
        let events = transcript.events.iter();
        events
            .map(|event| (event.id(), event.streamed, event.event.clone()))
            .collect()
    };
    assert_eq!(told(&played), told(transcript));
}

/// The event's text in a body that the contract (§3) accepts; none in any other. Written apart from the receiver.
fn event_of(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        session_id: Value,
        event: Box<RawValue>,
        #[serde(default)]
        seq: Value,
        #[serde(default)]
        attempt: Value,
        #[serde(default)]
        sent_at: Value,
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    Unambiguous { left: 100 }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    // A list would be taken for the fields in their order.
    matches!(serde_json::from_slice(body).ok()?, Value::Object(_)).then_some(())?;
    let body: Body = serde_json::from_slice(body).ok()?;
    let event: Value = serde_json::from_str(body.event.get()).ok()?;
    let number = |value: &Value, most: u64| {
        value.is_null()
            || value
                .as_u64()
                .is_some_and(|number| (1..=most).contains(&number))
    };
    let good = body.session_id.is_string()
        && event.is_object()
        && event["type"].as_str().is_some_and(|kind| !kind.is_empty())
        && number(&body.seq, u64::MAX)
        && number(&body.attempt, u32::MAX.into())
        && (body.sent_at.is_null() || body.sent_at.is_string());
    good.then(|| body.event.get().to_owned())
}

/// JSON whose objects have each key once, and in which so many objects and lists may stand in one another.
#[derive(Clone, Copy)]
struct Unambiguous {
    left: usize,
}

impl Unambiguous {
    fn inside<E: Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| E::custom("deep"))?;
        Ok(Self { left })
    }
}

impl<'de> DeserializeSeed<'de> for Unambiguous {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while items.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut keys = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if !keys.insert(key) {
                return Err(A::Error::custom("twice"));
            }
            entries.next_value_seed(inside)?;
        }
        Ok(())
    }
}
