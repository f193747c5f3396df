//! Where the server's log is, inside its container.

/// The directory; the server makes it.
pub(in crate::stack) const DIRECTORY: &str = "/tmp/kai-e2e-pglog";

/// The name that the server is given for its log.
pub(in crate::stack) const FILE: &str = "statements.log";

/// The name that the server makes of it for the log in JSON.
pub(in crate::stack) const JSON_FILE: &str = "statements.json";
