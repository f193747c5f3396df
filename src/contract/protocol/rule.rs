//! The rules, by name.

use serde::{Deserialize, Serialize};

/// A rule that a stream must obey. The ids are stable: people name them in pull requests and configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Rule {
    /// Known events have their fields, of the right types (contract §5).
    #[serde(rename = "stream.fields")]
    Fields,
    /// A run ends with `done` (contract §3).
    #[serde(rename = "stream.ends-with-done")]
    EndsWithDone,
    /// A run has no second `done` (contract §3).
    #[serde(rename = "stream.done-once")]
    DoneOnce,
    /// Nothing else follows `done` (contract §5).
    #[serde(rename = "stream.nothing-after-done")]
    NothingAfterDone,
    /// The result in `done` keeps the rules of contract §2.
    #[serde(rename = "stream.done-result")]
    DoneResult,
    /// A run whose stream has an `error` has not completed (contract §2 and §5).
    #[serde(rename = "stream.error-means-failed")]
    ErrorMeansFailed,
    /// The tokens joined are the answer (contract §5).
    #[serde(rename = "stream.tokens-join")]
    TokensJoin,
    /// Every `tool_start` has its `tool_end`, and the other way round (contract §5).
    #[serde(rename = "stream.tools-paired")]
    ToolsPaired,
    /// `sql_result` comes right after the `tool_end` of `sql_query` (contract §5).
    #[serde(rename = "stream.sql-result-after-tool-end")]
    SqlResultAfterToolEnd,
    /// `sql_result` names a statement that the result lists (contract §2 and §5).
    #[serde(rename = "stream.sql-reported")]
    SqlReported,
    /// The rows of `sql_result` agree with its columns and its count (contract §5).
    #[serde(rename = "stream.sql-rows")]
    SqlRows,
    /// `chart_config` comes right after `sql_result` (contract §5).
    #[serde(rename = "stream.chart-after-sql-result")]
    ChartAfterSqlResult,
    /// `memory_loaded` and `skill_loaded` come before the agent starts (contract §5).
    #[serde(rename = "stream.knowledge-first")]
    KnowledgeFirst,
    /// The attempt never falls within a run (contract §3).
    #[serde(rename = "stream.attempts-monotonic")]
    AttemptsMonotonic,
    /// Numbers within an attempt are 1, 2, 3… (contract §3).
    #[serde(rename = "stream.seq-gapless")]
    SeqGapless,
}

impl Rule {
    /// Every rule, in the order in which they are reported.
    pub const ALL: [Self; 15] = [
        Self::Fields,
        Self::EndsWithDone,
        Self::DoneOnce,
        Self::NothingAfterDone,
        Self::DoneResult,
        Self::ErrorMeansFailed,
        Self::TokensJoin,
        Self::ToolsPaired,
        Self::SqlResultAfterToolEnd,
        Self::SqlReported,
        Self::SqlRows,
        Self::ChartAfterSqlResult,
        Self::KnowledgeFirst,
        Self::AttemptsMonotonic,
        Self::SeqGapless,
    ];

    /// The stable name.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Fields => "stream.fields",
            Self::EndsWithDone => "stream.ends-with-done",
            Self::DoneOnce => "stream.done-once",
            Self::NothingAfterDone => "stream.nothing-after-done",
            Self::DoneResult => "stream.done-result",
            Self::ErrorMeansFailed => "stream.error-means-failed",
            Self::TokensJoin => "stream.tokens-join",
            Self::ToolsPaired => "stream.tools-paired",
            Self::SqlResultAfterToolEnd => "stream.sql-result-after-tool-end",
            Self::SqlReported => "stream.sql-reported",
            Self::SqlRows => "stream.sql-rows",
            Self::ChartAfterSqlResult => "stream.chart-after-sql-result",
            Self::KnowledgeFirst => "stream.knowledge-first",
            Self::AttemptsMonotonic => "stream.attempts-monotonic",
            Self::SeqGapless => "stream.seq-gapless",
        }
    }

    /// What is asserted, in one sentence.
    pub const fn asserts(self) -> &'static str {
        match self {
            Self::Fields => "every event of a known type has its fields, of the right types",
            Self::EndsWithDone => "every run ends with done",
            Self::DoneOnce => "a run has exactly one done",
            Self::NothingAfterDone => "nothing follows done",
            Self::DoneResult => "the result in done is whole and keeps its own rules",
            Self::ErrorMeansFailed => "a run with an error event is not reported as completed",
            Self::TokensJoin => "the joined tokens equal final_answer",
            Self::ToolsPaired => "every tool_start has its tool_end",
            Self::SqlResultAfterToolEnd => {
                "sql_result comes right after the tool_end of its sql_query"
            }
            Self::SqlReported => "every sql_result names a statement of sql_queries",
            Self::SqlRows => "the rows of every sql_result agree with its columns and its count",
            Self::ChartAfterSqlResult => "chart_config comes right after sql_result",
            Self::KnowledgeFirst => {
                "memory_loaded and skill_loaded come before anything the agent does"
            }
            Self::AttemptsMonotonic => "attempts never go back",
            Self::SeqGapless => "the numbers of an attempt are 1, 2, 3 and so on",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_lists_every_rule() {
        let contract = include_str!("../../../docs/contract.md");
        for rule in Rule::ALL {
            let row = format!("| `{}` | {} |\n", rule.id(), rule.asserts());
            assert!(contract.contains(&row), "{row}");
        }
    }

    #[test]
    fn ids_are_unique_and_are_what_json_shows() {
        for (at, rule) in Rule::ALL.into_iter().enumerate() {
            assert_eq!(
                serde_json::to_value(rule).expect("serialises"),
                serde_json::Value::from(rule.id())
            );
            assert!(!Rule::ALL[..at].iter().any(|other| other.id() == rule.id()));
        }
    }
}
