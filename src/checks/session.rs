//! Sessions, runs and attempts are told apart.

use super::check::{Check, Finding, Judge, Severity};
use super::{RunEvidence, Scenario};
use crate::contract::{Event, RunStatus};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "session.isolated",
        asserts: "of two runs at the same time each session has its own run's events only",
        why: "one user would read the answer to another one's question",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::TwoAtOnce, isolated),
    },
    Check {
        id: "session.second-run-whole",
        asserts: "a second run in a session is streamed whole, up to its own done",
        why: "a leftover of the first run would end the second one's stream at once",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Again, second_run),
    },
    Check {
        id: "session.attempts-apart",
        asserts: "the events of a second attempt say that they are, and make a whole run by themselves",
        why: "the beginning of the first attempt would be read as a part of the answer",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::TakenOver, attempts_apart),
    },
    Check {
        id: "session.taken-over",
        asserts: "a run whose worker was killed is completed by the next one",
        why: "every crash and every deployment would lose the runs of the moment",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::TakenOver, taken_over),
    },
];

/// The tokens of the last attempt of the last run.
fn answer(run: &RunEvidence) -> String {
    let events: Vec<_> = run.last_run().collect();
    let last = events.iter().filter_map(|seen| seen.attempt()).max();
    events
        .iter()
        .filter(|seen| seen.attempt() == last)
        .filter_map(|seen| match &seen.event {
            Event::Token { content } => Some(content.as_str()),
            _ => None,
        })
        .collect()
}

fn isolated(run: &RunEvidence) -> Finding {
    let Some(other) = &run.facts.other_run else {
        return Finding::not_judged("there was no other run");
    };
    for (own, stranger) in [(run, &**other), (other, run)] {
        let foreign = own
            .deliveries
            .iter()
            .find(|delivery| Some(&delivery.session) == stranger.conversation.as_ref());
        if let Some(foreign) = foreign {
            return Finding::broken(format!(
                "a {} of session {:?} came into the other one",
                foreign.kind, foreign.session
            ));
        }
        let Some(result) = &own.result else {
            return Finding::not_judged("one of the runs gave no result");
        };
        let streamed = answer(own);
        if streamed != result.final_answer {
            let others = stranger.result.as_ref().map(|result| &result.final_answer);
            return Finding::broken(match others == Some(&streamed) {
                true => "a session has the answer of the other one".to_owned(),
                false => format!(
                    "a session's tokens are {:?}, its run's answer is {:?}",
                    streamed.chars().take(80).collect::<String>(),
                    result.final_answer.chars().take(80).collect::<String>()
                ),
            });
        }
    }
    match run.facts.overlapped {
        true => Finding::held("each has its own answer"),
        false => Finding::not_judged("one run had not begun while the other one was under way"),
    }
}

fn second_run(run: &RunEvidence) -> Finding {
    let Some(result) = &run.result else {
        return Finding::not_judged("the second run gave no result");
    };
    let events: Vec<_> = run.last_run().collect();
    let Some(first) = events.first() else {
        return Finding::broken("the second run streamed nothing");
    };
    if first.event.kind() == "done" {
        return Finding::broken("its stream begins with a done");
    }
    match run.done() {
        None => Finding::broken("its stream has no done"),
        Some(done) if done.task_id != result.task_id => {
            Finding::broken("its stream ends with the done of another run")
        }
        Some(_) if answer(run) != result.final_answer => {
            Finding::broken("its tokens are not its own answer")
        }
        Some(_) => Finding::held(format!("{} events", events.len())),
    }
}

fn attempts_apart(run: &RunEvidence) -> Finding {
    if run.activities.iter().all(|activity| activity.attempts < 2) {
        return Finding::not_judged("there was no second attempt");
    }
    let attempts: Vec<_> = run.last_run().filter_map(|seen| seen.attempt()).collect();
    let Some(last) = attempts.iter().max().filter(|last| **last > 1) else {
        return Finding::broken("no event says that it is of a second attempt");
    };
    let violations = run.violations();
    match violations.first() {
        None => Finding::held(format!("attempt {last} streams a whole run")),
        Some(first) => Finding::broken(first.to_string()),
    }
}

fn taken_over(run: &RunEvidence) -> Finding {
    match &run.result {
        Some(result) if result.status == RunStatus::Completed => {
            let attempts = run
                .activities
                .first()
                .map_or(0, |activity| activity.attempts);
            Finding::held(format!("completed by attempt {attempts}"))
        }
        Some(result) => Finding::broken(format!("the status is {:?}", result.status)),
        None => Finding::broken(format!(
            "the workflow gave no result: {}",
            run.failure.as_deref().unwrap_or("no reason was given")
        )),
    }
}
