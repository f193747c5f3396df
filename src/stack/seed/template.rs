//! The seeded template, and databases made from it.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::{
    database::{create_from, identifier, until_unused},
    files::DATABASE_RIGHTS,
    load::{DATABASE, failed, open},
    seed_database,
    takeover::change_passwords,
};
use crate::stack::{PostgresEndpoint, SeedScale, StackError, services::MAINTENANCE_DATABASE};

/// The seeded database that nobody may connect to, so that it can be copied at any moment.
const TEMPLATE: &str = "koperasi_template";

/// Fills a fresh server: the seed goes into a template, and the database `koperasi` is the first copy of it. Gives the time
/// that this took.
pub(in crate::stack) async fn fill_server(
    postgres: &PostgresEndpoint,
    scale: &SeedScale,
) -> Result<Duration, StackError> {
    let started = Instant::now();
    make_template(postgres, scale).await?;
    let client = open(postgres, MAINTENANCE_DATABASE).await?;
    // The server has stored the superuser's in a way that makes every login slow.
    change_passwords(&client, postgres).await?;
    clone_on(&client, DATABASE).await?;
    Ok(started.elapsed())
}

/// Loads the seed into the template of a fresh server.
pub(in crate::stack) async fn make_template(
    postgres: &PostgresEndpoint,
    scale: &SeedScale,
) -> Result<(), StackError> {
    seed_database(postgres, TEMPLATE, scale).await?;
    let client = open(postgres, MAINTENANCE_DATABASE).await?;
    client
        .batch_execute(&format!(
            "ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false",
            identifier(TEMPLATE)
        ))
        .await
        .map_err(|error| failed("make a template of the database", TEMPLATE, error))?;
    // With the seed's own connection open, copying waits for a tenth of a second at a time, and refuses after five seconds; so
    // this only has to be quick, not sure.
    until_unused(&client, TEMPLATE, Duration::from_secs(2)).await
}

/// Creates a database with the seed's contents as a copy of the stack's template: tens of milliseconds, where seeding takes a
/// second. The reading role may do in it what it may do in `koperasi`.
///
/// # Errors
///
/// [`StackError::Database`], for instance when the name is taken.
pub async fn clone_database(postgres: &PostgresEndpoint, database: &str) -> Result<(), StackError> {
    clone_on(&open(postgres, MAINTENANCE_DATABASE).await?, database).await
}

pub(super) async fn clone_on(client: &Client, database: &str) -> Result<(), StackError> {
    create_from(client, database, TEMPLATE).await?;
    // The setting ends with the transaction, which a batch is.
    let rights = format!(
        "SELECT set_config('koperasi.database', '{}', true); {DATABASE_RIGHTS}",
        database.replace('\'', "''")
    );
    client
        .batch_execute(&rights)
        .await
        .map_err(|error| failed("set the rights on the database", database, error))
}
