//! The failure types that a worker reports to Temporal (contract §1, "retries").

use std::fmt;

/// Why an activity or the workflow failed, as the `type` of its Temporal application failure.
///
/// Permanent failures are never retried: the same arguments would fail the same way again. The others are retried
/// with backoff up to the configured number of attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureType {
    /// The argument does not decode, or a field of it is missing or of the wrong type.
    InvalidInput,
    /// No connection is stored under the given id.
    UnknownConnection,
    /// The callback URL cannot be used: no URL, another scheme than http(s), no host.
    InvalidCallbackUrl,
    /// A statement was refused because it is not one read-only query.
    RefusedSql,
    /// A service that the run needs (Postgres, Typesense, the model) did not answer.
    ServiceUnavailable,
    /// The agent gave up for a reason that another attempt may not meet.
    AgentFailed,
}

impl FailureType {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "InvalidInput",
            Self::UnknownConnection => "UnknownConnection",
            Self::InvalidCallbackUrl => "InvalidCallbackUrl",
            Self::RefusedSql => "RefusedSql",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::AgentFailed => "AgentFailed",
        }
    }

    /// Whether another attempt with the same arguments is pointless.
    pub fn is_permanent(self) -> bool {
        matches!(
            self,
            Self::InvalidInput
                | Self::UnknownConnection
                | Self::InvalidCallbackUrl
                | Self::RefusedSql
        )
    }
}

impl fmt::Display for FailureType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
