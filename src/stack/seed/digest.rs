//! What a database holds, in one number.

use std::pin::pin;

use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use tokio_postgres::Client;

use super::{
    database::identifier,
    files::hex,
    load::{failed, open},
};
use crate::stack::{PostgresEndpoint, StackError};

/// The schema of a database as lines of text that depend on nothing but it: no object ids, no times. Ordered by bytes.
const SCHEMA: &str = include_str!("schema.sql");

/// The digests of a database's schema and of every table's rows. Two databases are identical when these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseDigest {
    /// SHA-256 over the definitions of schemas, tables, columns, constraints, indexes, sequences, views, functions, types,
    /// triggers, comments and privileges.
    pub schema: String,
    /// One entry a table, in the order of their names.
    pub tables: Vec<TableDigest>,
}

impl DatabaseDigest {
    /// One digest over everything.
    pub fn combined(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.schema);
        for table in &self.tables {
            hash.update(format!("\n{}\t{}\t{}", table.name, table.bytes, table.rows));
        }
        hex(&hash.finalize())
    }
}

/// The digest of one table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDigest {
    /// The table's name with its schema, quoted where SQL needs it.
    pub name: String,
    /// How many bytes `COPY … TO STDOUT` gave.
    pub bytes: u64,
    /// SHA-256 over those bytes, in the order in which the server gave them.
    pub rows: String,
}

/// Digests a database: its schema, and the rows of every table as `COPY … TO STDOUT` gives them.
///
/// # Errors
///
/// [`StackError::Database`] when the server refuses or goes away.
pub async fn dump_digest(
    postgres: &PostgresEndpoint,
    database: &str,
) -> Result<DatabaseDigest, StackError> {
    let client = open(postgres, database).await?;
    let digesting = async {
        // The same text for the same value whatever the server's defaults, and every scan from the first page.
        client
            .batch_execute(
                "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET extra_float_digits = 1; \
                 SET synchronize_seqscans = off; SET search_path = ''",
            )
            .await?;
        let schema = schema(&client).await?;
        let mut tables = Vec::new();
        for name in table_names(&client).await? {
            tables.push(rows(&client, name).await?);
        }
        Ok(DatabaseDigest { schema, tables })
    };
    digesting
        .await
        .map_err(|error| failed("digest the contents", database, error))
}

async fn schema(client: &Client) -> Result<String, tokio_postgres::Error> {
    let mut hash = Sha256::new();
    for row in client.query(SCHEMA, &[]).await? {
        let line: String = row.try_get(0)?;
        hash.update(line);
        hash.update("\n");
    }
    Ok(hex(&hash.finalize()))
}

async fn table_names(client: &Client) -> Result<Vec<String>, tokio_postgres::Error> {
    let rows = client
        .query(
            "SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
             ORDER BY n.nspname::text COLLATE \"C\", c.relname::text COLLATE \"C\"",
            &[],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let (schema, table): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            Ok(format!("{}.{}", identifier(&schema), identifier(&table)))
        })
        .collect()
}

async fn rows(client: &Client, name: String) -> Result<TableDigest, tokio_postgres::Error> {
    // A query rather than the table itself, so that a partitioned table gives its rows too.
    let copied = client
        .copy_out(&format!("COPY (SELECT * FROM {name}) TO STDOUT"))
        .await?;
    let mut copied = pin!(copied);
    let mut hash = Sha256::new();
    let mut bytes = 0;
    while let Some(chunk) = copied.try_next().await? {
        bytes += chunk.len() as u64;
        hash.update(&chunk);
    }
    Ok(TableDigest {
        name,
        bytes,
        rows: hex(&hash.finalize()),
    })
}
