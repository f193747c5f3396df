//! Passwords and keys that cannot be printed by accident.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A password or an API key. `Debug` hides it; only [`Secret::reveal`] gives it out.
///
/// It serialises as the plain string, because the file that other processes attach by must hold it. That file is
/// readable by its owner only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret that came from elsewhere.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// A new random secret: 32 lower-case hex digits, 122 random bits, safe in URLs and in SQL literals.
    pub fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// The secret itself, for a URL, a header or a variable of a child process.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_value_and_reveal_gives_it() {
        let secret = Secret::new("hunter2");

        assert_eq!(format!("{secret:?}"), "[hidden]");
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn random_secrets_differ() {
        assert_ne!(Secret::random(), Secret::random());
        assert_eq!(Secret::random().reveal().len(), 32);
    }
}
