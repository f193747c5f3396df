//! The result of `sync_config` (contract §1).

use serde::{Deserialize, Serialize};

/// What was configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReport {
    /// Always `success`: anything else is an error.
    pub status: SyncStatus,
    /// How many entries of each kind were given and are there now.
    pub synced: SyncCounts,
}

/// How a synchronisation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SyncStatus {
    /// Everything that was given is there.
    Success,
}

/// How many entries of each kind were given and are there now; 0 for a list that was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SyncCounts {
    /// Rules.
    pub instructions: usize,
    /// Procedures.
    pub skills: usize,
    /// Business terms.
    pub glossary: usize,
    /// Models, each of which described a scanned table.
    pub mdl: usize,
}

impl SyncReport {
    pub(super) fn of(synced: SyncCounts) -> Self {
        Self {
            status: SyncStatus::Success,
            synced,
        }
    }
}
