//! The bytes that all sessions keep together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A bound on bytes, taken from and given back by many sessions at once.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    used: AtomicUsize,
}

/// Bytes that were set aside for a delivery; given back when dropped, unless they are kept.
#[derive(Debug)]
#[must_use = "dropping a lease gives its bytes back"]
pub(super) struct Lease {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
        }
    }

    /// Sets bytes aside; none when that many are not free.
    pub(super) fn lease(self: &Arc<Self>, bytes: usize) -> Option<Lease> {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|sum| *sum <= self.limit)
            })
            .ok()
            .map(|_| Lease {
                budget: Arc::clone(self),
                bytes,
            })
    }

    /// Gives back what a session kept.
    pub(super) fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The bytes in use.
    #[cfg(any(test, fuzzing))]
    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

impl Lease {
    /// Leaves the bytes in use, for whoever keeps the delivery to give back.
    pub(super) fn keep(mut self) -> usize {
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_given_back() {
        let budget = Arc::new(Budget::new(10));
        let kept = budget.lease(6).expect("free").keep();
        drop(budget.lease(4).expect("free"));
        assert!(budget.lease(5).is_none(), "only 4 are free");
        assert_eq!((kept, budget.used()), (6, 6));
        budget.give_back(kept);
        assert_eq!(budget.used(), 0);
    }
}
