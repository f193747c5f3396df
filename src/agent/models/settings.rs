//! How a language model is used.

use std::time::Duration;

use super::endpoint::Endpoint;
use super::wire::Sampling;

/// Everything that a [`ChatCompletions`](super::ChatCompletions) needs to know.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatSettings {
    /// The server.
    pub endpoint: Endpoint,
    /// The model's name, as the server knows it (`CHAT_MODEL`).
    pub model: String,
    /// How much chance there is in its answers, from 0; the server's own default (`CHAT_TEMPERATURE`).
    pub temperature: Option<f64>,
    /// For servers that can give the same answer twice (`CHAT_SEED`).
    pub seed: Option<u64>,
    /// How many bytes of conversation the model may be given in one turn; 384 KiB, about 100,000 tokens
    /// (`CHAT_CONTEXT_BYTES`).
    pub context_bytes: usize,
    /// How often a request that the server turned away for the moment (408, 429, 5xx) is sent again; twice
    /// (`CHAT_RETRIES`).
    pub retries: u32,
    /// How long to wait before the first retry, when the server does not say; doubled each time; 500 ms.
    pub retry_pause: Duration,
    /// The longest wait before a retry; 20 seconds. A server that asks for more is not asked again: the run's next attempt
    /// waits as long.
    pub longest_pause: Duration,
    /// How long it may take.
    pub timeouts: ChatTimeouts,
}

/// How long a turn may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatTimeouts {
    /// Until the server is connected, TLS included; 10 seconds.
    pub connect: Duration,
    /// Until its answer begins; 2 minutes (`CHAT_FIRST_SECONDS`). A model that runs on a CPU reads the conversation first.
    pub first: Duration,
    /// Between two pieces of the answer; 1 minute (`CHAT_IDLE_SECONDS`).
    pub idle: Duration,
    /// The whole turn, with all retries; 5 minutes (`CHAT_TURN_SECONDS`).
    pub turn: Duration,
}

impl ChatSettings {
    /// The defaults around a server and a model's name.
    pub fn new(endpoint: Endpoint, model: impl Into<String>) -> Self {
        Self {
            endpoint,
            model: model.into(),
            temperature: None,
            seed: None,
            context_bytes: 384 * 1024,
            retries: 2,
            retry_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(20),
            timeouts: ChatTimeouts::default(),
        }
    }

    pub(super) fn sampling(&self) -> Sampling {
        Sampling {
            temperature: self.temperature,
            seed: self.seed,
        }
    }
}

impl Default for ChatTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first: Duration::from_secs(120),
            idle: Duration::from_secs(60),
            turn: Duration::from_secs(300),
        }
    }
}
