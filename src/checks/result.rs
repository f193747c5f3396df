//! The result, next to the stream and to the same run without one.

use super::check::{Check, Finding, Judge, Severity};
use super::{RunEvidence, Scenario};
use crate::contract::protocol::{first_difference, wrong_result};
use crate::contract::{ChatResult, Event, RunStatus};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "result.completed-with-answer",
        asserts: "the workflow completed with a non-empty final_answer",
        why: "a run without an answer, or with an empty one, is no answer to whoever asked",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, completed_with_answer),
    },
    Check {
        id: "result.whole",
        asserts: "every result has all its keys, of the right types, and keeps its own rules",
        why: "callers of KAI read these keys without asking",
        severity: Severity::Major,
        judge: Judge::Every(whole),
    },
    Check {
        id: "result.equals-done",
        asserts: "the workflow's result is the one that done carries",
        why: "whoever reads the stream and whoever waits for the workflow would learn different things",
        severity: Severity::Major,
        judge: Judge::Every(equals_done),
    },
    Check {
        id: "result.same-without-callback",
        asserts: "the same question has the same answer and SQL without a callback URL",
        why: "listening must not change what is answered",
        severity: Severity::Major,
        judge: Judge::Beside(Scenario::Quiet, same_without_callback),
    },
    Check {
        id: "result.failed-when-database-gone",
        asserts: "a run whose database cannot be reached does not end as completed",
        why: "\"completed\" after a failure makes every dashboard and every retry believe in an answer",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::DatabaseGone, failed_when_gone),
    },
    Check {
        id: "result.events-counted",
        asserts: "events_sent is the number of events that the receiver acknowledged",
        why: "a caller could not tell \"no stream\" from \"no events\"",
        severity: Severity::Minor,
        judge: Judge::Run(Scenario::Answered, events_counted),
    },
    Check {
        id: "answer.matches-tokens",
        asserts: "the joined tokens equal final_answer",
        why: "pieces that are lost or repeated change figures: Rp 1.000 is not Rp 1.00",
        severity: Severity::Critical,
        judge: Judge::Every(matches_tokens),
    },
];

fn completed_with_answer(run: &RunEvidence) -> Finding {
    let Some(result) = &run.result else {
        let why = run.failure.as_deref().unwrap_or("no reason was given");
        return Finding::broken(format!("the workflow gave no result: {why}"));
    };
    if result.status != RunStatus::Completed {
        let why = result.error.as_deref().unwrap_or("no error was given");
        return Finding::broken(format!("the status is {:?}: {why}", result.status));
    }
    match result.final_answer.trim() {
        "" => Finding::broken("final_answer is empty"),
        answer => Finding::held(format!("{} characters", answer.chars().count())),
    }
}

fn whole(run: &RunEvidence) -> Finding {
    let Some(raw) = &run.raw_result else {
        return Finding::not_judged("there is no result");
    };
    let wrong = wrong_result(raw);
    match wrong.is_empty() {
        true => Finding::held("all keys"),
        false => Finding::broken(wrong.join("; ")),
    }
}

fn equals_done(run: &RunEvidence) -> Finding {
    let (Some(result), true) = (&run.result, run.streamed) else {
        return Finding::not_judged("there is no result, or no stream");
    };
    let Some(done) = run.done() else {
        return Finding::broken("the stream has no done with a result");
    };
    // Both count deliveries, and `done` is one itself.
    let said = |result: &ChatResult| ChatResult {
        events_sent: 0,
        events_failed: 0,
        ..result.clone()
    };
    let (done, result) = (said(&done), said(result));
    if done == result {
        return Finding::held("they are the same");
    }
    let differ: Vec<_> = [
        ("task_id", done.task_id != result.task_id),
        ("status", done.status != result.status),
        ("final_answer", done.final_answer != result.final_answer),
        ("sql_queries", done.sql_queries != result.sql_queries),
        (
            "execution_time_ms",
            done.execution_time_ms != result.execution_time_ms,
        ),
        ("error", done.error != result.error),
        ("mission_id", done.mission_id != result.mission_id),
        (
            "stages_completed",
            done.stages_completed != result.stages_completed,
        ),
    ]
    .into_iter()
    .filter_map(|(key, differs)| differs.then_some(key))
    .collect();
    Finding::broken(format!("they differ in {}", differ.join(", ")))
}

fn same_without_callback(run: &RunEvidence, answered: &RunEvidence) -> Finding {
    match (&run.result, &answered.result) {
        (None, _) => Finding::broken(format!(
            "without a callback URL there is no result: {}",
            run.failure.as_deref().unwrap_or("no reason was given")
        )),
        (_, None) => Finding::not_judged("with a callback URL there is no result to compare with"),
        (Some(quiet), Some(streamed)) => {
            let same = quiet.status == streamed.status
                && quiet.final_answer == streamed.final_answer
                && quiet.sql_queries == streamed.sql_queries;
            match same {
                true => Finding::held("status, answer and SQL are the same"),
                false => Finding::broken(format!(
                    "without: {:?} {:?} {:?}; with: {:?} {:?} {:?}",
                    quiet.status,
                    quiet.final_answer,
                    quiet.sql_queries,
                    streamed.status,
                    streamed.final_answer,
                    streamed.sql_queries
                )),
            }
        }
    }
}

fn failed_when_gone(run: &RunEvidence) -> Finding {
    match &run.result {
        None => Finding::held(format!(
            "the workflow failed: {}",
            run.failure.as_deref().unwrap_or("no reason was given")
        )),
        Some(result) if result.status == RunStatus::Completed => Finding::broken(format!(
            "it ended as completed, with the answer {:?}",
            result.final_answer.chars().take(80).collect::<String>()
        )),
        Some(result) => Finding::held(format!("the status is {:?}", result.status)),
    }
}

fn events_counted(run: &RunEvidence) -> Finding {
    let raw = run
        .raw_result
        .as_ref()
        .and_then(|raw| raw.get("events_sent"));
    let (Some(result), Some(_)) = (&run.result, raw) else {
        return Finding::not_judged("the result has no events_sent");
    };
    // The result is that of one attempt, and so is what it counts.
    let last = run
        .deliveries
        .iter()
        .filter_map(|delivery| delivery.attempt)
        .max();
    let mut acknowledged: Vec<_> = run
        .deliveries
        .iter()
        .filter(|delivery| delivery.status == Some(200) && delivery.attempt == last)
        .collect();
    // A repetition is the same event.
    acknowledged.dedup_by_key(|delivery| match (delivery.attempt, delivery.seq) {
        (Some(attempt), Some(seq)) => Ok((attempt, seq)),
        _ => Err(delivery.at),
    });
    match acknowledged.len() as u64 {
        there if there == result.events_sent => Finding::held(format!("{there} events")),
        there => Finding::broken(format!(
            "the receiver acknowledged {there} events, events_sent is {}",
            result.events_sent
        )),
    }
}

fn matches_tokens(run: &RunEvidence) -> Finding {
    let Some(result) = &run.result else {
        return Finding::not_judged("there is no result");
    };
    if !run.streamed {
        return Finding::not_judged("no callback URL was given, so there are no tokens");
    }
    let events: Vec<_> = run.last_run().collect();
    let last_attempt = events.iter().filter_map(|seen| seen.attempt()).max();
    let tokens: Vec<&str> = events
        .iter()
        .filter(|seen| seen.attempt() == last_attempt)
        .filter_map(|seen| match &seen.event {
            Event::Token { content } => Some(content.as_str()),
            _ => None,
        })
        .collect();
    if tokens.is_empty() && result.status == RunStatus::Failed {
        return Finding::not_judged("the run failed without an answer");
    }
    if tokens.is_empty() {
        return Finding::broken("no token was received");
    }
    let joined = tokens.concat();
    if joined == result.final_answer {
        return Finding::held(format!("{} tokens", tokens.len()));
    }
    Finding::broken(first_difference(&joined, &result.final_answer))
}
