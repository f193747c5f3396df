//! The result of a run (contract §2).

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// The agent answered.
    Completed,
    /// The agent failed; `error` says why.
    Failed,
    /// The agent answered, but a part of its work is missing.
    Partial,
}

/// What `chat_streaming` and `KaiChatWorkflow` return, and what `done` carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatResult {
    /// 32 lower-case hex digits.
    pub task_id: String,
    /// How the run ended.
    pub status: RunStatus,
    /// The answer; not empty when completed, and equal to the joined `token` events.
    pub final_answer: String,
    /// Every statement that was executed, in order, exactly as sent to Postgres.
    #[serde(default)]
    pub sql_queries: Vec<String>,
    /// The run's duration in milliseconds.
    pub execution_time_ms: u64,
    /// Why the run failed.
    #[serde(default)]
    pub error: Option<String>,
    /// Always empty: kept for KAI's callers.
    #[serde(default)]
    pub mission_id: String,
    /// The agent's stages, in order.
    #[serde(default)]
    pub stages_completed: Vec<String>,
    /// Events that the receiver acknowledged. Ours: absent from KAI's own result.
    #[serde(default)]
    pub events_sent: u64,
    /// Events that could not be delivered. Ours: absent from KAI's own result.
    #[serde(default)]
    pub events_failed: u64,
    /// What the model's turns cost together. Ours: absent when the model does not say, as the offline analyst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<TokenUsage>,
}

/// How many tokens a language model's server counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Tokens of the requests.
    pub prompt_tokens: u64,
    /// Tokens that the model produced, reasoning included.
    pub completion_tokens: u64,
}

impl std::ops::AddAssign for TokenUsage {
    fn add_assign(&mut self, other: Self) {
        self.prompt_tokens = self.prompt_tokens.saturating_add(other.prompt_tokens);
        self.completion_tokens = self
            .completion_tokens
            .saturating_add(other.completion_tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn serialises_to_the_keys_of_the_contract() {
        let wire = json!({
            "task_id": "0123456789abcdef0123456789abcdef", "status": "completed", "final_answer": "42",
            "sql_queries": ["SELECT 1"], "execution_time_ms": 12, "error": null, "mission_id": "",
            "stages_completed": ["plan"], "events_sent": 9, "events_failed": 0
        });
        let result: ChatResult = serde_json::from_value(wire.clone()).expect("a whole result");
        assert_eq!(serde_json::to_value(&result).expect("serialises"), wire);
    }

    #[test]
    fn the_usage_is_a_key_of_its_own_where_there_is_one() {
        let wire = json!({"task_id": "t", "status": "completed", "final_answer": "42", "execution_time_ms": 1,
                          "usage": {"prompt_tokens": 7, "completion_tokens": 3}});
        let mut result: ChatResult = serde_json::from_value(wire.clone()).expect("a result");
        assert_eq!(
            serde_json::to_value(&result).expect("serialises")["usage"],
            wire["usage"]
        );
        result.usage = None;
        let without = serde_json::to_value(&result).expect("serialises");
        assert_eq!(without.get("usage"), None);
    }

    #[test]
    fn reads_the_result_of_a_worker_that_knows_only_kai() {
        let wire = json!({"task_id": "t", "status": "failed", "final_answer": "", "execution_time_ms": 1, "error": "x"});
        let result: ChatResult = serde_json::from_value(wire).expect("our keys are optional");
        assert_eq!((result.status, result.events_sent), (RunStatus::Failed, 0));
    }
}
