//! The agent's end: events are handed over, within a budget.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::asking::asking;
use super::poster::Poster;
use crate::contract::{Event, SessionId};
use crate::mutants::{self, Mutant, Outgoing, is};
use crate::worker::SenderSettings;
use crate::worker::heartbeat::DeliveryListener;

/// The budget of a mutant that has none.
const FOR_EVER: Duration = Duration::from_secs(3600);

/// Where and as what the events of an attempt are posted.
#[derive(Debug, Clone)]
pub(in crate::worker) struct Destination {
    pub(in crate::worker) url: Url,
    pub(in crate::worker) session: SessionId,
    pub(in crate::worker) attempt: u32,
}

/// An event and its number within the attempt.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) seq: u64,
    pub(super) event: Map<String, Value>,
    /// Who waits for its delivery: the agent, where there is no queue.
    waiting: Option<oneshot::Sender<()>>,
}

impl Numbered {
    /// Lets go on who waits for it: it is delivered, or given up.
    pub(super) fn over(self) {
        if let Some(waiting) = self.waiting {
            // Fails when nobody does any more, as when the run was cancelled.
            let _ = waiting.send(());
        }
    }
}

/// The sending side of one attempt; without a destination it takes events and posts none.
pub(in crate::worker) struct CallbackSender {
    settings: SenderSettings,
    open: Option<Open>,
    /// For how long the run was held up so far.
    waited: Duration,
}

struct Open {
    queue: mpsc::Sender<Numbered>,
    next_seq: u64,
    /// What was handed over and has no place in the queue yet. A run that is cancelled while it waits for room leaves it here.
    unplaced: VecDeque<Map<String, Value>>,
    give_up: GiveUp,
    task: JoinHandle<()>,
    poster: Poster,
    outgoing: Outgoing,
}

impl Open {
    fn number(&mut self, event: Map<String, Value>) -> Numbered {
        let seq = self.next_seq;
        self.next_seq += 1;
        if is(Mutant::SequenceSkips) && seq == 2 {
            self.next_seq += 1;
        }
        Numbered {
            seq,
            event,
            waiting: None,
        }
    }
}

impl CallbackSender {
    pub(in crate::worker) fn start(
        client: reqwest::Client,
        destination: Option<Destination>,
        settings: SenderSettings,
        listener: DeliveryListener,
    ) -> Self {
        let open = destination.map(|destination| {
            mutants::becomes_newest(&destination.url);
            let (queue, events) = mpsc::channel(settings.queue.max(1));
            let give_up = CancellationToken::new();
            let poster = Poster::new(client, destination, settings, listener);
            let task = tokio::spawn(poster.clone().run(events, give_up.clone()));
            let give_up = GiveUp(give_up);
            Open {
                queue,
                next_seq: 1,
                unplaced: VecDeque::new(),
                give_up,
                task,
                poster,
                outgoing: Outgoing::default(),
            }
        });
        Self {
            settings,
            open,
            waited: Duration::ZERO,
        }
    }

    /// Whether anybody listens.
    pub(in crate::worker) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Hands one event over. Waits only for room in the queue, or without a queue for the delivery, and only while the budget
    /// lasts.
    pub(in crate::worker) async fn send(&mut self, event: &Event) {
        let Some(open) = &mut self.open else { return };
        let mut objects = Vec::new();
        if open.next_seq == 1 {
            let session = &open.poster.destination().session;
            objects = open.outgoing.begin(session).await;
        }
        objects.extend(open.outgoing.event(event));
        for object in objects {
            self.queue(object).await;
        }
    }

    async fn queue(&mut self, event: Map<String, Value>) {
        if let Some(open) = &mut self.open {
            open.unplaced.push_back(event);
        }
        self.place().await;
    }

    /// Puts into the queue what has no place yet. An event has no number before it has one: whoever stops waiting here loses
    /// nothing, and leaves no gap.
    async fn place(&mut self) {
        loop {
            let left = self.left_for_events();
            let Some(open) = &mut self.open else { return };
            if open.unplaced.is_empty() {
                return;
            }
            let queue = open.queue.clone();
            let room = match queue.try_reserve() {
                Err(mpsc::error::TrySendError::Full(())) => {
                    let _waiting = Waiting::since_now(&mut self.waited);
                    open.give_up.after(left, queue.reserve()).await.ok()
                }
                room => room.ok(),
            };
            let Some(event) = open.unplaced.pop_front() else {
                return;
            };
            let mut numbered = open.number(event);
            let mut delivery = None;
            if self.settings.queue == 0 {
                let (waiting, over) = oneshot::channel();
                numbered.waiting = Some(waiting);
                delivery = Some(over);
            }
            // There is none only when the poster has panicked, and then `finish` counts what it has not.
            if let Some(room) = room {
                room.send(numbered);
            }
            if let Some(delivery) = delivery {
                self.in_step(delivery).await;
            }
        }
    }

    /// Waits for a delivery while the budget lasts.
    async fn in_step(&mut self, delivery: oneshot::Receiver<()>) {
        let left = self.left_for_events();
        let Some(open) = &self.open else { return };
        let _waiting = Waiting::since_now(&mut self.waited);
        // It ends with an error when the poster has panicked: then `finish` counts what it has not.
        let _ = open.give_up.after(left, delivery).await;
    }

    /// Delivers what is left, then `last` (if any), and ends. All of it within the budget.
    pub(in crate::worker) async fn finish(self, last: Option<Event>) {
        self.finish_unless(last, || std::future::ready(false)).await;
    }

    /// As [`finish`](Self::finish), but what is asked while the rest is delivered may say that `last` is not to be sent. It is asked
    /// again each second of that, and before `last` is tried again: whatever keeps events away may keep the answer away, too.
    pub(in crate::worker) async fn finish_unless<Asked: Future<Output = bool>>(
        mut self,
        last: Option<Event>,
        unless: impl Fn() -> Asked,
    ) {
        self.place().await;
        let mut end = Vec::new();
        if let Some(open) = &mut self.open {
            end = open
                .outgoing
                .end(&open.poster.destination().session, last.as_ref());
        }
        let last = end.pop();
        for object in end {
            self.queue(object).await;
        }
        let deadline = Instant::now() + self.settings.budget.saturating_sub(self.waited);
        let left = self.left_for_events();
        let Some(mut open) = self.open else { return };
        let last = last.map(|event| open.number(event));
        drop(open.queue);
        let (ended, without_last) = asking(open.give_up.after(left, open.task), &unless).await;
        if let Err(error) = ended {
            tracing::error!(%error, "the sender of callbacks ended early");
            open.poster
                .give_up_before(open.next_seq - u64::from(last.is_some()))
                .await;
        }
        if let Some(last) = last.filter(|_| !without_last) {
            open.poster.post_last(last, deadline, unless).await;
        }
    }

    /// The budget without the part that is `done`'s.
    fn left_for_events(&self) -> Duration {
        if is(Mutant::HangHoldsUp) {
            return FOR_EVER;
        }
        let budget = self.settings.budget;
        let reserved = self.settings.request_timeout.min(budget / 2);
        budget.saturating_sub(reserved).saturating_sub(self.waited)
    }
}

/// Makes the poster give up what is under way and what waits.
struct GiveUp(CancellationToken);

impl GiveUp {
    /// Waits for something that the poster's work brings about. After a time the poster only counts, and it is there at once.
    async fn after<T>(&self, left: Duration, it: impl Future<Output = T>) -> T {
        let mut it = std::pin::pin!(it);
        match tokio::time::timeout(left, it.as_mut()).await {
            Ok(done) => done,
            Err(_) => {
                self.0.cancel();
                it.await
            }
        }
    }
}

/// Adds the time of a wait to what a run has waited, also when the wait is given up.
struct Waiting<'a> {
    since: Instant,
    waited: &'a mut Duration,
}

impl<'a> Waiting<'a> {
    fn since_now(waited: &'a mut Duration) -> Self {
        Self {
            since: Instant::now(),
            waited,
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        *self.waited += self.since.elapsed();
    }
}
