//! The rules of the stream, judged by what a subscriber saw.

use super::RunEvidence;
use super::check::{Check, Finding, Judge, Severity};
use super::evidence::after_done;
use crate::contract::protocol::Rule;

/// How many violations of one rule are shown; the rest are counted.
const SHOWN: usize = 3;

/// One check for each rule.
pub(super) const CHECKS: [Check; Rule::ALL.len()] = {
    let mut checks = [check(Rule::Fields); Rule::ALL.len()];
    let mut at = 0;
    while at < checks.len() {
        checks[at] = check(Rule::ALL[at]);
        at += 1;
    }
    checks
};

const fn check(rule: Rule) -> Check {
    let (severity, why) = meaning(rule);
    Check {
        id: rule.id(),
        asserts: rule.asserts(),
        why,
        severity,
        judge: Judge::Rule(rule),
    }
}

const fn meaning(rule: Rule) -> (Severity, &'static str) {
    match rule {
        Rule::Fields => (
            Severity::Major,
            "clients read these fields without asking, and break where one is missing",
        ),
        Rule::EndsWithDone => (
            Severity::Critical,
            "whoever listens waits until the stream times out, and never learns the end",
        ),
        Rule::DoneOnce => (
            Severity::Critical,
            "the second done ends the next stream of the session at once",
        ),
        Rule::NothingAfterDone => (
            Severity::Major,
            "clients have closed the stream by then, and what follows is lost",
        ),
        Rule::DoneResult => (
            Severity::Major,
            "clients take the result from done, and must be able to rely on it",
        ),
        Rule::ErrorMeansFailed => (
            Severity::Critical,
            "a failure that is reported as success is believed",
        ),
        Rule::TokensJoin => (
            Severity::Critical,
            "pieces that are lost or repeated change figures in the answer",
        ),
        Rule::ToolsPaired => (
            Severity::Major,
            "a tool call without an end is shown as running for ever",
        ),
        Rule::SqlResultAfterToolEnd => (
            Severity::Minor,
            "clients attach the rows to the call that they come after",
        ),
        Rule::SqlReported => (
            Severity::Critical,
            "rows whose statement is not reported cannot be traced to what was executed",
        ),
        Rule::SqlRows => (
            Severity::Major,
            "a table that does not agree with itself misleads whoever reads it",
        ),
        Rule::ChartAfterSqlResult => (
            Severity::Minor,
            "clients draw the chart from the rows that it comes after",
        ),
        Rule::KnowledgeFirst => (
            Severity::Minor,
            "clients show what the agent knows before what it does",
        ),
        Rule::AttemptsMonotonic => (
            Severity::Critical,
            "events of two attempts are mixed into one answer",
        ),
        Rule::SeqGapless => (
            Severity::Critical,
            "events were lost on the way, and nobody else would notice",
        ),
    }
}

/// What was posted after the end of its run, where that breaks the rule. The receiver knows all of it; whether a subscriber still
/// got it, or had closed its stream, is a race.
fn posted_after_done(rule: Rule, run: &RunEvidence) -> Vec<String> {
    let done = match rule {
        Rule::DoneOnce => true,
        Rule::NothingAfterDone => false,
        _ => return Vec::new(),
    };
    after_done(&run.deliveries)
        .into_iter()
        .filter(|late| (late.kind == "done") == done)
        .map(|late| {
            let number = late.seq.map(|seq| format!(" (number {seq})"));
            format!(
                "{}{} was posted after the run's done",
                late.kind,
                number.unwrap_or_default()
            )
        })
        .collect()
}

/// What a run's stream says of one rule.
pub(super) fn finding(rule: Rule, run: &RunEvidence) -> Finding {
    if !run.streamed {
        return Finding::not_judged("no callback URL was given, so nothing was streamed");
    }
    let mut broken = posted_after_done(rule, run);
    if broken.is_empty() {
        let stream = run.violations().into_iter();
        let of_rule = stream.filter(|broken| broken.rule == rule);
        broken = of_rule.map(|broken| broken.place_and_detail()).collect();
    }
    if broken.is_empty() {
        return Finding::held(match run.events.len() {
            1 => "1 event".to_owned(),
            many => format!("{many} events"),
        });
    }
    let more = broken.len().saturating_sub(SHOWN);
    broken.truncate(SHOWN);
    if more > 0 {
        broken.push(format!("and {more} more"));
    }
    Finding::broken(broken.join("; "))
}
