//! Two organisations, each with a queue, a worker and data of its own.

use std::sync::Arc;

use kai_e2e::contract::organisation_task_queue;
use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, Outcome, WorkerProcess};

use super::scene::{Kept, SOON, all_kept, answer, settings, shared, worker};
use crate::support::{CANONICAL, Result};

/// A harness on an organisation's queue, and the organisation's worker.
async fn organisation(stack: &Arc<AnyStack>) -> Result<(Harness, WorkerProcess)> {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let settings = HarnessSettings {
        task_queue: Some(organisation_task_queue(&id)),
        ..settings()
    };
    let harness = Harness::on(Arc::clone(stack), settings).await?;
    // It finds its queue by its organisation, as it does in production.
    let command = worker()
        .variable("TEMPORAL_TASK_QUEUE", "")
        .variable("ORG_ID", id);
    let worker = harness.start_worker(&command, SOON).await?;
    Ok((harness, worker))
}

#[tokio::test]
async fn two_organisations_on_two_queues_never_see_each_other() -> Result {
    let stack = shared().await?;
    let (one, worker_one) = organisation(&stack).await?;
    let (two, worker_two) = organisation(&stack).await?;
    let (first, second) = futures::try_join!(async { one.ask(CANONICAL).await }, async {
        two.ask("Berapa jumlah koperasi di Bali?").await
    },)?;
    for (harness, run, other) in [(&one, &first, &two), (&two, &second, &one)] {
        answer(run)?;
        all_kept(Kept::default().broken_by(harness, run))?;
        assert!(harness.task_queue().starts_with("kai-"));
        let session = kai_e2e::contract::SessionId::new(run.session());
        assert_eq!(other.capture().accepted(&session), 0);
    }
    assert_ne!(answer(&first)?, answer(&second)?);

    // What one has is nothing that the other can ask for.
    let foreign = one.ask(CANONICAL).connection(two.connection_id()).await?;
    let Outcome::Failed(failure) = foreign.outcome() else {
        return Err(format!("the run ended as {:?}", foreign.outcome()).into());
    };
    assert_eq!(failure.kind, "UnknownConnection");
    assert!(
        foreign.logged_sql().is_empty(),
        "{:?}",
        foreign.logged_sql()
    );

    // Without its own worker a queue is nobody's: the other organisation's does not take from it.
    worker_two.kill().await;
    let waiting = two.ask(CANONICAL).start().await?;
    one.ask(CANONICAL).await?.check()?;
    assert_eq!(two.capture().accepted(waiting.session()), 0);
    waiting.terminate().await?;
    worker_one.kill().await;
    one.stop().await?;
    Ok(two.stop().await?)
}
