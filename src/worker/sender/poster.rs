//! The receiver's end: one request after the other.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::callback_sender::{Destination, Numbered};
use super::reply::{self, Reply};
use crate::contract::Callback;
use crate::mutants::{self, Mutant};
use crate::worker::SenderSettings;
use crate::worker::heartbeat::DeliveryListener;

/// The longest pause between two tries of one event.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Posted {
    Delivered,
    Failed,
    /// It was not to be delivered any more.
    Withheld,
}

/// Posts events, and counts what becomes of them. Its clones count together.
#[derive(Clone)]
pub(super) struct Poster {
    client: reqwest::Client,
    destination: Destination,
    settings: SenderSettings,
    listener: Arc<DeliveryListener>,
}

impl Poster {
    pub(super) fn new(
        client: reqwest::Client,
        destination: Destination,
        settings: SenderSettings,
        listener: DeliveryListener,
    ) -> Self {
        Self {
            client,
            destination,
            settings,
            listener: Arc::new(listener),
        }
    }

    /// Posts what comes until the queue is closed; once told to give up, only counts it.
    pub(super) async fn run(
        self,
        mut events: mpsc::Receiver<Numbered>,
        give_up: CancellationToken,
    ) {
        let mut tries = self.settings.attempts;
        let mut kept = None;
        while let Some(event) = self.next(&mut events, &mut kept).await {
            let delivered = give_up
                .run_until_cancelled(self.post(&event, tries, None, || ready(false)))
                .await
                .is_some_and(|posted| posted == Posted::Delivered);
            // A receiver that is gone must not cost each event all its tries.
            tries = match delivered {
                true => self.settings.attempts,
                false => 1,
            };
            self.listener.delivered(delivered).await;
            event.over();
        }
    }

    /// Where the events go.
    pub(super) fn destination(&self) -> &Destination {
        &self.destination
    }

    /// The next event to post; of a mutant, the third before the second.
    async fn next(
        &self,
        events: &mut mpsc::Receiver<Numbered>,
        kept: &mut Option<Numbered>,
    ) -> Option<Numbered> {
        if let Some(kept) = kept.take() {
            return Some(kept);
        }
        let next = events.recv().await?;
        if !(mutants::is(Mutant::PostsSwapped) && next.seq == 2) {
            return Some(next);
        }
        match events.recv().await {
            Some(third) => {
                *kept = Some(next);
                Some(third)
            }
            None => Some(next),
        }
    }

    /// Posts the event that ends the stream, with all its tries, until a deadline, or until it is not to be tried again.
    pub(super) async fn post_last<Asked: Future<Output = bool>>(
        &self,
        last: Numbered,
        deadline: Instant,
        unless: impl Fn() -> Asked,
    ) {
        if mutants::is(Mutant::DoneNotAttempted) && self.listener.failed() > 0 {
            return;
        }
        let tries = self.settings.attempts;
        match self.post(&last, tries, Some(deadline), unless).await {
            Posted::Withheld => {}
            posted => self.listener.delivered(posted == Posted::Delivered).await,
        }
    }

    /// Counts as failed what was handed over, up to a number, and never counted.
    pub(super) async fn give_up_before(&self, seq: u64) {
        while self.listener.counted() + 1 < seq {
            self.listener.delivered(false).await;
        }
    }

    /// Tries to deliver an event before a deadline, if there is one, and says what came of it. Before each further try `unless` may
    /// say that it is not to be delivered.
    async fn post<Asked: Future<Output = bool>>(
        &self,
        event: &Numbered,
        tries: u32,
        deadline: Option<Instant>,
        unless: impl Fn() -> Asked,
    ) -> Posted {
        let Some(body) = self.body(event) else {
            return Posted::Failed;
        };
        let mut pause = self.settings.retry_pause;
        let mut tried = 0;
        loop {
            tried += 1;
            let said = match self.request(&body, left_until(deadline)).await {
                Reply::Delivered => return Posted::Delivered,
                Reply::Refused(said) => {
                    tracing::warn!(seq = event.seq, reason = said, "an event was refused");
                    return Posted::Failed;
                }
                Reply::Again(said, wanted) => {
                    pause = pause.max(wanted.unwrap_or_default());
                    said
                }
            };
            let too_long = pause > self.settings.request_timeout || pause >= left_until(deadline);
            if tried >= tries || too_long {
                tracing::warn!(
                    seq = event.seq,
                    tries = tried,
                    reason = said,
                    "an event could not be delivered"
                );
                return Posted::Failed;
            }
            tokio::time::sleep(pause).await;
            let asked = tokio::time::timeout(left_until(deadline), unless());
            if asked.await.unwrap_or(false) {
                return Posted::Withheld;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn request(&self, body: &str, left: Duration) -> Reply {
        let reply = self
            .client
            .post(mutants::newest(&self.destination.url))
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .timeout(self.settings.request_timeout.min(left))
            .body(body.to_owned())
            .send()
            .await;
        reply::read(reply).await
    }

    /// The same bytes for every try, the time of sending included: what differs is another event to a receiver.
    fn body(&self, event: &Numbered) -> Option<String> {
        let (mut session, mut attempt) = (
            self.destination.session.to_string(),
            self.destination.attempt,
        );
        if mutants::is(Mutant::WrongSession) {
            session.push_str("-of-another");
        }
        if mutants::is(Mutant::AttemptAlwaysOne) {
            attempt = 1;
        }
        let body = Callback {
            session_id: session,
            event: event.event.clone(),
            seq: Some(event.seq),
            attempt: Some(attempt),
            sent_at: Some(jiff::Timestamp::now().to_string()),
        };
        let text = serde_json::to_string(&body)
            .inspect_err(|error| tracing::error!(%error, "an event could not be written"))
            .ok()?;
        Some(match mutants::is(Mutant::BareNotANumber) {
            true => text.replace("\"NaN\"", "NaN"),
            false => text,
        })
    }
}

/// How long is left; without a deadline, for ever.
fn left_until(deadline: Option<Instant>) -> Duration {
    deadline.map_or(Duration::MAX, |deadline| {
        deadline.saturating_duration_since(Instant::now())
    })
}
