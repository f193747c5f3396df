//! Why a database cannot be used. No text holds a URI or a password.

/// Why a database cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The connection's id cannot be stored.
    #[error("the connection id {id:?} cannot be used: {reason}")]
    Id {
        /// The id.
        id: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The URI is none that the agent can open.
    #[error("the URI of the connection `{id}` cannot be used: {reason}")]
    Uri {
        /// The connection.
        id: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The stored URI does not open with the agent's key.
    #[error(
        "the stored URI of the connection `{id}` cannot be decrypted with this worker's ENCRYPT_KEY"
    )]
    Sealed {
        /// The connection.
        id: String,
    },
    /// The database does not answer, or breaks off.
    #[error("the database of the connection `{id}` cannot be reached: {reason}")]
    Unreachable {
        /// The connection.
        id: String,
        /// What was seen.
        reason: String,
    },
}

/// What the driver said, in one line: the server's own words, or the innermost cause.
pub(crate) fn said(error: &tokio_postgres::Error) -> String {
    if let Some(db) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", db.message(), db.code().code());
    }
    let outer = error.to_string();
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let inner = innermost.to_string();
    if outer.contains(&inner) {
        outer
    } else {
        format!("{outer}: {inner}")
    }
}
