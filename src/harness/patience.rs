//! What the harness writes to Typesense, on a machine that is busy.

use crate::agent::AgentError;
use crate::contract::{FailureType, error_chain};
use crate::stack::Backoff;

/// How often Typesense is asked for the same in all.
const ASKED: usize = 4;

/// Asks Typesense again when it has not answered in time, which is what it does when many worlds are made at once: nothing that a
/// world consists of is harmed by being made twice. The worker's own bound is its own.
pub(super) async fn patiently<T, Asking>(mut ask: impl FnMut() -> Asking) -> Result<T, AgentError>
where
    Asking: Future<Output = Result<T, AgentError>>,
{
    let mut backoff = Backoff::new();
    for _ in 1..ASKED {
        match ask().await {
            Err(error) if error.failure_type() == FailureType::ServiceUnavailable => {
                tracing::debug!(error = %error_chain(&error), "typesense is asked again");
                backoff.pause().await;
            }
            asked => return asked,
        }
    }
    ask().await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::agent::StoreError;

    /// What comes of it, and how often it was asked, when the first answers are these statuses.
    async fn asked(answers: &[u16]) -> (bool, usize) {
        let times = Cell::new(0);
        let ask = || {
            let answer = answers.get(times.get()).copied();
            times.set(times.get() + 1);
            async move {
                answer.map_or(Ok(()), |status| {
                    Err(AgentError::from(StoreError::Refused {
                        collection: "skills".to_owned(),
                        status,
                        message: String::new(),
                    }))
                })
            }
        };
        (patiently(ask).await.is_ok(), times.get())
    }

    #[tokio::test]
    async fn a_busy_server_is_asked_again_a_few_times_and_a_refusal_is_one() {
        assert_eq!(asked(&[]).await, (true, 1));
        assert_eq!(asked(&[503, 503]).await, (true, 3));
        assert_eq!(asked(&[503; 9]).await, (false, ASKED));
        assert_eq!(asked(&[401]).await, (false, 1));
    }
}
