//! Delivers the events of one attempt to the callback URL, in order (contract §3).
//!
//! The agent hands events over and goes on; one task posts them one after another over one keep-alive connection. A
//! receiver that is slow, refuses or hangs costs the run at most the budget of [`SenderSettings`]: after that, events
//! are counted as failed instead of waited for, and only the last one, `done`, is still tried.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use url::Url;

use super::SenderSettings;
use super::heartbeat::DeliveryListener;
use crate::contract::{Callback, Event, SessionId};

/// Where and as what the events of an attempt are posted.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    pub(super) url: Url,
    pub(super) session: SessionId,
    pub(super) attempt: u32,
}

/// The sending side of one attempt; without a destination it takes events and posts none.
pub(super) struct CallbackSender {
    settings: SenderSettings,
    open: Option<Open>,
    waited: Duration,
}

struct Open {
    queue: mpsc::Sender<Map<String, Value>>,
    given_up: Arc<AtomicBool>,
    task: JoinHandle<Poster>,
}

impl CallbackSender {
    pub(super) fn start(
        client: reqwest::Client,
        destination: Option<Destination>,
        settings: SenderSettings,
        listener: DeliveryListener,
    ) -> Self {
        let open = destination.map(|destination| {
            let (queue, events) = mpsc::channel(settings.queue.max(1));
            let given_up = Arc::new(AtomicBool::new(false));
            let poster = Poster {
                client,
                destination,
                timeout: settings.request_timeout,
                listener,
                next_seq: 1,
            };
            let task = tokio::spawn(poster.run(events, Arc::clone(&given_up)));
            Open {
                queue,
                given_up,
                task,
            }
        });
        Self {
            settings,
            open,
            waited: Duration::ZERO,
        }
    }

    /// Hands one event over. Waits only for room in the queue, and only while the budget lasts.
    pub(super) async fn send(&mut self, event: &Event) {
        let Some(open) = &self.open else { return };
        let object = event.to_object();
        let Err(mpsc::error::TrySendError::Full(object)) = open.queue.try_send(object) else {
            return;
        };
        let since = Instant::now();
        let left = self.settings.budget.saturating_sub(self.waited);
        if tokio::time::timeout(left, open.queue.send(object))
            .await
            .is_err()
        {
            // The event waits no longer: the poster counts everything from here on as failed, this one too, because a
            // queue that is emptied without posting has room at once.
            open.given_up.store(true, Ordering::Relaxed);
            let _ = open.queue.send(event.to_object()).await;
        }
        self.waited += since.elapsed();
    }

    /// Delivers what is left within the budget, then `last` (if any) whatever happened before, and ends.
    pub(super) async fn finish(self, last: Option<Event>) {
        let Some(open) = self.open else { return };
        drop(open.queue);
        let left = self.settings.budget.saturating_sub(self.waited);
        let mut task = open.task;
        let ended = match tokio::time::timeout(left, &mut task).await {
            Ok(ended) => ended,
            Err(_) => {
                open.given_up.store(true, Ordering::Relaxed);
                // At most one request is under way, and it has a time-out of its own.
                task.await
            }
        };
        match (ended, last) {
            (Ok(mut poster), Some(last)) => poster.post(last.to_object()).await,
            (Ok(_), None) => {}
            (Err(error), _) => tracing::error!(%error, "the sender of callbacks ended early"),
        }
    }
}

struct Poster {
    client: reqwest::Client,
    destination: Destination,
    timeout: Duration,
    listener: DeliveryListener,
    next_seq: u64,
}

impl Poster {
    async fn run(
        mut self,
        mut events: mpsc::Receiver<Map<String, Value>>,
        given_up: Arc<AtomicBool>,
    ) -> Self {
        while let Some(event) = events.recv().await {
            if given_up.load(Ordering::Relaxed) {
                self.next_seq += 1;
                self.listener.delivered(false).await;
            } else {
                self.post(event).await;
            }
        }
        self
    }

    async fn post(&mut self, event: Map<String, Value>) {
        let seq = self.next_seq;
        self.next_seq += 1;
        let body = Callback {
            session_id: self.destination.session.to_string(),
            event,
            seq: Some(seq),
            attempt: Some(self.destination.attempt),
            sent_at: Some(jiff::Timestamp::now().to_string()),
        };
        let reply = self
            .client
            .post(self.destination.url.clone())
            .timeout(self.timeout)
            .json(&body)
            .send()
            .await;
        let delivered = match reply {
            Ok(reply) if reply.status().is_success() => {
                // Reading the body to its end is what lets the connection be used again.
                reply.bytes().await.is_ok()
            }
            Ok(reply) => {
                tracing::warn!(status = %reply.status(), seq, "the receiver refused an event");
                false
            }
            Err(error) => {
                tracing::warn!(error = %error.without_url(), seq, "an event could not be delivered");
                false
            }
        };
        self.listener.delivered(delivered).await;
    }
}

#[cfg(test)]
#[path = "sender_tests.rs"]
mod tests;
