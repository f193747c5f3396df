//! The database of the golden statements: the harness's own.

use super::{EvalError, Golden};
use crate::contract::Secret;
use crate::harness::Harness;
use crate::rows::{Database, Rows};

impl Database {
    /// The database of a harness's world.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn of(harness: &Harness) -> Result<Self, EvalError> {
        let postgres = harness.postgres();
        let uri = Secret::from(postgres.reader_url(&postgres.database));
        let connected = Self::connect(&uri).await;
        connected.map_err(|error| EvalError::Database(error.reason().to_owned()))
    }

    /// Runs a golden statement.
    ///
    /// # Errors
    /// As [`rows`](Self::rows).
    pub async fn golden(&self, golden: &Golden) -> Result<Rows, String> {
        self.rows(&golden.sql).await
    }
}
