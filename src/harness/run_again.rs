//! The statements that a run reports, run again: what they really return.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio_postgres::{Client, NoTls};

use crate::checks::RunAgain;
use crate::stack::PostgresEndpoint;

/// The most rows that are compared.
const MOST_ROWS: i64 = 10_000;

/// Runs each statement once more, as the role that may only read, within a bound. None of them is there when the database is not:
/// that is not their fault.
pub(super) async fn run_again(
    postgres: &PostgresEndpoint,
    reported: &[String],
    bound: Duration,
) -> Vec<RunAgain> {
    if reported.is_empty() {
        return Vec::new();
    }
    let url = postgres.reader_url(&postgres.database);
    let all = async {
        let (client, connection) = tokio_postgres::connect(&url, NoTls)
            .await
            .map_err(|error| crate::contract::error_chain(&error))?;
        let driver = tokio::spawn(connection);
        let mut found = Vec::new();
        for sql in reported {
            found.push(RunAgain {
                sql: sql.clone(),
                rows: rows(&client, sql).await,
            });
        }
        drop(client);
        let _ = driver.await;
        Ok::<_, String>(found)
    };
    let why = match tokio::time::timeout(bound, all).await {
        Ok(Ok(found)) => return found,
        Ok(Err(why)) => why,
        Err(_) => format!("no answer within {bound:?}"),
    };
    tracing::warn!(why, "the reported statements could not be run again");
    Vec::new()
}

/// The rows as JSON objects, in a transaction that cannot write.
async fn rows(client: &Client, sql: &str) -> Result<Vec<Map<String, Value>>, String> {
    let said = |error: tokio_postgres::Error| crate::contract::error_chain(&error);
    let sql = sql.trim().trim_end_matches(';');
    // `to_json` keeps the columns' order and all of their names, also one that is there twice.
    let wrapped = format!("SELECT row_to_json(it)::text FROM ({sql}\n) AS it LIMIT {MOST_ROWS}");
    client
        .batch_execute("BEGIN READ ONLY; SET LOCAL statement_timeout = '30s'")
        .await
        .map_err(said)?;
    let found = client.query(&wrapped, &[]).await.map_err(said);
    client.batch_execute("ROLLBACK").await.map_err(said)?;
    found?
        .iter()
        .map(|row| {
            let text: String = row.try_get(0).map_err(said)?;
            serde_json::from_str(&text).map_err(|error| error.to_string())
        })
        .collect()
}
