//! When a subscriber saw what.

use std::time::{Duration, SystemTime};

use super::check::{Check, Finding, Judge, Severity, Standing};
use super::{RunEvidence, Scenario};

const BEFORE_THE_END: [&str; 3] = ["tool_start", "token", "tool_end"];

/// How long a user waits before believing that nothing happens.
const FIRST_EVENT: Duration = Duration::from_secs(10);
/// How long a user waits for the beginning of an answer.
const FIRST_TOKEN: Duration = Duration::from_secs(120);
/// The silence after which proxies close connections.
const SILENCE: Duration = Duration::from_secs(60);

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "stream.before-end",
        asserts: "tool_start, token and tool_end reached a subscriber before the workflow ended",
        why: "a stream that comes all at once in the end is no stream",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Answered, before_end),
    },
    Check {
        id: "stream.while-it-runs",
        asserts: "the tool_start of a statement reaches a subscriber while the statement runs",
        why: "events that are held back until the run has ended show nothing of what takes long",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Cancelled, while_it_runs),
    },
    Check {
        id: "timing.first-event",
        asserts: "the first event comes within 10 s",
        why: "a user who sees nothing asks again",
        severity: Severity::Minor,
        judge: Judge::Run(Scenario::Answered, first_event),
    },
    Check {
        id: "timing.first-token",
        asserts: "the answer begins within 120 s",
        why: "a user who sees no answer asks again",
        severity: Severity::Minor,
        judge: Judge::Run(Scenario::Answered, first_token),
    },
    Check {
        id: "timing.longest-silence",
        asserts: "no two events of a run are more than 60 s apart",
        why: "proxies and clients close a stream that says nothing for so long",
        severity: Severity::Minor,
        judge: Judge::Run(Scenario::Answered, longest_silence),
    },
];

fn while_it_runs(run: &RunEvidence) -> Finding {
    let Some((since, waited)) = run.facts.waited else {
        return Finding::not_judged("no statement of the run was made to wait");
    };
    let Some(until) = since.checked_add(waited) else {
        return Finding::not_judged("the wait has no end");
    };
    let mut starts = run
        .events
        .iter()
        .filter(|seen| seen.event.kind() == "tool_start");
    let came = starts.clone().filter(|seen| seen.received_at <= until);
    match (came.count(), starts.next()) {
        (0, None) => Finding::broken("no tool_start was received"),
        (0, Some(first)) => Finding::broken(format!(
            "the first came {} ms after the statement had waited for {:.1} s",
            since_until(until, first.received_at),
            waited.as_secs_f64()
        )),
        (many, _) => Finding::held(format!("{many} came while the statement waited")),
    }
}

/// The milliseconds from one time to a later one.
fn since_until(from: SystemTime, to: SystemTime) -> u128 {
    to.duration_since(from).unwrap_or_default().as_millis()
}

fn before_end(run: &RunEvidence) -> Finding {
    if !run.streamed {
        return Finding::not_judged("no callback URL was given, so nothing was streamed");
    }
    let Some(ended_at) = run.ended_at() else {
        return Finding::broken("the history has no end to compare with");
    };
    let mut leads = Vec::new();
    for kind in BEFORE_THE_END {
        let Some(first) = run.events.iter().find(|seen| seen.event.kind() == kind) else {
            return Finding::broken(format!("no {kind} was received"));
        };
        match ended_at.duration_since(first.received_at) {
            Ok(lead) => leads.push(format!("{kind} {} ms", lead.as_millis())),
            Err(late) => {
                return Finding::broken(format!(
                    "the first {kind} was received {} ms after the workflow had ended",
                    late.duration().as_millis()
                ));
            }
        }
    }
    Finding::held(format!("before the end: {}", leads.join(", ")))
}

fn first_event(run: &RunEvidence) -> Finding {
    let first = run.events.first().map(|seen| seen.received_at);
    let found = since_start(run, first, FIRST_EVENT);
    match run.lost_task() {
        Some(lost) if found.standing == Standing::Broken && lost.at < first => {
            Finding::not_judged(format!(
                "{}, of which Temporal waited for a workflow task that a busy Temporal may have handed to nobody (event {})",
                found.evidence, lost.id
            ))
        }
        _ => found,
    }
}

fn first_token(run: &RunEvidence) -> Finding {
    let mut tokens = run
        .events
        .iter()
        .filter(|seen| seen.event.kind() == "token");
    let first = tokens.next().map(|seen| seen.received_at);
    since_start(run, first, FIRST_TOKEN)
}

fn since_start(run: &RunEvidence, first: Option<SystemTime>, bound: Duration) -> Finding {
    if !run.streamed {
        return Finding::not_judged("no callback URL was given, so nothing was streamed");
    }
    let (Some(started), Some(first)) = (run.started_at, first) else {
        return Finding::not_judged("there was none");
    };
    let took = first.duration_since(started).unwrap_or_default();
    let said = format!("after {} ms", took.as_millis());
    match took <= bound {
        true => Finding::held(said),
        false => Finding::broken(said),
    }
}

fn longest_silence(run: &RunEvidence) -> Finding {
    if !run.streamed {
        return Finding::not_judged("no callback URL was given, so nothing was streamed");
    }
    let longest = run
        .events
        .windows(2)
        .filter_map(|pair| match pair {
            [one, next] => Some((
                next.received_at
                    .duration_since(one.received_at)
                    .unwrap_or_default(),
                one.event.kind(),
            )),
            _ => None,
        })
        .max();
    let Some((longest, kind)) = longest else {
        return Finding::not_judged("there are no two events");
    };
    let said = format!("{} ms after {kind}", longest.as_millis());
    match longest <= SILENCE {
        true => Finding::held(said),
        false => Finding::broken(said),
    }
}
