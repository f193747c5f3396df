//! How the worker delivers its events, to receivers that behave and that do not.

use std::time::Duration;

use super::check::{Check, Finding, Judge, Severity};
use super::heartbeat::counts;
use super::{Delivery, RunEvidence, Scenario};
use crate::contract::RunStatus;

/// How much longer than otherwise a run may take because of its receiver (contract §3: 10 s, and what the machine adds).
const BUDGET: Duration = Duration::from_secs(20);

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "delivery.well-formed",
        asserts: "every body is valid JSON with a session and a typed event",
        why: "what a receiver cannot read is lost",
        severity: Severity::Critical,
        judge: Judge::Every(well_formed),
    },
    Check {
        id: "delivery.in-order",
        asserts: "the events of an attempt are posted in their order",
        why: "a receiver that knows only KAI streams them as they come",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Answered, in_order),
    },
    Check {
        id: "delivery.session-id",
        asserts: "every body names the conversation, or temporal_ and 8 hex digits without one",
        why: "receivers that pick the session from the body would put the event into another stream",
        severity: Severity::Critical,
        judge: Judge::Every(session_id),
    },
    Check {
        id: "delivery.failures-counted",
        asserts: "events that were answered with 500 are counted as failed, not as sent",
        why: "\"all events sent\" would be said of a stream that nobody has received",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Refusing, failures_counted),
    },
    Check {
        id: "delivery.refusal-survived",
        asserts: "the run completes although the receiver answers every event with 500",
        why: "a receiver's fault must not cost the answer",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Refusing, survived),
    },
    Check {
        id: "delivery.done-attempted",
        asserts: "done is posted, last, although every event before it was refused",
        why: "a receiver that recovers would otherwise never learn the end",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Refusing, done_attempted),
    },
    Check {
        id: "delivery.hang-survived",
        asserts: "the run completes although the receiver never answers",
        why: "a receiver's fault must not cost the answer",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Hanging, survived),
    },
    Check {
        id: "delivery.hang-bounded",
        asserts: "a receiver that never answers holds the run up by at most 20 s",
        why: "three seconds for each of three hundred events are a quarter of an hour",
        severity: Severity::Critical,
        judge: Judge::Beside(Scenario::Hanging, hang_bounded),
    },
    Check {
        id: "delivery.closed-socket-survived",
        asserts: "the run completes although the receiver closes every connection",
        why: "a receiver's fault must not cost the answer",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Closing, survived),
    },
    Check {
        id: "delivery.empty-url-survived",
        asserts: "an empty callback URL means that nobody listens",
        why: "callers send the empty string for none",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::EmptyUrl, survived),
    },
    Check {
        id: "delivery.not-a-number-survived",
        asserts: "the run completes although a cell of its rows is NaN",
        why: "NaN is no JSON: a body with it is refused, and a worker that cannot write it dies of it",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::NotANumber, survived),
    },
];

fn well_formed(run: &RunEvidence) -> Finding {
    if run.deliveries.is_empty() {
        return Finding::not_judged("nothing was posted");
    }
    let refused: Vec<_> = run
        .deliveries
        .iter()
        .filter_map(|delivery| delivery.refused.as_ref())
        .collect();
    match refused.first() {
        None => Finding::held(format!("{} bodies", run.deliveries.len())),
        Some(first) => Finding::broken(format!(
            "{} of {} were refused, the first: {first}",
            refused.len(),
            run.deliveries.len()
        )),
    }
}

fn in_order(run: &RunEvidence) -> Finding {
    let numbered: Vec<_> = run
        .deliveries
        .iter()
        .filter_map(|delivery| Some((delivery.attempt.unwrap_or(1), delivery.seq?)))
        .collect();
    if numbered.is_empty() {
        return Finding::not_judged("the worker does not number its events");
    }
    let back = numbered.windows(2).find_map(|pair| match pair {
        [one, next] if next < one => Some((*one, *next)),
        _ => None,
    });
    match back {
        None => Finding::held(format!("{} events", numbered.len())),
        Some(((_, one), (_, next))) => {
            Finding::broken(format!("number {next} was posted after number {one}"))
        }
    }
}

fn session_id(run: &RunEvidence) -> Finding {
    let named: Vec<&str> = run
        .deliveries
        .iter()
        .map(|delivery| delivery.session.as_str())
        .filter(|session| !session.is_empty())
        .collect();
    let Some(first) = named.first() else {
        return Finding::not_judged("nothing was posted");
    };
    if let Some(other) = named.iter().find(|session| *session != first) {
        return Finding::broken(format!("bodies name {first:?} and {other:?}"));
    }
    let conversation = run.conversation.as_deref().filter(|id| !id.is_empty());
    match conversation {
        Some(id) if id == *first => Finding::held(id),
        Some(id) => Finding::broken(format!("bodies name {first:?}, the conversation is {id:?}")),
        None if is_derived(first) => Finding::held(*first),
        None => Finding::broken(format!(
            "bodies name {first:?}, not temporal_ and 8 hex digits"
        )),
    }
}

fn is_derived(session: &str) -> bool {
    session.strip_prefix("temporal_").is_some_and(|hex| {
        hex.len() == 8 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn failures_counted(run: &RunEvidence) -> Finding {
    if run.deliveries.is_empty() {
        return Finding::not_judged("nothing was posted");
    }
    let raw = run.raw_result.as_ref();
    let reported = run.result.as_ref().and_then(|result| {
        raw?.get("events_sent")?;
        Some((result.events_sent, result.events_failed))
    });
    let beat = || {
        run.beats
            .iter()
            .rev()
            .find_map(|beat| counts(&beat.details))
    };
    let Some((sent, failed)) = reported.or_else(beat) else {
        return Finding::not_judged("neither the result nor a heartbeat counts events");
    };
    match (sent, failed) {
        (0, 0) => Finding::broken("no event is counted at all"),
        (0, failed) => Finding::held(format!("{failed} events failed")),
        (sent, failed) => Finding::broken(format!(
            "none was taken, and {sent} are counted as sent, {failed} as failed"
        )),
    }
}

fn survived(run: &RunEvidence) -> Finding {
    match &run.result {
        None => Finding::broken(format!(
            "the workflow gave no result: {}",
            run.failure.as_deref().unwrap_or("no reason was given")
        )),
        Some(result) if result.status == RunStatus::Completed => {
            Finding::held(format!("{} ms", run.duration.as_millis()))
        }
        Some(result) => Finding::broken(format!(
            "the status is {:?}: {}",
            result.status,
            result.error.as_deref().unwrap_or("no error was given")
        )),
    }
}

fn done_attempted(run: &RunEvidence) -> Finding {
    let is_done = |delivery: &Delivery| delivery.kind == "done";
    match run.deliveries.last() {
        None => Finding::broken("nothing was posted"),
        Some(last) if is_done(last) => {
            Finding::held(format!("the last of {} requests", run.deliveries.len()))
        }
        Some(last) => Finding::broken(format!(
            "the last of {} requests was {}",
            run.deliveries.len(),
            last.kind
        )),
    }
}

fn hang_bounded(run: &RunEvidence, answered: &RunEvidence) -> Finding {
    let more = run.duration.saturating_sub(answered.duration);
    let said = format!(
        "{:.1} s instead of {:.1} s",
        run.duration.as_secs_f64(),
        answered.duration.as_secs_f64()
    );
    match more <= BUDGET {
        true => Finding::held(said),
        false => Finding::broken(said),
    }
}
