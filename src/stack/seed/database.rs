//! Making and removing databases.

use tokio_postgres::Client;

use super::load::{failed, open};
use crate::stack::{PostgresEndpoint, StackError, services::MAINTENANCE_DATABASE};

/// Creates a database: empty, or as a copy of `template`, to which nobody may be connected meanwhile.
///
/// A copy is made file by file, which is the faster way for a database in memory.
///
/// # Errors
///
/// [`StackError::Database`], for instance when the name is taken or the template is in use.
pub async fn create_database(
    postgres: &PostgresEndpoint,
    database: &str,
    template: Option<&str>,
) -> Result<(), StackError> {
    let client = open(postgres, MAINTENANCE_DATABASE).await?;
    // From `template0`, so that nothing that was added to the server's own template comes with it.
    create_from(&client, database, template.unwrap_or("template0")).await
}

pub(super) async fn create_from(
    client: &Client,
    database: &str,
    template: &str,
) -> Result<(), StackError> {
    let statement = format!(
        "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY",
        identifier(database),
        identifier(template)
    );
    client
        .batch_execute(&statement)
        .await
        .map_err(|error| failed("create the database", database, error))
}

/// Removes a database, and ends the connections to it. One that does not exist is no error.
///
/// Close connections first: a server that has to end them takes a tenth of a second, one that has not takes milliseconds.
///
/// # Errors
///
/// [`StackError::Database`] when the server refuses.
pub async fn drop_database(postgres: &PostgresEndpoint, database: &str) -> Result<(), StackError> {
    let client = open(postgres, MAINTENANCE_DATABASE).await?;
    client
        .batch_execute(&format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            identifier(database)
        ))
        .await
        .map_err(|error| failed("drop the database", database, error))
}

/// A name as it stands in SQL.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(identifier("koperasi"), "\"koperasi\"");
        assert_eq!(identifier("a\"; DROP"), "\"a\"\"; DROP\"");
    }
}
