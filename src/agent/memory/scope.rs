//! Whose memory it is.

use sha2::{Digest, Sha256};

#[cfg(test)]
use super::Memory;
use super::bounds::MAX_CONVERSATION_BYTES;

/// One conversation over one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    connection: String,
    conversation: String,
}

impl Scope {
    /// The scope of a run. None for a run without a conversation, which remembers nothing.
    pub(crate) fn of(connection: &str, conversation: Option<&str>) -> Option<Self> {
        let conversation = conversation.filter(|id| !id.is_empty())?;
        if conversation.len() > MAX_CONVERSATION_BYTES {
            tracing::warn!(
                bytes = conversation.len(),
                "a conversation whose id is longer than {MAX_CONVERSATION_BYTES} bytes has no memory"
            );
            return None;
        }
        Some(Self {
            connection: connection.to_owned(),
            conversation: conversation.to_owned(),
        })
    }

    pub(crate) fn connection(&self) -> &str {
        &self.connection
    }

    pub(crate) fn conversation(&self) -> &str {
        &self.conversation
    }

    /// Whether a memory belongs here.
    #[cfg(test)]
    pub(super) fn owns(&self, memory: &Memory) -> bool {
        memory.db_connection_id == self.connection && memory.session_id == self.conversation
    }

    /// The id of the document with a name. It is a digest in which every part has its length before it, so that no choice of
    /// names in one scope gives an id of another.
    pub(super) fn document_id(&self, namespace: &str, key: &str) -> String {
        let mut digest = Sha256::new();
        for part in [&self.connection, &self.conversation, namespace, key] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        let digits = digest.finalize();
        let digits = digits.iter().map(|byte| format!("{byte:02x}"));
        format!("memory-{}", digits.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(connection: &str, conversation: &str) -> Scope {
        Scope::of(connection, Some(conversation)).expect("a scope")
    }

    #[test]
    fn a_run_without_a_conversation_has_no_memory() {
        assert_eq!(Scope::of("c", None), None);
        assert_eq!(Scope::of("c", Some("")), None);
        assert_eq!(Scope::of("c", Some(&"x".repeat(513))), None);
        assert!(Scope::of("c", Some(&"x".repeat(512))).is_some());
    }

    #[test]
    fn no_names_of_one_scope_give_an_id_of_another() {
        let ids = [
            scope("a", "b").document_id("c", "d"),
            scope("a", "bcd").document_id("", ""),
            scope("a", "bc").document_id("", "d"),
            scope("a", "b").document_id("cd", ""),
            scope("a", "b").document_id("c", "D"),
            scope("a`", "b").document_id("c", "d"),
        ];
        let mut unique = ids.to_vec();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len());
        assert_eq!(ids[0], scope("a", "b").document_id("c", "d"));
    }
}
