//! The life of one worker, as its control plane is told of it.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::client::{Client, RequestError};
use super::{ActiveSessions, ControlPlane};

/// The first pause after a registration that failed; it doubles up to the interval of heartbeats.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How long a worker that stops waits for its farewell to be heard.
const FAREWELL: Duration = Duration::from_secs(2);

/// What a worker says of itself.
#[derive(Debug, Clone)]
pub(in crate::worker) struct Facts {
    pub(in crate::worker) task_queue: String,
    pub(in crate::worker) hostname: String,
    pub(in crate::worker) identity: String,
    pub(in crate::worker) temporal_host: String,
}

/// A worker that reports, until it is ended.
#[derive(Debug)]
pub(in crate::worker) struct Registration {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Registration {
    /// Begins to report, on the current runtime.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub(in crate::worker) fn begin(
        plane: ControlPlane,
        facts: Facts,
        sessions: ActiveSessions,
    ) -> Result<Self, reqwest::Error> {
        let interval = plane.interval;
        let client = Client::new(plane)?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(report(client, facts, sessions, interval, stop.clone()));
        Ok(Self { stop, task })
    }

    /// Says farewell, within two seconds.
    pub(in crate::worker) async fn end(self) {
        self.stop.cancel();
        let mut task = self.task;
        if tokio::time::timeout(FAREWELL, &mut task).await.is_err() {
            task.abort();
            tracing::warn!("the control plane did not take the farewell in time");
        }
    }
}

/// Registers, sends heartbeats, registers again when the control plane has forgotten the worker, and says farewell.
async fn report(
    client: Client,
    facts: Facts,
    sessions: ActiveSessions,
    interval: Duration,
    stop: CancellationToken,
) {
    loop {
        let registering = registered(&client, &facts, interval);
        let Some(id) = stop.run_until_cancelled(registering).await else {
            return;
        };
        tracing::info!(worker_id = id, "the control plane knows this worker");
        let beating = until_forgotten(&client, &id, &sessions, interval);
        if stop.run_until_cancelled(beating).await.is_none() {
            if let Err(error) = client.disconnect(&id).await {
                tracing::warn!(%error, "the control plane did not take the farewell");
            }
            return;
        }
    }
}

/// Tries until the control plane has taken the worker in; gives its id there.
async fn registered(client: &Client, facts: &Facts, interval: Duration) -> String {
    let mut pause = FIRST_PAUSE.min(interval);
    loop {
        match client.register(facts).await {
            Ok(id) => return id,
            Err(error) => {
                tracing::warn!(%error, ?pause, "the control plane did not register this worker")
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(interval);
    }
}

/// Sends heartbeats until one is answered with 404: the control plane was started anew, and has to be told again.
async fn until_forgotten(client: &Client, id: &str, sessions: &ActiveSessions, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        match client.heartbeat(id, sessions.count()).await {
            Ok(()) => {}
            Err(RequestError::Status(404)) => {
                tracing::warn!("the control plane has forgotten this worker");
                return;
            }
            Err(error) => tracing::warn!(%error, "the control plane did not take a heartbeat"),
        }
    }
}

#[cfg(test)]
#[path = "registration_tests.rs"]
mod tests;
