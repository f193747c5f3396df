//! `kai-e2e worker`: the worker as a process of its own.

use std::sync::Arc;

use super::Exit;
use super::signals::stop_signal;
use crate::agent::OfflineAnalyst;
use crate::worker::{KaiWorker, WorkerConfig};

pub(super) async fn worker() -> Result<(), Exit> {
    let config = WorkerConfig::from_env()?;
    let worker = KaiWorker::start(config, Arc::new(OfflineAnalyst::new())).await?;
    tracing::info!(
        task_queue = worker.task_queue(),
        health = worker.health_address().map(|address| address.to_string()),
        "the worker is polling"
    );
    tokio::select! {
        ended = worker.ended() => Ok(ended?),
        signal = stop_signal() => {
            tracing::info!(signal = signal?, "stopping: no new prompts are taken");
            Ok(worker.stop().await?)
        }
    }
}
