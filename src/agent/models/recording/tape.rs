//! Finding the answer to a request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::exchange::{Exchange, Recording};
use super::nearest::explain;
use super::request::RecordedRequest;

/// A recording that is being replayed.
#[derive(Debug)]
pub(super) struct Tape {
    exchanges: Vec<Exchange>,
    /// For each request, its answers in their order.
    answers: HashMap<String, Vec<usize>>,
    /// How many of them were given.
    given: Mutex<HashMap<String, usize>>,
}

impl Tape {
    pub(super) fn new(recording: Recording) -> Self {
        let mut answers: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, exchange) in recording.exchanges.iter().enumerate() {
            answers.entry(exchange.request.key()).or_default().push(at);
        }
        Self {
            exchanges: recording.exchanges,
            answers,
            given: Mutex::default(),
        }
    }

    /// The answer to a request: the next one of those that were recorded for it, and the last one from then on.
    ///
    /// # Errors
    /// When there is none: what is nearest.
    pub(super) fn find(&self, request: &RecordedRequest) -> Result<&Exchange, String> {
        let key = request.key();
        let found = self.answers.get(&key).and_then(|answers| {
            // Counts that a panic left are counts still.
            let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
            let given = given.entry(key).or_default();
            let at = *answers.get(*given).or(answers.last())?;
            *given += 1;
            self.exchanges.get(at)
        });
        found.ok_or_else(|| explain(request, &self.exchanges))
    }
}
