//! When a run must stop: its caller cancelled it, or its time is up.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Stands for a limit that is too far away to be a point in time: 30 years.
const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);

/// Why a run must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The caller cancelled it.
    Cancelled,
    /// It took longer than this.
    OutOfTime(Duration),
}

/// What every long step of a run listens to.
pub(crate) struct Stop {
    cancel: CancellationToken,
    deadline: Instant,
    limit: Duration,
}

impl Stop {
    /// Stops when `cancel` says so, and `limit` from now at the latest.
    pub(crate) fn new(cancel: &CancellationToken, limit: Duration) -> Self {
        let now = Instant::now();
        Self {
            cancel: cancel.clone(),
            deadline: now.checked_add(limit).unwrap_or(now + FAR),
            limit,
        }
    }

    /// Waits until the run must stop.
    pub(crate) async fn reached(&self) -> Halt {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Halt::Cancelled,
            () = tokio::time::sleep_until(self.deadline) => Halt::OutOfTime(self.limit),
        }
    }

    /// Whether the run must stop now.
    pub(crate) fn check(&self) -> Result<(), Halt> {
        if self.cancel.is_cancelled() {
            Err(Halt::Cancelled)
        } else if Instant::now() >= self.deadline {
            Err(Halt::OutOfTime(self.limit))
        } else {
            Ok(())
        }
    }

    /// Does `step`, or gives it up when the run must stop first.
    pub(crate) async fn or<F: Future>(&self, step: F) -> Result<F::Output, Halt> {
        tokio::select! {
            biased;
            halt = self.reached() => Err(halt),
            output = step => Ok(output),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_step_is_given_up_when_the_caller_cancels() {
        let cancel = CancellationToken::new();
        let stop = Stop::new(&cancel, Duration::from_secs(3600));
        assert_eq!(stop.or(async { 7 }).await, Ok(7));
        assert_eq!(stop.check(), Ok(()));
        cancel.cancel();
        assert_eq!(
            stop.or(std::future::pending::<()>()).await,
            Err(Halt::Cancelled)
        );
        assert_eq!(stop.check(), Err(Halt::Cancelled));
    }

    #[tokio::test]
    async fn a_step_is_given_up_when_the_time_is_up() {
        let limit = Duration::from_millis(1);
        let stop = Stop::new(&CancellationToken::new(), limit);
        assert_eq!(
            stop.or(std::future::pending::<()>()).await,
            Err(Halt::OutOfTime(limit))
        );
        assert_eq!(stop.check(), Err(Halt::OutOfTime(limit)));
    }

    #[test]
    fn a_limit_without_end_is_one() {
        let stop = Stop::new(&CancellationToken::new(), Duration::MAX);
        assert_eq!(stop.check(), Ok(()));
    }
}
