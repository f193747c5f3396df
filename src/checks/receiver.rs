//! What the receiver promises to its subscribers (contract §4).

use super::check::{Check, Finding, Judge, Severity};
use super::evidence::after_done;
use super::{Delivery, RunEvidence, Scenario, SeenEvent};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "receiver.all-subscribers-alike",
        asserts: "every subscriber of a session gets every event, in the same order",
        why: "a queue that is shared splits the events between two open pages",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, alike),
    },
    Check {
        id: "receiver.nothing-lost",
        asserts: "subscribers get every event that the receiver acknowledged",
        why: "an answer with a hole in it is read as whole",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, nothing_lost),
    },
    Check {
        id: "receiver.sessions-freed",
        asserts: "a receiver that is full takes another session once one has ended",
        why: "a receiver that never forgets ends when its memory does",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Answered, freed),
    },
];

/// Events by what they are; when they came is each subscriber's own.
fn events(seen: &[SeenEvent]) -> Vec<(String, String)> {
    seen.iter()
        .map(|seen| {
            let id = seen.id.map(|id| id.to_string()).unwrap_or_default();
            (id, serde_json::to_string(&seen.event).unwrap_or_default())
        })
        .collect()
}

/// What there is of a stream up to its `done`: there a subscriber may close it.
fn whole(seen: &[SeenEvent]) -> Option<&[SeenEvent]> {
    let at = seen.iter().position(|seen| seen.event.kind() == "done")?;
    seen.get(..=at)
}

fn alike(run: &RunEvidence) -> Finding {
    if run.others.is_empty() {
        return Finding::not_judged("there was one subscriber only");
    }
    if whole(&run.events).is_none() && run.others.iter().all(|(_, seen)| whole(seen).is_none()) {
        // By the receiver's account: subscribers that take events from each other may be left without it.
        let taken = |delivery: &Delivery| delivery.kind == "done" && delivery.status == Some(200);
        return match run.deliveries.iter().any(taken) {
            true => Finding::broken("the receiver took a done, and no subscriber has it"),
            false => Finding::not_judged("the stream has no done, so it ended for nobody"),
        };
    }
    let first = events(whole(&run.events).unwrap_or(&run.events));
    for (name, seen) in &run.others {
        let other = events(whole(seen).unwrap_or(seen));
        if other == first {
            continue;
        }
        let same = first
            .iter()
            .zip(&other)
            .take_while(|(one, two)| one == two)
            .count();
        let at = |list: &[(String, String)]| {
            list.get(same).map_or_else(
                || "nothing".to_owned(),
                |(id, json)| format!("{id} {}", json.chars().take(60).collect::<String>()),
            )
        };
        return Finding::broken(format!(
            "{name} has {} events, the first subscriber {}; they part at event {}: {} instead of {}",
            other.len(),
            first.len(),
            same + 1,
            at(&other),
            at(&first)
        ));
    }
    Finding::held(format!(
        "{} subscribers, {} events each",
        run.others.len() + 1,
        first.len()
    ))
}

fn nothing_lost(run: &RunEvidence) -> Finding {
    if !run.streamed || run.deliveries.is_empty() {
        return Finding::not_judged("nothing was posted");
    }
    let late = after_done(&run.deliveries);
    let mut acknowledged: Vec<_> = run
        .deliveries
        .iter()
        .filter(|delivery| delivery.status == Some(200))
        // Nobody need read on after done.
        .filter(|delivery| !late.contains(delivery))
        .map(|delivery| delivery.kind.as_str())
        .collect();
    // A repetition under one number is one event.
    let repeated = run.deliveries.windows(2).filter(|pair| match pair {
        [one, next] => one.seq.is_some() && (one.attempt, one.seq) == (next.attempt, next.seq),
        _ => false,
    });
    let repeated = repeated.count();
    let there = acknowledged.len() - repeated.min(acknowledged.len());
    if there <= run.events.len() {
        return Finding::held(format!("{} of {there} events", run.events.len()));
    }
    for seen in &run.events {
        if let Some(at) = acknowledged
            .iter()
            .position(|kind| *kind == seen.event.kind())
        {
            acknowledged.remove(at);
        }
    }
    Finding::broken(format!(
        "{there} events were acknowledged, {} reached the subscriber; among the missing: {}",
        run.events.len(),
        acknowledged.first().copied().unwrap_or("one")
    ))
}

fn freed(run: &RunEvidence) -> Finding {
    match run.facts.freed {
        None => Finding::not_judged("no receiver was filled"),
        Some(true) => Finding::held("a session that has ended gave its place to another"),
        Some(false) => Finding::broken("the session that has ended kept its place"),
    }
}
