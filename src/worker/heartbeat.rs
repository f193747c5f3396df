//! Progress as Temporal sees it (contract §3): every 5 events, and on a timer whether or not anybody listens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use temporalio_sdk::activities::ActivityContext;
use tokio::task::JoinHandle;

use crate::mutants::{self, Mutant};

/// How often a delivery is worth a heartbeat of its own.
const EVENTS_PER_HEARTBEAT: u64 = 5;

/// What became of the events of one attempt.
#[derive(Debug, Default)]
pub(super) struct DeliveryCounts {
    sent: AtomicU64,
    failed: AtomicU64,
}

impl DeliveryCounts {
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Counts one delivery and says whether a heartbeat is due.
    pub(super) fn count(&self, delivered: bool) -> bool {
        let counter = if delivered { &self.sent } else { &self.failed };
        counter.fetch_add(1, Ordering::Relaxed);
        (self.sent() + self.failed()).is_multiple_of(EVENTS_PER_HEARTBEAT)
    }

    fn details(&self) -> String {
        let mut details = format!(
            "events_sent={}, events_failed={}",
            self.sent(),
            self.failed()
        );
        if mutants::is(Mutant::SecretInHeartbeat) {
            details.push_str(&mutants::secret());
        }
        details
    }
}

/// Takes the details of a heartbeat; the seam between the sender and Temporal.
#[async_trait]
pub(super) trait Pulse: Send + Sync {
    async fn beat(&self, details: String);
}

#[async_trait]
impl Pulse for ActivityContext {
    async fn beat(&self, details: String) {
        if mutants::is(Mutant::NoHeartbeat) {
            return;
        }
        // Only the encoding can fail, and a string always encodes; an attempt must not die of its progress report.
        if let Err(error) = self.record_heartbeat(details).await {
            tracing::warn!(%error, "a heartbeat could not be encoded");
        }
    }
}

/// Reports progress until it is dropped.
pub(super) struct Heartbeats {
    counts: Arc<DeliveryCounts>,
    pulse: Arc<dyn Pulse>,
    timer: JoinHandle<()>,
}

impl Heartbeats {
    /// Starts the timer; the first beat comes after one interval, so that a short run's first beat reports progress.
    pub(super) fn start(pulse: Arc<dyn Pulse>, interval: Duration) -> Self {
        let counts = Arc::new(DeliveryCounts::default());
        let timer = tokio::spawn({
            let (counts, pulse) = (Arc::clone(&counts), Arc::clone(&pulse));
            async move {
                if mutants::is(Mutant::NoHeartbeatInSilence) {
                    return;
                }
                let mut ticks = tokio::time::interval(interval);
                ticks.tick().await;
                loop {
                    ticks.tick().await;
                    pulse.beat(counts.details()).await;
                }
            }
        });
        Self {
            counts,
            pulse,
            timer,
        }
    }

    pub(super) fn counts(&self) -> Arc<DeliveryCounts> {
        Arc::clone(&self.counts)
    }

    /// What the sender calls after each delivery.
    pub(super) fn listener(&self) -> DeliveryListener {
        DeliveryListener {
            counts: Arc::clone(&self.counts),
            pulse: Arc::clone(&self.pulse),
        }
    }
}

impl Drop for Heartbeats {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

/// Counts deliveries and beats on every fifth.
pub(super) struct DeliveryListener {
    counts: Arc<DeliveryCounts>,
    pulse: Arc<dyn Pulse>,
}

impl DeliveryListener {
    /// How many deliveries were counted so far.
    pub(super) fn counted(&self) -> u64 {
        self.counts.sent() + self.counts.failed()
    }

    /// How many of them failed so far.
    pub(super) fn failed(&self) -> u64 {
        self.counts.failed()
    }

    pub(super) async fn delivered(&self, delivered: bool) {
        if self.counts.count(delivered) {
            self.pulse.beat(self.counts.details()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Recorded(Mutex<Vec<String>>);

    #[async_trait]
    impl Pulse for Recorded {
        async fn beat(&self, details: String) {
            self.0.lock().expect("no test panics with it").push(details);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn beats_on_every_fifth_delivery_failed_or_not() {
        let pulse = Arc::new(Recorded::default());
        let heartbeats = Heartbeats::start(pulse.clone(), Duration::from_secs(3600));
        let listener = heartbeats.listener();
        for delivered in [
            true, true, false, true, true, true, true, true, true, false, true,
        ] {
            listener.delivered(delivered).await;
        }
        assert_eq!(
            *pulse.0.lock().expect("no test panics with it"),
            [
                "events_sent=4, events_failed=1",
                "events_sent=8, events_failed=2"
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn beats_on_a_timer_when_nothing_is_sent() {
        let pulse = Arc::new(Recorded::default());
        let _heartbeats = Heartbeats::start(pulse.clone(), Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(3500)).await;
        assert_eq!(
            *pulse.0.lock().expect("no test panics with it"),
            ["events_sent=0, events_failed=0"; 3]
        );
    }
}
