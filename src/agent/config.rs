//! What an agent is told when it is made, and the defaults where there are any.

use std::time::Duration;

use crate::contract::Secret;

/// Everything that an [`Agent`](super::Agent) needs besides its model.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// Where the agent's knowledge is.
    pub typesense: TypesenseConfig,
    /// The Fernet key under which connection URIs are stored (`ENCRYPT_KEY`).
    pub encrypt_key: Secret,
    /// The language to answer in when the question's own is not clear, as a BCP 47 tag (`AGENT_LANGUAGE`).
    pub language: String,
    /// Bounds of one SQL statement.
    pub sql: SqlLimits,
    /// Bounds of one run.
    pub bounds: LoopBounds,
}

impl AgentConfig {
    /// The defaults around the two things that have none. The language is `id` (Indonesian).
    pub fn new(typesense: TypesenseConfig, encrypt_key: Secret) -> Self {
        Self {
            typesense,
            encrypt_key,
            language: "id".to_owned(),
            sql: SqlLimits::default(),
            bounds: LoopBounds::default(),
        }
    }
}

/// A Typesense server.
#[derive(Debug, Clone)]
pub struct TypesenseConfig {
    /// Its base URL, such as `http://127.0.0.1:8108`. Plain http only.
    pub url: String,
    /// Its API key.
    pub api_key: Secret,
    /// Goes in front of every collection's name; empty for KAI's own names. It keeps worlds on one server apart.
    pub collection_prefix: String,
}

impl TypesenseConfig {
    /// A server with KAI's own collection names.
    pub fn new(url: impl Into<String>, api_key: impl Into<Secret>) -> Self {
        Self {
            url: url.into(),
            api_key: api_key.into(),
            collection_prefix: String::new(),
        }
    }

    /// Puts `prefix` in front of every collection's name.
    #[must_use]
    pub fn with_collection_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.collection_prefix = prefix.into();
        self
    }
}

/// Bounds of one SQL statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlLimits {
    /// How many rows a statement may return; the rest stays in the server, and the result says `truncated`.
    pub max_rows: usize,
    /// How many bytes the rows may take as JSON; the rest is left out, and the result says `truncated`.
    pub max_result_bytes: usize,
    /// How long a statement may run (`statement_timeout`).
    pub statement_timeout: Duration,
    /// How long it may wait for a lock (`lock_timeout`).
    pub lock_timeout: Duration,
    /// How long the server keeps a transaction that the worker does not go on with (`idle_in_transaction_session_timeout`).
    pub transaction_idle_timeout: Duration,
    /// How long opening a connection may take, authentication included.
    pub connect_timeout: Duration,
    /// How long an open connection is kept for the next statement.
    pub idle_timeout: Duration,
    /// How many connections may be in use at once, over all databases; further statements wait. As many again may be
    /// kept for later.
    pub max_connections: usize,
}

impl SqlLimits {
    /// The server's time-outs as settings of the current transaction. Postgres takes 0 for "none" and 32 bits at most.
    pub(super) fn settings(&self) -> String {
        let millis = |limit: Duration| limit.as_millis().clamp(1, i32::MAX as u128);
        format!(
            "SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}; \
             SET LOCAL idle_in_transaction_session_timeout = {}",
            millis(self.statement_timeout),
            millis(self.lock_timeout),
            millis(self.transaction_idle_timeout),
        )
    }
}

impl Default for SqlLimits {
    /// 1,000 rows, 256 KiB, 30 s, 2 s, 15 s, 5 s, 60 s, 16.
    fn default() -> Self {
        Self {
            max_rows: 1_000,
            max_result_bytes: 256 * 1024,
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(2),
            transaction_idle_timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            max_connections: 16,
        }
    }
}

/// Bounds of one run. A run that meets one of them fails and says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopBounds {
    /// How many turns the model gets; 24 (`AGENT_MAX_TURNS`).
    pub iterations: usize,
    /// How many tools it may call; 60 (`AGENT_MAX_TOOL_CALLS`).
    pub tool_calls: usize,
    /// How often the same call (tool and arguments) may fail; 3 (`AGENT_MAX_IDENTICAL_FAILURES`).
    pub identical_failures: usize,
    /// How long the run may take; 10 minutes (`AGENT_MAX_SECONDS`). A worker ends a run sooner than that where its
    /// activity's own time-out would cut it off.
    pub wall_time: Duration,
    /// How many bytes of conversation the model may be given in one turn, the tools' descriptions included; 4 MiB
    /// (`AGENT_MAX_MODEL_BYTES`), and no more than the model's own bound
    /// ([`ChatModel::context_bytes`](super::ChatModel::context_bytes)). Before a run fails for it, outputs of tools that
    /// the model has read are left out, the oldest first, and the model is told so.
    pub model_bytes: usize,
}

impl Default for LoopBounds {
    fn default() -> Self {
        Self {
            iterations: 24,
            tool_calls: 60,
            identical_failures: 3,
            wall_time: Duration::from_secs(600),
            model_bytes: 4 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_ever_sent_as_none() {
        let limits = SqlLimits {
            statement_timeout: Duration::from_micros(1),
            lock_timeout: Duration::MAX,
            transaction_idle_timeout: Duration::ZERO,
            ..SqlLimits::default()
        };
        assert_eq!(
            limits.settings(),
            "SET LOCAL statement_timeout = 1; SET LOCAL lock_timeout = 2147483647; \
             SET LOCAL idle_in_transaction_session_timeout = 1"
        );
    }
}
