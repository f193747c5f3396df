//! What a harness has to give back: its worker, its world, its namespace.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::wiring::Wiring;
use super::{AnyStack, HarnessError, namespace};
use crate::contract::error_chain;
use crate::stack::{World, in_background};
use crate::worker::KaiWorker;

/// Whether anything has failed on a harness: a run that could not be observed, or a check that did not hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Failed(Arc<AtomicBool>);

impl Failed {
    pub(super) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_noted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a harness has to give back. [`Residence::give_back`] waits for it; a residence that is dropped is given back in the
/// background, because the end of a test cannot wait.
pub(super) struct Residence {
    pub(super) worker: Option<KaiWorker>,
    pub(super) world: Option<World>,
    pub(super) wiring: Wiring,
    /// Whether the namespace was made for this harness.
    pub(super) own_namespace: bool,
    pub(super) failures: Failed,
    pub(super) stop_timeout: Duration,
    pub(super) keep_failed: bool,
    /// Held only to keep the stack of a kept world.
    pub(super) stack: Option<Arc<AnyStack>>,
}

impl Residence {
    /// Stops the worker, then removes the world, or keeps it when the test has failed and that was asked for.
    ///
    /// # Errors
    /// When the worker ended with an error, or something could not be removed.
    pub(super) async fn give_back(mut self) -> Result<(), HarnessError> {
        self.keep_if_failed();
        let owned = matches!(self.stack.as_deref(), Some(AnyStack::Owned(_)));
        let (worker, world, wiring) = self.take();
        let stopped = stop(worker, self.stop_timeout).await;
        let removed = remove(world, &wiring, self.own_namespace).await;
        match removed {
            // It goes with the stack at the latest, whose services may have been killed on purpose.
            Err(error) if owned => {
                tracing::debug!(error = %error_chain(&error), "a world is left to the end of its stack");
                stopped
            }
            removed => stopped.and(removed),
        }
    }

    fn take(&mut self) -> (Option<KaiWorker>, Option<World>, Wiring) {
        self.stack = None;
        (self.worker.take(), self.world.take(), self.wiring.clone())
    }

    fn keep_if_failed(&mut self) {
        let failed = std::thread::panicking() || self.failures.is_noted();
        if !(failed && self.keep_failed) {
            return;
        }
        let Some(world) = self.world.take() else {
            return;
        };
        let prefix = world.collection_prefix();
        let kept = match self.stack.as_deref() {
            Some(AnyStack::Shared(stack)) => stack.keep().and_then(|()| world.keep()),
            _ => world.keep(),
        };
        match kept {
            Ok(name) => eprintln!(
                "kept for a look: database {name}, collections {prefix}*; `kai-e2e down` removes them with their stack"
            ),
            Err(error) => eprintln!("nothing could be kept: {}", error_chain(&error)),
        }
    }
}

async fn stop(worker: Option<KaiWorker>, bound: Duration) -> Result<(), HarnessError> {
    let Some(worker) = worker else {
        return Ok(());
    };
    let task_queue = worker.task_queue().to_owned();
    match tokio::time::timeout(bound, worker.stop()).await {
        Ok(stopped) => Ok(stopped?),
        Err(_) => Err(HarnessError::StopTimeout { task_queue, bound }),
    }
}

/// After the worker's end, by which its connections to the database are closed.
async fn remove(
    world: Option<World>,
    wiring: &Wiring,
    own_namespace: bool,
) -> Result<(), HarnessError> {
    let removed = match world {
        Some(world) => world.remove().await.map_err(HarnessError::from),
        None => Ok(()),
    };
    let deleted = match own_namespace {
        true => namespace::delete(wiring).await,
        false => Ok(()),
    };
    removed.and(deleted)
}

impl Drop for Residence {
    fn drop(&mut self) {
        self.keep_if_failed();
        let own_namespace = self.own_namespace;
        if self.worker.is_none() && self.world.is_none() && !own_namespace {
            return;
        }
        let (worker, world, wiring) = self.take();
        let bound = self.stop_timeout;
        in_background(async move {
            let stopped = stop(worker, bound).await;
            if let Err(error) = remove(world, &wiring, own_namespace).await.and(stopped) {
                // The stack may be gone already, and everything of the harness with it.
                tracing::debug!(error = %error_chain(&error), "a harness was not given back in full");
            }
        });
    }
}
