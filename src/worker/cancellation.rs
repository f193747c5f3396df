//! Why an attempt must stop: its workflow was cancelled, or its worker stops.
//!
//! The SDK says only that, not why. To the stream it makes all the difference: a cancelled run ends, and the run of a worker
//! that stops goes on in another one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use temporalio_sdk::activities::ActivityContext;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Whether the worker stops, and since when. Cheap to clone; all clones are of one worker.
#[derive(Debug, Clone)]
pub(super) struct Stopping {
    since: Arc<OnceLock<Instant>>,
    grace: Duration,
}

impl Stopping {
    /// Of a worker that gives what is under way so much time when it is asked to stop.
    pub(super) fn after(grace: Duration) -> Self {
        Self {
            since: Arc::default(),
            grace,
        }
    }

    /// The worker was asked to stop.
    pub(super) fn begin(&self) {
        let _ = self.since.set(Instant::now());
    }

    /// Whether the SDK has begun to cancel what is under way.
    fn cancels(&self) -> bool {
        self.since
            .get()
            .is_some_and(|since| since.elapsed() >= self.grace)
    }
}

/// A token that follows the activity's own cancellation, as the agent knows nothing of Temporal.
#[derive(Debug)]
pub(super) struct Cancellation {
    token: CancellationToken,
    by_shutdown: Arc<AtomicBool>,
    _watch: DropGuard,
}

impl Cancellation {
    pub(super) fn of(ctx: &ActivityContext, stopping: &Stopping) -> Self {
        let token = CancellationToken::new();
        let by_shutdown = Arc::new(AtomicBool::new(false));
        let ended = CancellationToken::new();
        tokio::spawn({
            let (ctx, stopping) = (ctx.clone(), stopping.clone());
            let (token, by_shutdown, ended) =
                (token.clone(), Arc::clone(&by_shutdown), ended.clone());
            async move {
                if ended.run_until_cancelled(ctx.cancelled()).await.is_some() {
                    by_shutdown.store(stopping.cancels(), Ordering::Release);
                    token.cancel();
                }
            }
        });
        Self {
            token,
            by_shutdown,
            _watch: ended.drop_guard(),
        }
    }

    pub(super) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Whether it was the worker's own stop that cancelled the attempt.
    pub(super) fn by_shutdown(&self) -> bool {
        self.by_shutdown.load(Ordering::Acquire)
    }
}
