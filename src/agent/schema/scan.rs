//! The scan itself: ask the database, write what it says.

use futures::future::try_join_all;
use tokio_postgres::IsolationLevel;

use super::catalog::{self, Table};
use super::describe::describe;
use super::profile;
use super::report::{ScanReport, display_name, select};
use crate::agent::AgentError;
use crate::agent::connection::{Databases, Session, Target, said};
use crate::agent::store::Store;
use crate::contract::documents::{TABLE_DESCRIPTIONS, TableDescription};

/// Reads the named tables, or all, into the agent's knowledge. A scan of all forgets tables that are gone.
pub(crate) async fn scan(
    store: &Store,
    databases: &Databases,
    target: &Target,
    wanted: Option<&[String]>,
    now: i64,
) -> Result<ScanReport, AgentError> {
    let mut session = databases.connect(target).await?;
    let described = read(&mut session, databases, target, wanted, now).await?;
    databases.give_back(session);
    store.put_tables(&described).await?;
    if wanted.is_none_or(<[String]>::is_empty) {
        for known in store.tables(target.id()).await? {
            if !described.iter().any(|table| table.id == known.id) {
                store.forget(TABLE_DESCRIPTIONS, &known.id).await?;
            }
        }
    }
    let names = described
        .iter()
        .map(|table| display_name(&table.db_schema, &table.table_name));
    Ok(ScanReport::of(names.collect()))
}

async fn read(
    session: &mut Session,
    databases: &Databases,
    target: &Target,
    wanted: Option<&[String]>,
    now: i64,
) -> Result<Vec<TableDescription>, AgentError> {
    let failed = |error: tokio_postgres::Error| AgentError::Scan {
        id: target.id().to_owned(),
        reason: said(&error),
        unreachable: error.as_db_error().is_none(),
    };
    let transaction = session
        .client
        .build_transaction()
        .read_only(true)
        .isolation_level(IsolationLevel::RepeatableRead)
        .start()
        .await
        .map_err(failed)?;
    transaction
        .batch_execute(&databases.limits().settings())
        .await
        .map_err(failed)?;
    let tables = catalog::read(&transaction, target.schemas())
        .await
        .map_err(failed)?;
    let tables = select(tables, wanted).map_err(|(name, known)| AgentError::UnknownTable {
        connection_id: target.id().to_owned(),
        table: name,
        known,
    })?;
    // All questions are sent at once; the server answers them one after the other.
    try_join_all(tables.iter().map(async |table: &Table| {
        let profile = profile::look(&transaction, table).await.map_err(failed)?;
        Ok(describe(target.id(), table, profile, now))
    }))
    .await
}
