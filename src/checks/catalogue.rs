//! The list of checks, and how they are run.

use serde::Serialize;

use super::{RunEvidence, answer, sql, stream, temporal};

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
    judge: fn(&RunEvidence) -> Finding,
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

const CATALOGUE: &[Check] = &[
    Check {
        id: "temporal.visible",
        asserts: "the workflow is found in Temporal by a visibility query",
        judge: temporal::visible,
    },
    Check {
        id: "temporal.heartbeat-progress",
        asserts: "Temporal showed the activity's heartbeat progress while it ran",
        judge: temporal::heartbeat_progress,
    },
    Check {
        id: "stream.before-end",
        asserts: "tool_start, token and tool_end reached a subscriber before the workflow ended",
        judge: stream::before_end,
    },
    Check {
        id: "sql.executed-in-postgres",
        asserts: "every reported statement is in Postgres's own log",
        judge: sql::executed_in_postgres,
    },
    Check {
        id: "result.completed-with-answer",
        asserts: "the workflow completed with a non-empty final_answer",
        judge: answer::completed_with_answer,
    },
    Check {
        id: "result.sql-queries",
        asserts: "sql_queries is not empty",
        judge: sql::reported,
    },
    Check {
        id: "answer.matches-tokens",
        asserts: "the joined tokens equal final_answer",
        judge: answer::matches_tokens,
    },
];

/// Every check, in the order in which they are reported.
pub fn catalogue() -> &'static [Check] {
    CATALOGUE
}

/// Runs every check.
pub fn judge(evidence: &RunEvidence) -> Vec<Verdict> {
    CATALOGUE
        .iter()
        .map(|check| {
            let Finding { held, evidence } = (check.judge)(evidence);
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
