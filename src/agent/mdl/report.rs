//! The result of `generate_mdl` (contract §1).

use serde::{Deserialize, Serialize};

use super::Mdl;
use crate::agent::ScanStatus;

/// What was made of the scanned tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MdlReport {
    /// Whether there were any.
    pub status: ScanStatus,
    /// The semantic model.
    pub mdl: Mdl,
    /// How many tables are in it.
    pub table_count: usize,
    /// Their names in order, with the schema where it is not `public`.
    pub tables: Vec<String>,
}
