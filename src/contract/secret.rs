//! Text that must not be seen: keys, passwords, connection URIs.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A key, a password or a URI with a password in it. `Debug` and `Display` show a placeholder.
///
/// Serialising writes it out: that is how the processes that share a stack hand it to one another, through a file that
/// only their user can read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A new random secret: 32 lower-case hex digits, 122 random bits, safe in URLs and in SQL literals.
    pub fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// The text itself, for the one place that hands it to a service, a header or a child process.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing_in_any_format() {
        let secret = Secret::from("hunter2");
        assert_eq!(
            format!("{secret} {secret:?} {secret:#?} {:?}", Some(&secret)),
            "[redacted] [redacted] [redacted] Some([redacted])"
        );
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn random_secrets_differ() {
        assert_ne!(Secret::random(), Secret::random());
        assert_eq!(Secret::random().reveal().len(), 32);
    }
}
