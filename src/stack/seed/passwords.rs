//! New passwords for a server that came with others.

use std::time::{Duration, Instant};

use super::load::{READER, failed, open};
use crate::contract::Secret;
use crate::stack::{
    PostgresEndpoint, StackError,
    services::{ADMIN_USER, MAINTENANCE_DATABASE},
};

/// Gives both roles of a seeded server the endpoint's passwords. `present` is the superuser's password until then, and is
/// worth nothing afterwards. Gives the time that this took.
pub(in crate::stack) async fn change_passwords(
    postgres: &PostgresEndpoint,
    present: &Secret,
) -> Result<Duration, StackError> {
    let started = Instant::now();
    let as_it_came = PostgresEndpoint {
        admin_password: present.clone(),
        ..postgres.clone()
    };
    let client = open(&as_it_came, MAINTENANCE_DATABASE).await?;
    let statement = [
        (READER, &postgres.reader_password),
        (ADMIN_USER, &postgres.admin_password),
    ]
    .map(|(role, password)| {
        format!(
            "ALTER ROLE {role} PASSWORD '{}'",
            password.reveal().replace('\'', "''")
        )
    })
    .join("; ");
    client
        .batch_execute(&statement)
        .await
        .map_err(|error| failed("change the passwords", MAINTENANCE_DATABASE, error))?;
    Ok(started.elapsed())
}
