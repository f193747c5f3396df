//! Waiting without guessing how long.

use std::time::{Duration, Instant};

/// Pauses between looks at something that will change soon: short at first, growing to a ceiling, so that a thing that is
/// quick is seen at once and a thing that is slow costs little.
///
/// A pause is never the condition: whoever uses this looks again after each one, and bounds the whole.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(3);
    const CEILING: Duration = Duration::from_millis(60);

    pub(crate) fn new() -> Self {
        Self { next: Self::FIRST }
    }

    /// Waits for the next look.
    pub(crate) async fn pause(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 3 / 2).min(Self::CEILING);
    }

    /// Waits for the next look and says whether there is to be one: not, when the pause would go beyond the deadline.
    pub(crate) async fn pause_within(&mut self, deadline: Instant) -> bool {
        if Instant::now() + self.next > deadline {
            return false;
        }
        self.pause().await;
        true
    }
}
