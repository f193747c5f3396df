//! `kai-e2e worker`: the worker as a process of its own.

use super::Exit;
use super::console::StandardError;
use super::signals::stop_signal;
use crate::mutants::{self, Mutant};
use crate::stack::Progress;
use crate::worker::{KaiWorker, WorkerConfig, WorkerError, model_from_env};

/// The time-outs of a mutant that has none.
const FOR_EVER: std::time::Duration = std::time::Duration::from_secs(3600);

pub(super) async fn worker() -> Result<(), Exit> {
    let mutant = mutants::switch_on_from_env()?;
    let mut config = WorkerConfig::from_env()?;
    if let Some(mutant) = mutant {
        tracing::warn!(
            mutant = mutant.name(),
            "this worker has a defect on purpose"
        );
    }
    if mutants::is(Mutant::NoStatementTimeout) {
        config.agent.sql.statement_timeout = FOR_EVER;
        config.agent.sql.lock_timeout = FOR_EVER;
    }
    if mutants::is(Mutant::SecretInOutput) {
        StandardError.line(&mutants::secret());
    }
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
            if mutants::is(Mutant::StopsAtOnce) {
                std::process::exit(1);
            }
            tracing::info!(signal = signal?, "stopping: no new prompts are taken");
            Ok(worker.stop().await?)
        }
    }
}
