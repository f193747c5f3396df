//! The second fence alone: every statement sent as the worker sends what its guard has passed, without the guard.

use std::error::Error;
use std::time::Duration;

use kai_e2e::harness::{Harness, harness};
use rstest::rstest;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Client, NoTls};

use super::canary::Canary;
use super::corpus::attacks;
use super::scene::Scene;
use crate::support::{Result, query};

/// Longer than the server's own limit, so that the server can break a statement off by itself.
const PATIENCE: Duration = Duration::from_secs(5);
/// The bounds of `SqlLimits`, shorter, and what the executor always sets.
const SETTINGS: &str = "SET LOCAL statement_timeout = 500; SET LOCAL lock_timeout = 500; \
    SET LOCAL idle_in_transaction_session_timeout = 500; \
    SET LOCAL standard_conforming_strings = on";
/// What a session starts with, and must still have for the statement after an attack.
const STATE: &str = "SELECT current_user::text, session_user::text, current_setting('search_path'), \
    current_setting('default_transaction_read_only')";

/// A cell of whatever type, as it came.
struct Bytes(Vec<u8>);

impl<'a> FromSql<'a> for Bytes {
    fn from_sql(
        _: &Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

async fn session(harness: &Harness) -> Result<Client> {
    let postgres = harness.postgres();
    let url = postgres.reader_url(&postgres.database);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

/// Sends one statement as the executor does: in a read-only transaction, prepared, bound, and fetched. Gives every cell's
/// bytes as text.
async fn executed(
    client: &mut Client,
    sql: &str,
) -> std::result::Result<String, tokio_postgres::Error> {
    let transaction = client.build_transaction().read_only(true).start().await?;
    transaction.batch_execute(SETTINGS).await?;
    let statement = transaction.prepare(sql).await?;
    let portal = transaction.bind(&statement, &[]).await?;
    let mut seen = String::new();
    for row in transaction.query_portal(&portal, 200).await? {
        for at in 0..row.len() {
            if let Some(Bytes(bytes)) = row.try_get::<_, Option<Bytes>>(at)? {
                seen.push_str(&String::from_utf8_lossy(&bytes));
                seen.push('\n');
            }
        }
    }
    Ok(seen)
}

#[rstest]
#[tokio::test]
async fn the_database_alone_lets_nothing_be_written_and_no_credential_be_read(
    #[future(awt)] harness: Harness,
) -> Result {
    let scene = Scene::set(&harness, Canary::start()?).await?;
    let postgres = harness.postgres();
    let wanted = query(&postgres.reader_url(&postgres.database), STATE).await?;
    let mut client = session(&harness).await?;
    let (mut tried, mut ran) = (0, Vec::new());
    for attack in attacks("statements.jsonl", &scene.canary)? {
        // Size is bounded by the guard and the worker's limits; the role alone may ask for as much as it likes.
        if attack.kind == "exhaust" {
            continue;
        }
        tried += 1;
        match tokio::time::timeout(PATIENCE, executed(&mut client, &attack.text)).await {
            Ok(Ok(seen)) => {
                scene.assert_without_loot(&attack.id, &seen);
                ran.push(attack.id.clone());
            }
            Ok(Err(_)) => {}
            Err(_) => client = session(&harness).await?,
        }
        if client.is_closed() {
            client = session(&harness).await?;
        }
        let state = client.query_one(STATE, &[]).await;
        let state = match state {
            Ok(row) => vec![
                (0..row.len())
                    .map(|at| Some(row.get::<_, String>(at)))
                    .collect::<Vec<_>>(),
            ],
            // The session was ended; the next one begins as every one does.
            Err(_) => {
                client = session(&harness).await?;
                continue;
            }
        };
        assert_eq!(state, wanted, "{} stays in the session", attack.id);
    }
    scene.assert_untouched().await?;
    assert!(tried >= 230, "{tried}");
    eprintln!(
        "{tried} statements without the guard: 0 wrote, 0 read a credential; {} ran: {}",
        ran.len(),
        ran.join(" ")
    );
    Ok(())
}
