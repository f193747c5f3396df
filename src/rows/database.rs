//! The database that statements are run on again: as the role that may only read.

use std::time::Duration;

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::{Column, Kind, Rows};
use crate::contract::{Secret, error_chain};

/// The most rows that are compared.
const MOST_ROWS: usize = 5_000;
/// How long the server may take to answer.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a statement may run: Postgres's own limit is a little shorter, so that it can say so.
const PATIENCE: Duration = Duration::from_secs(70);
const SETTINGS: &str = "SET default_transaction_read_only = on; SET statement_timeout = '60s'; \
    SET application_name = 'kai-e2e-rows'";

/// A database that cannot be reached. The text holds no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the database cannot be reached: {0}")]
pub struct Unreachable(String);

impl Unreachable {
    /// Why.
    pub fn reason(&self) -> &str {
        &self.0
    }
}

/// A connection that cannot write. Statements may be sent at the same time; they are run one after the other.
pub struct Database(Client);

impl Database {
    /// Connects to the database of a URI.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn connect(uri: &Secret) -> Result<Self, Unreachable> {
        let connected = async {
            let (client, connection) = tokio_postgres::connect(uri.reveal(), NoTls).await?;
            // It ends with its client; what it would say then, the client has said.
            tokio::spawn(async move { drop(connection.await) });
            client.batch_execute(SETTINGS).await?;
            Ok::<_, tokio_postgres::Error>(client)
        };
        match tokio::time::timeout(CONNECT, connected).await {
            Ok(Ok(client)) => Ok(Self(client)),
            Ok(Err(error)) => Err(Unreachable(error_chain(&error))),
            Err(_) => Err(Unreachable(format!("no answer within {CONNECT:?}"))),
        }
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// Postgres's words when it is no single statement that reads, breaks off, or returns more than can be compared.
    pub async fn rows(&self, sql: &str) -> Result<Rows, String> {
        match tokio::time::timeout(PATIENCE, self.run(sql)).await {
            Ok(rows) => rows,
            Err(_) => Err(format!("no answer within {PATIENCE:?}")),
        }
    }

    async fn run(&self, sql: &str) -> Result<Rows, String> {
        let said = |error: tokio_postgres::Error| match error.as_db_error() {
            Some(error) => error.message().to_owned(),
            None => error_chain(&error),
        };
        // Preparing says the types, and takes one statement only.
        let statement = self.0.prepare(sql).await.map_err(said)?;
        let columns: Vec<Column> = statement
            .columns()
            .iter()
            .map(|column| Column {
                name: column.name().to_owned(),
                kind: Kind::of(column.type_()),
            })
            .collect();
        if columns.is_empty() {
            return Err("it returns no rows: only a SELECT can be compared".to_owned());
        }
        // The simple protocol says everything in Postgres's own text.
        let messages = self.0.simple_query(sql).await.map_err(said)?;
        let rows: Vec<_> = messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    let cell = |at| row.get(at).map(str::to_owned);
                    Some((0..row.len()).map(cell).collect())
                }
                _ => None,
            })
            .collect();
        if rows.len() > MOST_ROWS {
            return Err(format!(
                "it returns {} rows; at most {MOST_ROWS} are compared",
                rows.len()
            ));
        }
        Ok(Rows { columns, rows })
    }
}
