//! Running the seed.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, error::ErrorPosition};

use super::{
    create_database,
    files::FILES,
    verifier::{is_stored, verifier},
};
use crate::contract::Secret;
use crate::stack::{
    Bound, PostgresEndpoint, SeedScale, StackError, bounds,
    services::{connect_to_postgres, quietly},
};

/// The database that every stack has.
pub(in crate::stack) const DATABASE: &str = "koperasi";

/// The role that may only read.
pub(in crate::stack) const READER: &str = "kai_reader";

/// Creates a database and loads the koperasi seed into it; gives the time that this took.
///
/// Two databases that were seeded with the same scale are identical, byte for byte; [`dump_digest`](super::dump_digest)
/// shows it. The reading role gets the endpoint's password.
///
/// # Errors
///
/// [`StackError::Database`], naming the file and the line, when a statement of the seed fails; the half-filled database then
/// stays, to be looked at.
pub async fn seed_database(
    postgres: &PostgresEndpoint,
    database: &str,
    scale: &SeedScale,
) -> Result<Duration, StackError> {
    let bound = bounds::SEED.get();
    tokio::time::timeout(bound, seed(postgres, database, scale))
        .await
        .unwrap_or_else(|_| Err(late("load the seed", database, bounds::SEED)))
}

async fn seed(
    postgres: &PostgresEndpoint,
    database: &str,
    scale: &SeedScale,
) -> Result<Duration, StackError> {
    let started = Instant::now();
    create_database(postgres, database, None).await?;
    let client = open(postgres, database).await?;
    let password = match has_password(&client, postgres, database).await? {
        // Roles belong to the server. Its other databases are in use, and the same password would get another salt.
        true => Secret::new(""),
        false => verifier(&postgres.reader_password).unwrap_or(postgres.reader_password.clone()),
    };
    for (name, value) in [
        ("koperasi.scale", scale.as_str()),
        ("koperasi.reader_password", password.reveal()),
    ] {
        client
            .execute("SELECT set_config($1, $2, false)", &[&name, &value])
            .await
            .map_err(|error| failed(format!("set {name}"), database, error))?;
    }
    for (name, sql) in FILES {
        tracing::debug!(database, file = name, "a file of the seed is run");
        client.batch_execute(sql).await.map_err(|error| {
            failed(
                format!("run seed-sql/{name}{}", place(sql, &error)),
                database,
                error,
            )
        })?;
    }
    Ok(started.elapsed())
}

/// Whether the reading role is there, with the endpoint's password.
async fn has_password(
    client: &Client,
    postgres: &PostgresEndpoint,
    database: &str,
) -> Result<bool, StackError> {
    let stored = client
        .query_opt(
            "SELECT rolpassword FROM pg_authid WHERE rolname = $1",
            &[&READER],
        )
        .await
        .map_err(|error| failed("look for the reading role", database, error))?;
    let stored = stored.and_then(|row| row.get::<_, Option<String>>(0));
    Ok(stored.is_some_and(|stored| is_stored(&stored, &postgres.reader_password)))
}

/// A connection of the superuser to one database, whose statements the server does not log.
pub(super) async fn open(
    postgres: &PostgresEndpoint,
    database: &str,
) -> Result<Client, StackError> {
    let url = quietly(&postgres.admin_url(database));
    tokio::time::timeout(bounds::ANSWER.get(), connect_to_postgres(&url))
        .await
        .map_err(|_| late("connect", database, bounds::ANSWER))?
        .map_err(|error| failed("connect", database, error))
}

pub(super) fn failed(
    action: impl Into<String>,
    database: &str,
    error: tokio_postgres::Error,
) -> StackError {
    StackError::Database {
        action: action.into(),
        database: database.to_owned(),
        source: error.into(),
    }
}

pub(super) fn late(action: &str, database: &str, bound: Bound) -> StackError {
    StackError::Database {
        action: action.to_owned(),
        database: database.to_owned(),
        source: format!(
            "no answer within {} s (the limit is set by {})",
            bound.get().as_secs_f64(),
            bound.variable()
        )
        .into(),
    }
}

/// `, line N`, when the server says where in the text it failed.
fn place(sql: &str, error: &tokio_postgres::Error) -> String {
    let position = error.as_db_error().and_then(|error| error.position());
    match position {
        // Counted in characters, from 1.
        Some(ErrorPosition::Original(at)) => format!(", line {}", line_of(sql, *at as usize)),
        _ => String::new(),
    }
}

fn line_of(sql: &str, position: usize) -> usize {
    1 + sql
        .chars()
        .take(position.saturating_sub(1))
        .filter(|c| *c == '\n')
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_translated_to_a_line() {
        let sql = "SELECT 1;\n-- é\nSELEC 2;";

        assert_eq!(line_of(sql, 1), 1);
        assert_eq!(line_of(sql, 10), 1);
        assert_eq!(line_of(sql, 11), 2);
        assert_eq!(line_of(sql, 16), 3);
    }
}
