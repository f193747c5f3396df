//! The harness's own subscriber: collects a run's events as they come.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::artefacts::SharedEvents;
use crate::capture::{ReceivedEvent, SubscribeError, Subscriber, SubscriberOptions};
use crate::checks::SeenEvent;
use crate::contract::Event;

/// Called with every event as it is received.
pub(super) type OnEvent = Box<dyn FnMut(&SeenEvent) + Send>;

/// Collects in the background, so that a stream without an end still yields what came.
pub(super) struct Collector {
    events: SharedEvents,
    task: JoinHandle<Result<(), SubscribeError>>,
}

impl Collector {
    /// Subscribes, from `earliest` or `latest` on; when this returns, no later event of the session can be missed.
    pub(super) async fn start(
        stream_url: &str,
        from: &str,
        events: SharedEvents,
        on_event: Option<OnEvent>,
    ) -> Result<Self, SubscribeError> {
        let options = SubscriberOptions {
            last_event_id: Some(from.to_owned()),
            ..SubscriberOptions::default()
        };
        let subscriber = Subscriber::connect_with(stream_url, options).await?;
        let task = tokio::spawn(collect(subscriber, Arc::clone(&events), on_event));
        Ok(Self { events, task })
    }

    /// Waits for the end of the stream, at most this long, and hands over what came.
    pub(super) async fn finish(
        mut self,
        bound: Duration,
    ) -> Result<Vec<SeenEvent>, SubscribeError> {
        match tokio::time::timeout(bound, &mut self.task).await {
            Ok(Ok(ended)) => ended?,
            Ok(Err(panicked)) => {
                tracing::error!(error = %panicked, "a listener of events panicked")
            }
            // No `done` came: the events that did are evidence all the same.
            Err(_) => self.task.abort(),
        }
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(events.clone())
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl From<ReceivedEvent> for SeenEvent {
    fn from(received: ReceivedEvent) -> Self {
        Self {
            id: received.position(),
            event: Event::from_object(received.event),
            received_at: received.received_at,
        }
    }
}

async fn collect(
    mut subscriber: Subscriber,
    events: SharedEvents,
    mut on_event: Option<OnEvent>,
) -> Result<(), SubscribeError> {
    while let Some(received) = subscriber.next().await {
        let received = received?;
        let seen = SeenEvent::from(received);
        if let Some(listener) = &mut on_event {
            listener(&seen);
        }
        events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen);
    }
    Ok(())
}
