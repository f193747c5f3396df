//! Secrets stay where they are.

use super::RunEvidence;
use super::check::{Check, Finding, Judge, Severity};

const WHY: &str = "whoever reads it there can read the whole database, or more";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "security.no-secret-in-stream",
        asserts: "no event holds a password, a key or a connection's URI",
        why: WHY,
        severity: Severity::Critical,
        judge: Judge::Every(in_stream),
    },
    Check {
        id: "security.no-secret-in-result",
        asserts: "no result holds a password, a key or a connection's URI",
        why: WHY,
        severity: Severity::Critical,
        judge: Judge::Every(in_result),
    },
    Check {
        id: "security.no-secret-in-history",
        asserts: "neither history nor heartbeats hold a password, a key or a connection's URI",
        why: WHY,
        severity: Severity::Critical,
        judge: Judge::Every(in_history),
    },
    Check {
        id: "security.no-secret-in-output",
        asserts: "the worker's output holds no password, key or connection's URI",
        why: WHY,
        severity: Severity::Critical,
        judge: Judge::Every(in_output),
    },
];

/// Looks for every secret in texts, each with the name of its place.
fn look<'a>(run: &RunEvidence, texts: impl Iterator<Item = (String, &'a str)>) -> Finding {
    if run.facts.secrets.is_empty() {
        return Finding::not_judged("no secret is known to look for");
    }
    let mut looked = 0;
    for (place, text) in texts {
        looked += 1;
        let found = run
            .facts
            .secrets
            .iter()
            .find(|(_, secret)| !secret.reveal().is_empty() && text.contains(secret.reveal()));
        if let Some((name, _)) = found {
            return Finding::broken(format!("{place} holds {name}"));
        }
    }
    match looked {
        0 => Finding::not_judged("there is nothing to look at"),
        1 => Finding::held("1 text"),
        many => Finding::held(format!("{many} texts")),
    }
}

fn in_stream(run: &RunEvidence) -> Finding {
    let events: Vec<_> = run
        .events
        .iter()
        .map(|seen| {
            let json = serde_json::to_string(&seen.event).unwrap_or_default();
            (format!("a {} event", seen.event.kind()), json)
        })
        .collect();
    look(
        run,
        events
            .iter()
            .map(|(place, text)| (place.clone(), text.as_str())),
    )
}

fn in_result(run: &RunEvidence) -> Finding {
    let result = run.raw_result.as_ref().map(ToString::to_string);
    let texts = [
        ("the result", result.as_deref()),
        ("the failure", run.failure.as_deref()),
    ];
    look(
        run,
        texts
            .into_iter()
            .filter_map(|(place, text)| Some((place.to_owned(), text?))),
    )
}

fn in_history(run: &RunEvidence) -> Finding {
    let history = [("the history".to_owned(), run.history_texts.as_str())];
    let beats = run
        .beats
        .iter()
        .map(|beat| ("a heartbeat".to_owned(), beat.details.as_str()));
    look(run, history.into_iter().chain(beats))
}

fn in_output(run: &RunEvidence) -> Finding {
    let output = run.facts.output.as_deref();
    look(
        run,
        output
            .into_iter()
            .map(|text| ("the output".to_owned(), text)),
    )
}
