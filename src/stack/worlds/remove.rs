//! Removing what carries a world's name.

use std::time::Duration;

use serde::Deserialize;

use crate::stack::{Endpoints, StackError, TypesenseEndpoint, seed::drop_unused_database};

/// The whole of one request to Typesense. Deletions queue up behind each other, a hundredth of a second each.
const REQUEST_BOUND: Duration = Duration::from_secs(60);

/// Removes the database and the collections of a world; both are tried, whatever becomes of the other.
pub(super) async fn world(endpoints: &Endpoints, name: &str) -> Result<(), StackError> {
    let prefix = format!("{name}_");
    let (database, collections) = futures::join!(
        drop_unused_database(&endpoints.postgres, name),
        collections(&endpoints.typesense, &prefix),
    );
    database.and(collections)
}

#[derive(Deserialize)]
struct Collection {
    name: String,
}

async fn collections(typesense: &TypesenseEndpoint, prefix: &str) -> Result<(), StackError> {
    let failed = |source: reqwest::Error| StackError::Collections {
        prefix: prefix.to_owned(),
        source: source.without_url().into(),
    };
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(REQUEST_BOUND)
        .build()
        .map_err(failed)?;
    let all = format!("{}/collections", typesense.url());
    let key = typesense.api_key.reveal();
    let listed: Vec<Collection> = async {
        let reply = http
            .get(&all)
            .header("X-TYPESENSE-API-KEY", key)
            .send()
            .await?;
        reply.error_for_status()?.json().await
    }
    .await
    .map_err(failed)?;
    let deletions = listed
        .into_iter()
        .filter(|collection| collection.name.starts_with(prefix))
        .map(|collection| {
            let deletion = http
                .delete(format!("{all}/{}", collection.name))
                .header("X-TYPESENSE-API-KEY", key)
                .send();
            async move {
                let reply = deletion.await?;
                match reply.status() {
                    // Somebody else was faster.
                    reqwest::StatusCode::NOT_FOUND => Ok(()),
                    _ => reply.error_for_status().map(drop),
                }
            }
        });
    futures::future::try_join_all(deletions)
        .await
        .map(drop)
        .map_err(failed)
}
