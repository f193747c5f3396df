//! A recorded session, played again.

use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use tokio::time::Instant;

use super::delivery::{Delivery, says_failed};
use super::record::Record;
use super::{CaptureServer, ReplayError, Transcript, TranscriptEvent, frame};
use crate::contract::SessionId;

/// How fast a transcript is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Pace {
    /// With the pauses that there were between the events when they were received.
    #[default]
    Real,
    /// At once.
    Full,
}

impl CaptureServer {
    /// Plays a transcript into the session that it names: subscribers see the events that subscribers of the recorded
    /// session saw, with the same ids in the same order, and the session's transcript has the same events again. What
    /// was missing, dropped or refused then is not made up.
    ///
    /// Returns when the last event is there. Until then nobody else should post to the session.
    ///
    /// # Errors
    /// When the session has events already, a limit is reached, or the server stops.
    pub async fn replay(&self, transcript: &Transcript, pace: Pace) -> Result<(), ReplayError> {
        let id = &transcript.session_id;
        let store = &self.shared.store;
        if store.get(id).is_some_and(|session| session.accepted() > 0) {
            return Err(ReplayError::Occupied {
                session: id.to_string(),
            });
        }
        let (started, first) = (Instant::now(), first_received(transcript));
        let mut due = Duration::ZERO;
        for (index, event) in transcript.events.iter().enumerate() {
            if pace == Pace::Real {
                // In the order of the stream: an event that came early was not seen before the ones it waited for.
                let since = event.received_at.duration_since(first).unwrap_or_default();
                due = due.max(since);
                let pause = tokio::time::sleep_until(started + due);
                if self.shared.stop.run_until_cancelled(pause).await.is_none() {
                    return Err(ReplayError::Stopped);
                }
            }
            let record = restored(event, numbered_by_worker(transcript, event));
            store
                .restore(id, record, event.streamed)
                .map_err(|full| ReplayError::Full {
                    index,
                    reason: full.to_string(),
                })?;
        }
        Ok(())
    }

    /// Waits until somebody subscribes to a session, or the server stops.
    pub async fn subscribed(&self, session: &SessionId) {
        if let Ok((session, kept)) = self.shared.store.watch(session) {
            let subscribed = session.subscribed();
            self.shared.stop.run_until_cancelled(subscribed).await;
            drop(kept);
        }
    }
}

fn first_received(transcript: &Transcript) -> SystemTime {
    let times = transcript.events.iter().map(|event| event.received_at);
    times.min().unwrap_or(SystemTime::UNIX_EPOCH)
}

pub(super) fn numbered_by_worker(transcript: &Transcript, event: &TranscriptEvent) -> bool {
    let mut attempts = transcript.attempts.iter();
    let mark = attempts.find(|mark| (mark.run, mark.attempt) == (event.run, event.attempt));
    mark.is_none_or(|mark| mark.numbered_by_worker)
}

/// The record that an event was transcribed from.
pub(super) fn restored(event: &TranscriptEvent, numbered_by_worker: bool) -> Record {
    let (text, json_start) = frame::body(event.kind(), event.event.text());
    let delivery = Delivery {
        attempt: Some(event.attempt),
        seq: numbered_by_worker.then_some(event.seq),
        sent_at: event.sent_at.clone().map(String::into_boxed_str),
        other_session: event.body_session_id.clone().map(String::into_boxed_str),
        done: event.kind() == "done",
        failed: says_failed(event.event.object()),
        frame: Bytes::from(text),
        json_start,
    };
    let mut record = Record::new(event.id(), event.delivery, delivery);
    record.received_at = event.received_at;
    record
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
