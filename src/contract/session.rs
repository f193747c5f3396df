//! The id of a stream (contract §3).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The id under which one run's events are posted and read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    /// The session of a run: the conversation id when it is set and not empty, else `temporal_` and 8 hex digits.
    ///
    /// The digits are derived from the workflow run (`run_key`, such as its run id), so that every attempt of the
    /// activity posts to the same session.
    pub fn of_run(conversation_id: Option<&str>, run_key: &str) -> Self {
        match conversation_id {
            Some(id) if !id.is_empty() => Self(id.to_owned()),
            _ => Self(format!("temporal_{:08x}", fnv1a(run_key.as_bytes()))),
        }
    }

    /// Takes an id as it came over the wire.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// FNV-1a, 32 bits: a stable digest (the standard library's hasher promises no stability between releases).
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_conversation_when_there_is_one() {
        assert_eq!(SessionId::of_run(Some("conv"), "run").as_str(), "conv");
    }

    #[test]
    fn is_derived_from_the_run_otherwise_and_stable() {
        let first = SessionId::of_run(None, "run-1");
        assert_eq!(first, SessionId::of_run(Some(""), "run-1"));
        assert_ne!(first, SessionId::of_run(None, "run-2"));
        let digits = first
            .as_str()
            .strip_prefix("temporal_")
            .expect("the prefix");
        assert_eq!(digits.len(), 8);
        assert!(digits.bytes().all(|b| b.is_ascii_hexdigit()));
    }
}
