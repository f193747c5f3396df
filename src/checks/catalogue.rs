//! The list of checks, and how they are run.

use serde::Serialize;

use super::{RunEvidence, answer, protocol, sql, stream, temporal};
use crate::contract::protocol::Rule;

/// What one check saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether the promise was kept.
    pub held: bool,
    /// What was seen: the figure behind a yes, the contradiction behind a no.
    pub evidence: String,
}

impl Finding {
    pub(super) fn held(evidence: impl Into<String>) -> Self {
        Self {
            held: true,
            evidence: evidence.into(),
        }
    }

    pub(super) fn broken(evidence: impl Into<String>) -> Self {
        Self {
            held: false,
            evidence: evidence.into(),
        }
    }
}

/// One promise of a worker, and the function that judges it.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// A stable name, `family.promise`.
    pub id: &'static str,
    /// What is asserted, in one sentence.
    pub asserts: &'static str,
    judge: Judge,
}

/// How a check comes to its verdict.
#[derive(Debug, Clone, Copy)]
enum Judge {
    /// By looking at all of the evidence.
    By(fn(&RunEvidence) -> Finding),
    /// By the protocol checker's reading of the stream.
    Rule(Rule),
}

impl Check {
    const fn new(
        id: &'static str,
        asserts: &'static str,
        judge: fn(&RunEvidence) -> Finding,
    ) -> Self {
        Self {
            id,
            asserts,
            judge: Judge::By(judge),
        }
    }

    const fn of(rule: Rule) -> Self {
        Self {
            id: rule.id(),
            asserts: rule.asserts(),
            judge: Judge::Rule(rule),
        }
    }
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The check's id.
    pub id: &'static str,
    /// What it asserts.
    pub asserts: &'static str,
    /// Whether the promise was kept.
    pub held: bool,
    /// What was seen.
    pub evidence: String,
}

const CATALOGUE: [Check; 7 + Rule::ALL.len()] = {
    let mut all = [Check::of(Rule::Fields); 7 + Rule::ALL.len()];
    all[0] = Check::new(
        "temporal.visible",
        "the workflow is found in Temporal by a visibility query",
        temporal::visible,
    );
    all[1] = Check::new(
        "temporal.heartbeat-progress",
        "Temporal showed the activity's heartbeat progress while it ran",
        temporal::heartbeat_progress,
    );
    all[2] = Check::new(
        "stream.before-end",
        "tool_start, token and tool_end reached a subscriber before the workflow ended",
        stream::before_end,
    );
    all[3] = Check::new(
        "sql.executed-in-postgres",
        "every reported statement is in Postgres's own log",
        sql::executed_in_postgres,
    );
    all[4] = Check::new(
        "result.completed-with-answer",
        "the workflow completed with a non-empty final_answer",
        answer::completed_with_answer,
    );
    all[5] = Check::new(
        "result.sql-queries",
        "sql_queries is not empty",
        sql::reported,
    );
    all[6] = Check::new(
        "answer.matches-tokens",
        "the joined tokens equal final_answer",
        answer::matches_tokens,
    );
    // The rules of the stream.
    let mut at = 0;
    while at < Rule::ALL.len() {
        all[7 + at] = Check::of(Rule::ALL[at]);
        at += 1;
    }
    all
};

/// Every check, in the order in which they are reported.
pub fn catalogue() -> &'static [Check] {
    &CATALOGUE
}

/// Runs every check.
pub fn judge(evidence: &RunEvidence) -> Vec<Verdict> {
    let stream = evidence.violations();
    CATALOGUE
        .iter()
        .map(|check| {
            let Finding { held, evidence } = match check.judge {
                Judge::By(judge) => judge(evidence),
                Judge::Rule(rule) => protocol::finding(rule, evidence, &stream),
            };
            Verdict {
                id: check.id,
                asserts: check.asserts,
                held,
                evidence,
            }
        })
        .collect()
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
