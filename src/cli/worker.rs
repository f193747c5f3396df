//! `kai-e2e worker`: the worker as a process of its own.

use super::Exit;
use super::signals::stop_signal;
use crate::worker::{KaiWorker, WorkerConfig, WorkerError, model_from_env};

pub(super) async fn worker() -> Result<(), Exit> {
    let config = WorkerConfig::from_env()?;
    let model = model_from_env()?.open().await.map_err(WorkerError::from)?;
    let name = model.name().to_owned();
    let worker = KaiWorker::start(config, model).await?;
    tracing::info!(
        model = name,
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
