//! A server that came with the seed in it.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::{
    load::{DATABASE, READER, failed, open},
    template::clone_on,
    verifier::verifier,
};
use crate::contract::Secret;
use crate::stack::{
    PostgresEndpoint, StackError,
    services::{ADMIN_USER, MAINTENANCE_DATABASE},
};

/// Makes a server that came with the template, and perhaps with more, as [`fill_server`](super::fill_server) would have: both
/// roles get the endpoint's passwords, and the database `koperasi` is there. `present` is the superuser's password until then,
/// and is worth nothing afterwards. Gives the time that this took.
pub(in crate::stack) async fn take_over(
    postgres: &PostgresEndpoint,
    present: &Secret,
) -> Result<Duration, StackError> {
    let started = Instant::now();
    let as_it_came = PostgresEndpoint {
        admin_password: present.clone(),
        ..postgres.clone()
    };
    let client = open(&as_it_came, MAINTENANCE_DATABASE).await?;
    change_passwords(&client, postgres).await?;
    if !has_database(&client).await? {
        clone_on(&client, DATABASE).await?;
    }
    Ok(started.elapsed())
}

/// Gives both roles the endpoint's passwords.
pub(super) async fn change_passwords(
    client: &Client,
    postgres: &PostgresEndpoint,
) -> Result<(), StackError> {
    let statement = [
        (READER, &postgres.reader_password),
        (ADMIN_USER, &postgres.admin_password),
    ]
    .map(|(role, password)| {
        let stored = verifier(password);
        let password = stored.as_ref().unwrap_or(password);
        format!(
            "ALTER ROLE {role} PASSWORD '{}'",
            password.reveal().replace('\'', "''")
        )
    })
    .join("; ");
    client
        .batch_execute(&statement)
        .await
        .map_err(|error| failed("change the passwords", MAINTENANCE_DATABASE, error))
}

async fn has_database(client: &Client) -> Result<bool, StackError> {
    let found = client
        .query_opt("SELECT FROM pg_database WHERE datname = $1", &[&DATABASE])
        .await
        .map_err(|error| failed("look for the database", DATABASE, error))?;
    Ok(found.is_some())
}
