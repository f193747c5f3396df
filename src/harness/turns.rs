//! Whether runs of one harness overlap.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The runs of one harness.
#[derive(Debug, Default)]
pub(super) struct Turns(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// One run, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    counts: Arc<Counts>,
    /// Which run of the harness it is, from 1.
    number: u64,
    /// How many had ended when it began.
    ended_before: u64,
}

impl Turns {
    /// Begins a run.
    pub(super) fn take(&self) -> Turn {
        let ended_before = self.0.ended.load(Ordering::SeqCst);
        Turn {
            counts: Arc::clone(&self.0),
            number: self.0.begun.fetch_add(1, Ordering::SeqCst) + 1,
            ended_before,
        }
    }
}

impl Turn {
    /// Whether no other run was under way when it began, and none has begun since.
    pub(super) fn was_alone(&self) -> bool {
        let all_ended = self.ended_before + 1 == self.number;
        all_ended && self.counts.begun.load(Ordering::SeqCst) == self.number
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.counts.ended.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_after_each_other_are_alone_and_overlapping_ones_are_not() {
        let turns = Turns::default();
        let first = turns.take();
        assert!(first.was_alone());
        drop(first);
        let second = turns.take();
        let third = turns.take();
        assert!(!second.was_alone() && !third.was_alone());
        drop((second, third));
        assert!(turns.take().was_alone());
    }
}
