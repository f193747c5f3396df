//! The master world: the database `koperasi`, made known once a stack by the worker's own activities.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::setup::Setup;
use super::wiring::{Wiring, new_connection_id, short_id};
use super::{AnyStack, HarnessError, HarnessSettings};
use crate::agent::{Agent, Catalogue, Knowledge, OfflineAnalyst};
use crate::worker::{KaiWorker, WorkerError, connect};

type Cell = Arc<OnceCell<Arc<Knowledge>>>;

/// What this process knows of the master worlds of the stacks that it has used. Data, no connections: it may outlive the
/// runtimes of the tests that put it there.
static KNOWN: LazyLock<Mutex<HashMap<String, Cell>>> = LazyLock::new(Mutex::default);

/// Everything that is known of the master world's connection. Whoever comes first prepares it; the others of this process
/// share what it learnt, and other processes read it from the stack's own directory.
pub(super) async fn knowledge(
    stack: &AnyStack,
    settings: &HarnessSettings,
) -> Result<Arc<Knowledge>, HarnessError> {
    // Every start of a stack makes a new key.
    let key = stack.endpoints().typesense.api_key.reveal().to_owned();
    let cell = {
        // A poisoned map is still a map of cells: nothing in it can be half done.
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key).or_default())
    };
    cell.get_or_try_init(|| async {
        let known = stack.once("koperasi", || prepare(stack, settings)).await;
        known.map(Arc::new)
    })
    .await
    .cloned()
}

/// Stores the connection, scans its schema and loads the catalogue, by a worker of its own that knows KAI's own collection
/// names; it goes again at once.
async fn prepare(stack: &AnyStack, settings: &HarnessSettings) -> Result<Knowledge, HarnessError> {
    let wiring = Wiring::master(stack.endpoints());
    let task_queue = format!("kai-e2e-{}-setup", short_id());
    let config = wiring.worker_config(settings, &task_queue);
    let model = Arc::new(OfflineAnalyst::new());
    let agent = Agent::new(config.agent.clone(), model.clone()).map_err(WorkerError::from)?;
    let (client, worker) = futures::try_join!(
        connect(&config.temporal, "kai-e2e-setup"),
        KaiWorker::start(config.clone(), model),
    )?;
    let setup = Setup {
        client: &client,
        task_queue: &task_queue,
        agent: &agent,
    };
    let id = new_connection_id();
    setup
        .connection(&id, &wiring.reader_url(), &Catalogue::embedded()?)
        .await?;
    let knowledge = agent
        .knowledge(&id)
        .await
        .map_err(HarnessError::Catalogue)?;
    // Dropped, it stops without anybody waiting: nothing is under way.
    drop(worker);
    Ok(knowledge)
}
