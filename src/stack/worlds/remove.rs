//! Removing what carries a world's name.

use std::time::Instant;

use reqwest::StatusCode;
use tokio::sync::Semaphore;

use crate::contract::documents::COLLECTIONS;
use crate::stack::{
    Endpoints, StackError, TypesenseEndpoint, bounds, seed::drop_unused_database, wait::Backoff,
};

/// How many worlds of a process are removed at once. Typesense deletes one collection after the other anyway, and refuses to
/// when too many wait.
static TURNS: Semaphore = Semaphore::const_new(8);

/// Removes the database and the collections of a world; both are tried, whatever becomes of the other.
pub(super) async fn world(endpoints: &Endpoints, name: &str) -> Result<(), StackError> {
    // Nobody closes it; were it closed, nobody would have to wait.
    let _turn = TURNS.acquire().await.ok();
    let prefix = format!("{name}_");
    let (database, collections) = futures::join!(
        drop_unused_database(&endpoints.postgres, name),
        collections(&endpoints.typesense, &prefix),
    );
    database.and(collections)
}

/// Deletes the collections of the contract by their names: a list of all would be as long as there are worlds. What else may
/// begin with the prefix goes with the stack, or with its process when that is killed.
async fn collections(typesense: &TypesenseEndpoint, prefix: &str) -> Result<(), StackError> {
    let failed = |source: reqwest::Error| StackError::Collections {
        prefix: prefix.to_owned(),
        source: source.without_url().into(),
    };
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(bounds::DELETION.get())
        .build()
        .map_err(failed)?;
    for collection in COLLECTIONS {
        let deletion = http
            .delete(format!(
                "{}/collections/{prefix}{collection}",
                typesense.url()
            ))
            .header("X-TYPESENSE-API-KEY", typesense.api_key.reveal());
        delete(deletion).await.map_err(failed)?;
    }
    Ok(())
}

/// Deletes one collection, however busy the server is.
async fn delete(deletion: reqwest::RequestBuilder) -> reqwest::Result<()> {
    let deadline = Instant::now() + bounds::DELETION.get();
    let mut backoff = Backoff::new();
    loop {
        let Some(request) = deletion.try_clone() else {
            return deletion.send().await?.error_for_status().map(drop);
        };
        let reply = request.send().await?;
        match reply.status() {
            // The worker never made it, or somebody else was faster.
            StatusCode::NOT_FOUND => return Ok(()),
            // It does not take writes while it lags behind its own log.
            StatusCode::SERVICE_UNAVAILABLE if backoff.pause_within(deadline).await => {}
            _ => return reply.error_for_status().map(drop),
        }
    }
}
