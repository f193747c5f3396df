//! Making and removing databases.

use std::time::{Duration, Instant};

use tokio::time::timeout;
use tokio_postgres::Client;

use super::load::{failed, late, open};
use crate::stack::{
    PostgresEndpoint, StackError, bounds, services::MAINTENANCE_DATABASE, wait::Backoff,
};

/// Creates a database: empty, or as a copy of `template`, to which nobody may be connected meanwhile.
///
/// A copy is made file by file, which is the faster way for a database in memory.
///
/// # Errors
///
/// [`StackError::Database`], for instance when the name is taken or the template is in use.
pub async fn create_database(
    postgres: &PostgresEndpoint,
    database: &str,
    template: Option<&str>,
) -> Result<(), StackError> {
    let client = open(postgres, MAINTENANCE_DATABASE).await?;
    // From `template0`, so that nothing that was added to the server's own template comes with it.
    create_from(&client, database, template.unwrap_or("template0")).await
}

pub(super) async fn create_from(
    client: &Client,
    database: &str,
    template: &str,
) -> Result<(), StackError> {
    let statement = format!(
        "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY",
        identifier(database),
        identifier(template)
    );
    run(client, "create the database", database, &statement).await
}

/// Removes a database, and ends the connections to it. One that does not exist is no error.
///
/// Close connections first: a server that has to end them takes a tenth of a second, one that has not takes milliseconds.
///
/// # Errors
///
/// [`StackError::Database`] when the server refuses.
pub async fn drop_database(postgres: &PostgresEndpoint, database: &str) -> Result<(), StackError> {
    drop_on(&open(postgres, MAINTENANCE_DATABASE).await?, database).await
}

async fn drop_on(client: &Client, database: &str) -> Result<(), StackError> {
    let statement = format!(
        "DROP DATABASE IF EXISTS {} WITH (FORCE)",
        identifier(database)
    );
    run(client, "drop the database", database, &statement).await
}

/// A copy of many rows on a slow disk takes seconds, so this has as long as the seed.
async fn run(
    client: &Client,
    action: &str,
    database: &str,
    statement: &str,
) -> Result<(), StackError> {
    timeout(bounds::SEED.get(), client.batch_execute(statement))
        .await
        .map_err(|_| late(action, database, bounds::SEED))?
        .map_err(|error| failed(action, database, error))
}

/// Removes a database whose last connections were closed a moment ago: waits for the server to see their end, which takes
/// less than ending them by force. What is still open after that is ended all the same.
pub(in crate::stack) async fn drop_unused_database(
    postgres: &PostgresEndpoint,
    database: &str,
) -> Result<(), StackError> {
    let client = open(postgres, MAINTENANCE_DATABASE).await?;
    until_unused(&client, database, Duration::from_millis(200)).await?;
    drop_on(&client, database).await
}

/// Waits for the end of a database's connections, which the server notices a little later than the client. That they have
/// ended is not sure when the bound has passed.
pub(super) async fn until_unused(
    client: &Client,
    database: &str,
    bound: Duration,
) -> Result<(), StackError> {
    let deadline = Instant::now() + bound;
    let mut backoff = Backoff::new();
    loop {
        let row = client
            .query_one(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = $1",
                &[&database],
            )
            .await
            .map_err(|error| failed("look at the users of the database", database, error))?;
        if row.get::<_, i64>(0) == 0 || !backoff.pause_within(deadline).await {
            return Ok(());
        }
    }
}

/// A name as it stands in SQL.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(identifier("koperasi"), "\"koperasi\"");
        assert_eq!(identifier("a\"; DROP"), "\"a\"\"; DROP\"");
    }
}
