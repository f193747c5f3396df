//! Why a statement gave no rows.

use super::guard::GuardError;
use crate::agent::connection::ConnectionError;

/// Why a statement gave no rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// The guard refused it; it was not sent.
    #[error("the statement was refused")]
    Refused(#[source] GuardError),
    /// Its rows would hold a type that has no JSON form; it was prepared, but not executed.
    #[error("the column `{column}` has the type {kind}, which has no JSON form: cast it to text")]
    Column {
        /// The column.
        column: String,
        /// Postgres's name of its type.
        kind: String,
    },
    /// Postgres refused it or broke it off.
    #[error("the database refused the statement: {message} (SQLSTATE {code})")]
    Statement {
        /// Postgres's words, its hint included.
        message: String,
        /// The five characters of Postgres's appendix A.
        code: String,
    },
    /// It ran longer than the configured limit, and the server broke it off.
    #[error("the statement took longer than {limit_ms} ms and was broken off")]
    TimedOut {
        /// The limit in milliseconds.
        limit_ms: u128,
    },
    /// The run was cancelled or out of time while it ran; the server was told to break it off.
    #[error("the statement was broken off because the run was stopped")]
    Stopped,
    /// There is no database to ask.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}
