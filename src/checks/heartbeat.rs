//! The activity's heartbeats, as Temporal showed them.

use std::time::{Duration, SystemTime};

use super::check::{Check, Finding, Judge, Severity};
use super::{Beat, RunEvidence, Scenario};

/// How long a worker may be silent that keeps well inside a time-out of a minute.
const LONGEST: Duration = Duration::from_secs(20);

/// For how long after the last event a heartbeat may be one that an event has caused and the SDK has held back.
const HELD_BACK: Duration = Duration::from_millis(500);

/// For how long after the last event one that an event has caused may come late, because Temporal was busy.
const LATE: Duration = Duration::from_secs(5);

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "temporal.heartbeat-progress",
        asserts: "Temporal showed the activity's heartbeat progress while it ran",
        why: "whoever operates the worker sees from it whether a run goes on",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Answered, progress),
    },
    Check {
        id: "heartbeat.during-silence",
        asserts: "heartbeats come while the run streams nothing",
        why: "a run whose statement takes longer than the heartbeat time-out is given to another worker, which starts it again",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Cancelled, during_silence),
    },
    Check {
        id: "heartbeat.without-callback",
        asserts: "heartbeats come without a callback URL too",
        why: "a long run that nobody listens to is given to another worker again and again",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Silence, during_silence),
    },
];

fn progress(run: &RunEvidence) -> Finding {
    let counted = run.beats.iter().rev().find(|beat| beat.shows_progress());
    if let (None, Some(why)) = (counted, &run.facts.heartbeats_unread) {
        return Finding::not_judged(why.clone());
    }
    match (counted, run.beats.last()) {
        (Some(beat), _) => {
            Finding::held(format!("{:?} while the activity was pending", beat.details))
        }
        (None, Some(last)) => Finding::broken(format!(
            "heartbeats came, but none reports progress: last {:?}",
            last.details
        )),
        (None, None) if !run.watched => {
            Finding::not_judged("nobody held the activity to look at its heartbeats")
        }
        (None, None) if !run.streamed => {
            Finding::not_judged("without a callback there is no event to hold the activity at")
        }
        (None, None) => Finding::broken("no heartbeat was seen while the activity was pending"),
    }
}

fn during_silence(run: &RunEvidence) -> Finding {
    let Some((since, waited)) = run.facts.waited else {
        return Finding::not_judged("no statement of the run was made to wait");
    };
    if let Some(after) = by_itself(&run.beats, since) {
        return Finding::held(format!(
            "one came after {} ms of waiting",
            after.as_millis()
        ));
    }
    let timeout = run
        .activities
        .first()
        .and_then(|activity| activity.heartbeat);
    let patience = timeout.map_or(LONGEST, |timeout| (timeout / 2).min(LONGEST));
    let said = format!(
        "none came in {:.1} s of waiting but what an event caused",
        waited.as_secs_f64()
    );
    match waited >= patience {
        true => Finding::broken(said),
        false => Finding::not_judged(format!(
            "{said}, too short a time to tell: the heartbeat time-out is {:.0} s",
            timeout.unwrap_or_default().as_secs_f64()
        )),
    }
}

/// How long after the last event the first heartbeat came that none has caused. An event changes the counts that a heartbeat
/// carries: one that repeats what was said before is the worker's own, and so is one that is too late to be anything else.
pub(crate) fn by_itself(beats: &[Beat], since: SystemTime) -> Option<Duration> {
    beats.iter().enumerate().find_map(|(earlier, beat)| {
        let after = beat.at?.duration_since(since).ok()?;
        let repeats = beats[..earlier]
            .iter()
            .any(|one| one.details == beat.details);
        (after > LATE || (after > HELD_BACK && repeats)).then_some(after)
    })
}

impl Beat {
    /// Whether it counts events that were sent or failed.
    pub fn shows_progress(&self) -> bool {
        events_counted(&self.details).is_some_and(|events| events > 0)
    }
}

/// The events that heartbeat details count: `events_sent=N, events_failed=M` (contract §3).
pub(super) fn events_counted(details: &str) -> Option<u64> {
    let (sent, failed) = counts(details)?;
    sent.checked_add(failed)
}

/// The two counts of heartbeat details.
pub(super) fn counts(details: &str) -> Option<(u64, u64)> {
    let (sent, failed) = details.split_once(", ")?;
    Some((
        sent.strip_prefix("events_sent=")?.parse().ok()?,
        failed.strip_prefix("events_failed=")?.parse().ok()?,
    ))
}
