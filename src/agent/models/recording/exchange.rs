//! One call of a model, and a conversation of them.

use std::collections::HashMap;
use std::time::Duration;

use hyper::body::Bytes;

use super::request::RecordedRequest;

/// The model calls of one conversation, in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    /// How many bytes of conversation the model could be given; what was left out beyond that is missing in the requests.
    pub(super) context_bytes: Option<usize>,
    pub(super) exchanges: Vec<Exchange>,
}

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Exchange {
    pub(super) request: RecordedRequest,
    pub(super) response: Response,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) retry_after: Option<String>,
    /// From the request to the head of the answer.
    pub(super) delay: Duration,
    pub(super) chunks: Vec<Chunk>,
    pub(super) end: End,
}

/// What came at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    /// Since what came before it.
    pub(super) delay: Duration,
    pub(super) bytes: Bytes,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// As it should.
    Complete,
    /// The connection broke off.
    Cut,
}

impl Recording {
    /// How many calls there are.
    pub fn calls(&self) -> usize {
        self.exchanges.len()
    }

    /// The model that was called first.
    pub fn model(&self) -> &str {
        let first = self.exchanges.first();
        first.map_or("", |exchange| &exchange.request.model)
    }

    /// How often a request was sent again, at most.
    pub(super) fn repetitions(&self) -> u32 {
        let mut times: HashMap<String, u32> = HashMap::new();
        for exchange in &self.exchanges {
            *times.entry(exchange.request.key()).or_default() += 1;
        }
        times.into_values().max().unwrap_or(1).saturating_sub(1)
    }

    /// Notes how many bytes of conversation the model could be given, so that a replay leaves out the same.
    #[must_use]
    pub fn with_context_bytes(mut self, bytes: usize) -> Self {
        self.context_bytes = Some(bytes);
        self
    }
}

impl Response {
    /// All chunks as one.
    pub(super) fn body(&self) -> Vec<u8> {
        let chunks = self.chunks.iter().map(|chunk| chunk.bytes.as_ref());
        chunks.collect::<Vec<_>>().concat()
    }
}
