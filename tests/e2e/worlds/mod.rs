//! Private worlds: nobody sees another's, and none is left behind.
//!
//! These tests count databases and collections, so each has a stack of its own.

mod failed;
mod killed;
mod namespace;
mod own;
mod two_hundred;

use kai_e2e::stack::{Endpoints, StackConfig};
use serde_json::Value;

use crate::support::{Result, query};

/// A small seed: worlds are about isolation, not about data.
fn small() -> Result<StackConfig> {
    Ok(StackConfig::from_env()?.with_seed_scale("0.05".parse()?))
}

/// The databases and collections of all worlds on a stack, by name.
async fn left_on(endpoints: &Endpoints) -> Result<Vec<String>> {
    let postgres = &endpoints.postgres;
    let databases = query(
        &postgres.admin_url("postgres"),
        "SELECT datname FROM pg_database WHERE datname LIKE 'world%' ORDER BY 1",
    )
    .await?;
    let collections: Vec<Value> = reqwest::Client::new()
        .get(format!("{}/collections", endpoints.typesense.url()))
        .header("X-TYPESENSE-API-KEY", endpoints.typesense.api_key.reveal())
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let collections = collections
        .iter()
        .filter_map(|collection| collection["name"].as_str())
        .filter(|name| name.starts_with("world"))
        .map(str::to_owned);
    Ok(databases
        .into_iter()
        .flatten()
        .flatten()
        .chain(collections)
        .collect())
}
