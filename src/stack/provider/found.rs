//! What carries the labels of a session.

use std::collections::HashMap;

use super::Instance;

/// Something that carries labels that were looked for. [`Labels`](crate::stack::session::Labels) says what they mean.
#[derive(Debug, Clone)]
pub(in crate::stack) struct Found {
    pub(in crate::stack) instance: Instance,
    pub(in crate::stack) labels: HashMap<String, String>,
    /// The provider's word for its state, `running` for one that runs.
    pub(in crate::stack) state: String,
    /// Whether it may still do something.
    pub(in crate::stack) is_alive: bool,
    /// When it was created, in seconds since 1970.
    pub(in crate::stack) created: i64,
    /// Where it is reached, as `host:port`, by the port that it has in a container of its own; empty when it has ended.
    pub(in crate::stack) addresses: HashMap<u16, String>,
}

impl Found {
    pub(in crate::stack) fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }
}
