//! A database to open: what a stored connection becomes once its URI is decrypted.

use tokio_postgres::Config;

use super::uri::check_id;
use super::{ConnectionError, parse};
use crate::agent::crypto::UriCipher;
use crate::contract::Secret;
use crate::contract::documents::DatabaseConnection;

/// A database that can be opened. Its `Debug` shows no URI.
pub(crate) struct Target {
    id: String,
    uri: Secret,
    config: Config,
    schemas: Vec<String>,
}

/// Where Postgres looks by default.
const DEFAULT_SCHEMA: &str = "public";

impl Target {
    /// Decrypts and reads a stored connection.
    pub(crate) fn open(
        stored: &DatabaseConnection,
        cipher: &UriCipher,
    ) -> Result<Self, ConnectionError> {
        let uri = cipher
            .open(&stored.connection_uri)
            .ok_or_else(|| ConnectionError::Sealed {
                id: stored.id.clone(),
            })?;
        let mut target = Self::check(&stored.id, uri)?;
        if !stored.schemas.is_empty() {
            target.schemas.clone_from(&stored.schemas);
        }
        Ok(target)
    }

    /// Checks what a caller wants to store.
    pub(crate) fn check(id: &str, uri: Secret) -> Result<Self, ConnectionError> {
        check_id(id)?;
        let config = parse(id, &uri)?;
        Ok(Self {
            id: id.to_owned(),
            uri,
            config,
            schemas: vec![DEFAULT_SCHEMA.to_owned()],
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn schemas(&self) -> &[String] {
        &self.schemas
    }

    pub(super) fn uri(&self) -> &Secret {
        &self.uri
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// The error that says that this database does not answer.
    pub(crate) fn unreachable(&self, reason: String) -> ConnectionError {
        ConnectionError::Unreachable {
            id: self.id.clone(),
            reason,
        }
    }
}
