//! What a session received, as evidence.

use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::log::Contents;
use super::record::Record;
use super::session::Refusals;
use super::survey::Survey;
use super::{EventId, EventJson, event_json};
use crate::contract::protocol::{StreamChecker, Violation};
use crate::contract::{Event, SessionId};

/// Everything that a session has received so far.
///
/// It depends on what was received, not on the order in which it arrived: events and faults are in the order of their
/// places. (Two exceptions: events without numbers of their own are numbered as they arrive, and of two events under
/// one number the first keeps it.)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The session.
    pub session_id: SessionId,
    /// Whether the newest attempt has sent its `done`.
    pub finished: bool,
    /// The attempts, of all runs, in order: where each begins and how far it came.
    pub attempts: Vec<AttemptMark>,
    /// The events, by run, attempt and number.
    pub events: Vec<TranscriptEvent>,
    /// What went wrong on the way, as far as a receiver can see it.
    pub faults: Vec<Fault>,
    /// What the stream breaks of the protocol's rules, as subscribers see it. Of a stream whose oldest events were dropped
    /// nothing is said, and a `done` is missed only in runs that another one has followed.
    #[serde(default)]
    pub violations: Vec<Violation>,
    /// How many deliveries repeated one that was there, and were dropped.
    pub duplicates: u64,
    /// How many deliveries were refused; the first hundred are listed in `faults`.
    pub refused: u64,
}

/// The beginning of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptMark {
    /// Which run of the session; a session that serves one prompt has one.
    pub run: u32,
    /// The Temporal attempt within the run.
    pub attempt: u32,
    /// The index of its first event in [`Transcript::events`].
    pub first_event: usize,
    /// How many events it has there.
    pub events: usize,
    /// Whether its worker numbered them; else they are numbered as they arrived.
    pub numbered_by_worker: bool,
    /// Whether it sent a `done`.
    pub done: bool,
}

/// One event, with its place and times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscriptEvent {
    /// Which run of the session.
    pub run: u32,
    /// The Temporal attempt within the run.
    pub attempt: u32,
    /// The number within the attempt.
    pub seq: u64,
    /// Which delivery of the session it was, from 1, in the order of arrival.
    pub delivery: u64,
    /// When it was received, by the receiver's clock.
    #[serde(with = "rfc3339")]
    pub received_at: SystemTime,
    /// When the worker sent it, as it says.
    pub sent_at: Option<String>,
    /// The session that the body named, when that was another than the path's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_session_id: Option<String>,
    /// Whether subscribers see it; else it is a [`Fault::Late`].
    pub streamed: bool,
    /// The event.
    pub event: EventJson,
}

/// Something that went wrong between worker and receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", remote = "Self")]
#[non_exhaustive]
pub enum Fault {
    /// Numbers that are missing, while higher ones of the attempt are there.
    Gap {
        /// The run.
        run: u32,
        /// The attempt.
        attempt: u32,
        /// The first that is missing.
        first_seq: u64,
        /// The last that is missing.
        last_seq: u64,
    },
    /// A second event under a number that one already had. The first is kept; this is what the second said.
    Conflict {
        /// The run.
        run: u32,
        /// The attempt.
        attempt: u32,
        /// The number.
        seq: u64,
        /// When it was received, by the receiver's clock.
        #[serde(with = "rfc3339")]
        received_at: SystemTime,
        /// The second event.
        #[serde(deserialize_with = "event_json::from_map")]
        event: EventJson,
    },
    /// An event that came after its place in the stream had been passed: after it was given up as missing, or after
    /// a newer attempt had begun. It is in the transcript and not in the stream.
    Late {
        /// The run.
        run: u32,
        /// The attempt.
        attempt: u32,
        /// The number.
        seq: u64,
    },
    /// Events that were dropped to make room for later ones ([`Overflow::DropOldest`](super::Overflow::DropOldest)).
    Dropped {
        /// How many.
        events: u64,
        /// The run of the last of them.
        run: u32,
        /// Its attempt.
        attempt: u32,
        /// Its number.
        seq: u64,
    },
    /// A delivery that was answered with an error.
    Refused {
        /// When it was received, by the receiver's clock.
        #[serde(with = "rfc3339")]
        received_at: SystemTime,
        /// The HTTP status of the answer.
        status: u16,
        /// The reason in the answer.
        reason: String,
    },
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// By hand for the conflicts' sake: reading by a tag goes through values, in which long numbers lose digits.
impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Said {
            event: EventJson,
        }
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let wrong = serde::de::Error::custom;
        let mut reader = serde_json::Deserializer::from_str(text.get());
        let mut fault = Self::deserialize(&mut reader).map_err(wrong)?;
        if let Self::Conflict { event, .. } = &mut fault {
            let said: Said = serde_json::from_str(text.get()).map_err(wrong)?;
            *event = said.event;
        }
        Ok(fault)
    }
}

impl TranscriptEvent {
    /// The event's id in the stream.
    pub fn id(&self) -> EventId {
        EventId {
            run: self.run,
            attempt: self.attempt,
            seq: self.seq,
        }
    }

    /// The event's `type`.
    pub fn kind(&self) -> &str {
        kind(&self.event)
    }

    /// The event as a type of the contract.
    pub fn to_event(&self) -> Event {
        Event::from_object(self.event.object().clone())
    }
}

impl Transcript {
    pub(super) fn of(session_id: SessionId, contents: Contents, refusals: Refusals) -> Self {
        let Survey { attempts, faults } = Survey::of(&contents, &refusals);
        let events: Vec<_> = contents
            .events
            .into_iter()
            .map(|(record, streamed)| transcribe(record, streamed))
            .collect();
        let violations = match contents.dropped {
            Some(_) => Vec::new(),
            None => violations(&events, contents.finished),
        };
        Self {
            session_id,
            finished: contents.finished,
            attempts,
            events,
            faults,
            violations,
            duplicates: contents.duplicates,
            refused: refusals.count,
        }
    }
}

/// What the streamed events break; the last run's end is asked for only when it is there.
fn violations(events: &[TranscriptEvent], finished: bool) -> Vec<Violation> {
    let mut checker = StreamChecker::default();
    for event in events.iter().filter(|event| event.streamed) {
        checker.read(event.event.object(), event.id().into());
    }
    match finished {
        true => checker.ended(),
        false => checker.so_far().to_vec(),
    }
}

fn transcribe(record: Record, streamed: bool) -> TranscriptEvent {
    TranscriptEvent {
        run: record.id.run,
        attempt: record.id.attempt,
        seq: record.id.seq,
        delivery: record.ordinal,
        received_at: record.received_at,
        event: to_event_json(&record),
        sent_at: record.sent_at.map(String::from),
        body_session_id: record.other_session.map(String::from),
        streamed,
    }
}

/// The event's JSON. Its text was read once before it was accepted, so reading it again cannot fail.
pub(super) fn to_event_json(record: &Record) -> EventJson {
    let text = std::str::from_utf8(record.json()).unwrap_or_default();
    EventJson::new(text).unwrap_or_default()
}

/// The `type` of an event's object.
pub(super) fn kind(event: &Map<String, Value>) -> &str {
    event.get("type").and_then(Value::as_str).unwrap_or("")
}

/// Times as RFC 3339 with microseconds.
pub(super) mod rfc3339 {
    use super::{Deserialize, Deserializer, Serializer, SystemTime, Timestamp};

    pub(in crate::capture) fn serialize<S: Serializer>(
        time: &SystemTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let time = Timestamp::try_from(*time).map_err(serde::ser::Error::custom)?;
        serializer.collect_str(&format_args!("{time:.6}"))
    }

    pub(in crate::capture) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SystemTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(time.into())
    }
}

#[cfg(test)]
#[path = "transcript_tests.rs"]
mod tests;
