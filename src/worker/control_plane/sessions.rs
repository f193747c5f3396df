//! How many prompts are being answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count that all activities of a worker share.
#[derive(Debug, Clone, Default)]
pub(in crate::worker) struct ActiveSessions(Arc<AtomicUsize>);

/// One session; it counts until it is dropped.
#[derive(Debug)]
pub(in crate::worker) struct ActiveSession(Arc<AtomicUsize>);

impl ActiveSessions {
    pub(in crate::worker) fn begin(&self) -> ActiveSession {
        self.0.fetch_add(1, Ordering::AcqRel);
        ActiveSession(Arc::clone(&self.0))
    }

    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

impl Drop for ActiveSession {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
