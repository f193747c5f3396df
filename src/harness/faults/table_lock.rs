//! A lock on a table: what makes a worker's statement wait for as long as it is held, and so a moment in its middle.

use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use crate::stack::{Backoff, PostgresEndpoint};

/// A table of a harness's own database, locked: every statement of the worker's that reads it waits, until the lock is released.
///
/// Errors are the server's words: whoever locks knows what for.
#[must_use = "a lock that is dropped lets everything go on"]
pub struct TableLock {
    holder: Client,
    looker: Client,
    waiting: String,
    drivers: [JoinHandle<()>; 2],
}

impl TableLock {
    /// Takes the lock, as the superuser.
    ///
    /// # Errors
    /// When the database cannot be reached, or has no such table.
    pub async fn take(postgres: &PostgresEndpoint, table: &str) -> Result<Self, String> {
        let url = postgres.admin_url(&postgres.database);
        let (holder, first) = connect(&url).await?;
        let (looker, second) = connect(&url).await?;
        let quoted = table.replace('"', "\"\"");
        holder
            .batch_execute(&format!(
                "BEGIN; LOCK TABLE \"{quoted}\" IN ACCESS EXCLUSIVE MODE"
            ))
            .await
            .map_err(|error| crate::contract::error_chain(&error))?;
        // What a backend waits for right now is not asked: it looks up from its lock to search for deadlocks.
        let waiting = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND usename = '{}' \
             AND EXISTS (SELECT FROM pg_locks WHERE pg_locks.pid = pg_stat_activity.pid AND NOT granted)",
            postgres.database.replace('\'', "''"),
            postgres.reader_user.replace('\'', "''")
        );
        Ok(Self {
            holder,
            looker,
            waiting,
            drivers: [first, second],
        })
    }

    /// How many of the worker's statements wait for it now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn waiting(&self) -> Result<i64, String> {
        let row = self.looker.query_one(&self.waiting, &[]).await;
        row.and_then(|row| row.try_get(0))
            .map_err(|error| crate::contract::error_chain(&error))
    }

    /// Waits until a statement waits for it, or none does any more. False when that does not happen in time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn until(&self, any: bool, bound: Duration) -> Result<bool, String> {
        let deadline = Instant::now() + bound;
        let mut backoff = Backoff::new();
        while (self.waiting().await? > 0) != any {
            if !backoff.pause_within(deadline).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lets everything go on.
    ///
    /// # Errors
    /// When the connection that held it has broken; the lock is released then, too.
    pub async fn release(self) -> Result<(), String> {
        let released = self.holder.batch_execute("ROLLBACK").await;
        drop((self.holder, self.looker));
        for driver in self.drivers {
            // A connection that broke has released it as well.
            let _ = driver.await;
        }
        released.map_err(|error| crate::contract::error_chain(&error))
    }
}

/// A connection and the task that drives it.
pub(in crate::harness) async fn connect(url: &str) -> Result<(Client, JoinHandle<()>), String> {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .map_err(|error| crate::contract::error_chain(&error))?;
    let driver = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection beside the worker broke");
        }
    });
    Ok((client, driver))
}
