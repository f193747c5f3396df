//! A statement as the server logged it.

use serde::{Deserialize, Serialize};

use super::fields::LogFields;

/// What the log says about a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum StatementKind {
    /// Its execution began.
    Executed,
    /// Its execution went on: more rows of a portal that was executed with a row limit were asked for.
    Fetched,
    /// It failed, while it was parsed, planned or executed, or it was cancelled.
    Error,
}

/// One statement in the server's log. A statement that fails while it runs appears twice: executed, then as an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedStatement {
    /// When, in RFC 3339 with milliseconds, UTC.
    pub at: String,
    /// The role that ran it.
    pub user: String,
    /// The database it ran in.
    pub database: String,
    /// The connection's `application_name`; empty when it has none.
    pub application_name: String,
    /// The process id of the server's backend, which tells connections apart.
    pub pid: u32,
    /// The statement, exactly as the client sent it.
    pub sql: String,
    /// What the log says about it.
    pub kind: StatementKind,
    /// The server's message, for [`StatementKind::Error`].
    pub error: Option<String>,
}

impl LoggedStatement {
    /// Reads one line. `None` for lines about something else than a statement, and for a line that is cut off.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let fields = LogFields::of(line)?;
        let (kind, sql, error) = match fields.error_severity.as_str() {
            "LOG" => {
                let (kind, sql) = executed(&fields.message)?;
                (kind, sql.to_owned(), None)
            }
            "ERROR" | "FATAL" => (
                StatementKind::Error,
                fields.statement?,
                Some(fields.message),
            ),
            _ => return None,
        };
        Some(Self {
            at: rfc3339(&fields.timestamp),
            user: fields.user.unwrap_or_default(),
            database: fields.dbname.unwrap_or_default(),
            application_name: fields.application_name.unwrap_or_default(),
            pid: fields.pid,
            sql,
            kind,
            error,
        })
    }
}

/// The statement in a message of `log_statement` (PostgreSQL source, `postgres.c`: `exec_simple_query` and
/// `exec_execute_message`):
///
/// - `statement: SQL`, by the simple protocol;
/// - `execute NAME: SQL` and `execute NAME/PORTAL: SQL`, by the extended one (`<unnamed>` when it has no name);
/// - `execute fetch from NAME/PORTAL: SQL`, when a portal goes on after its row limit.
///
/// Only the name stands between the prefix and the first colon with a blank, so the statement itself may hold any.
fn executed(message: &str) -> Option<(StatementKind, &str)> {
    if let Some(sql) = message.strip_prefix("statement: ") {
        return Some((StatementKind::Executed, sql));
    }
    let (kind, rest) = match message.strip_prefix("execute fetch from ") {
        Some(rest) => (StatementKind::Fetched, rest),
        None => (StatementKind::Executed, message.strip_prefix("execute ")?),
    };
    let (_name, sql) = rest.split_once(": ")?;
    Some((kind, sql))
}

/// `2025-03-01 10:00:00.123 UTC` → `2025-03-01T10:00:00.123Z`. The server is told to log in UTC; a time in another zone
/// stays as it is.
fn rfc3339(timestamp: &str) -> String {
    match timestamp.strip_suffix(" UTC") {
        Some(utc) => format!("{}Z", utc.replacen(' ', "T", 1)),
        None => timestamp.to_owned(),
    }
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
