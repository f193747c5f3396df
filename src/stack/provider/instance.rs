//! What a service is once it runs.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

/// What a provider has started for a service, or found: plain data by which any process can see to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::stack) enum Instance {
    /// A container, by its id.
    Container(String),
    /// A process, by its number, and the data directory of its session.
    Process {
        /// The data directory.
        data: PathBuf,
        /// The process.
        pid: u32,
    },
    /// The data directory of a session of processes.
    Directory(PathBuf),
}

impl Instance {
    /// The container's id, if it is one.
    pub(in crate::stack) fn container(&self) -> Option<&str> {
        match self {
            Self::Container(id) => Some(id),
            Self::Process { .. } | Self::Directory(_) => None,
        }
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(id) => write!(f, "container {id}"),
            Self::Process { pid, .. } => write!(f, "process {pid}"),
            Self::Directory(path) => write!(f, "directory {}", path.display()),
        }
    }
}
