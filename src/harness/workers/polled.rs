//! Waiting until somebody polls a harness's queue.

use std::time::{Duration, Instant};

use crate::contract::error_chain;
use crate::harness::{Harness, HarnessError};
use crate::stack::Backoff;

/// How often in a row Temporal may fail to say whether a queue is polled: one that is busy says it the next time.
const FAILURES: usize = 3;

/// Waits until somebody polls the harness's queue. `ended` says why nobody will any more.
///
/// # Errors
/// Why nobody does: what `ended` said, what Temporal said three times in a row, or that the bound has passed.
pub(in crate::harness) async fn until_polled(
    harness: &Harness,
    bound: Duration,
    ended: impl FnMut() -> Option<String>,
) -> Result<(), String> {
    until(async || harness.polled().await, bound, ended).await
}

async fn until(
    polled: impl AsyncFn() -> Result<bool, HarnessError>,
    bound: Duration,
    mut ended: impl FnMut() -> Option<String>,
) -> Result<(), String> {
    let deadline = Instant::now() + bound;
    let mut backoff = Backoff::new();
    let mut failures = 0;
    loop {
        if let Some(why) = ended() {
            return Err(why);
        }
        let reason = match polled().await {
            Ok(true) => return Ok(()),
            Ok(false) => {
                failures = 0;
                format!("nobody did within {bound:?}")
            }
            Err(error) => {
                failures += 1;
                error_chain(&error)
            }
        };
        if failures == FAILURES || !backoff.pause_within(deadline).await {
            return Err(reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn busy() -> HarnessError {
        HarnessError::Temporal {
            action: "describe the task queue of",
            workflow_id: "queue".to_owned(),
            reason: "no answer".to_owned(),
        }
    }

    /// What comes of these answers, the last of them again and again, and how many there were.
    async fn answers(answers: &[Option<bool>]) -> (Result<(), String>, usize) {
        let asked = Cell::new(0);
        let polled = async || {
            let answer = answers.get(asked.get()).or(answers.last());
            asked.set(asked.get() + 1);
            answer.copied().flatten().ok_or_else(busy)
        };
        let came = until(polled, Duration::from_secs(60), || None).await;
        (came, asked.get())
    }

    #[tokio::test]
    async fn a_busy_temporal_is_asked_again_and_one_that_cannot_answer_is_named() {
        let (busy, yes, no) = (None, Some(true), Some(false));
        assert_eq!(answers(&[yes]).await, (Ok(()), 1));
        assert_eq!(answers(&[busy, busy, yes]).await, (Ok(()), 3));
        assert_eq!(answers(&[busy, busy, no, busy, yes]).await, (Ok(()), 5));
        let (came, asked) = answers(&[no, busy]).await;
        let why = came.expect_err("it never answers");
        assert!(asked == 4 && why.contains("no answer"), "{asked}: {why}");
    }

    #[tokio::test]
    async fn nobody_is_waited_for_who_has_ended_and_nobody_for_ever() {
        let nobody = async || Ok(false);
        let ended = || Some("it ended".to_owned());
        let bound = Duration::from_secs(60);
        assert_eq!(
            until(nobody, bound, ended).await,
            Err("it ended".to_owned())
        );
        let bound = Duration::from_millis(1);
        assert_eq!(
            until(nobody, bound, || None).await,
            Err("nobody did within 1ms".to_owned())
        );
    }
}
