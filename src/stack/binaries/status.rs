//! Which programs there are.

use std::path::PathBuf;

use super::{
    BinarySource,
    find::{Search, find},
};
use crate::stack::{Service, StackConfig, StackError};

/// The program that a service would be started from as a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryStatus {
    /// The service.
    pub service: Service,
    /// Where the program is and where it comes from; `None` when there is none yet.
    pub found: Option<(PathBuf, BinarySource)>,
    /// Programs that were looked at and cannot be used, each with the reason.
    pub refused: Vec<String>,
}

/// Looks for the programs of all services. Nothing is installed.
///
/// # Errors
///
/// [`StackError::ProgramUnusable`] for one that a variable names and that cannot be used.
pub fn status(config: &StackConfig) -> Result<Vec<BinaryStatus>, StackError> {
    Service::ALL
        .into_iter()
        .map(|service| {
            Ok(match find(config, service)? {
                Search::Found(binary) => BinaryStatus {
                    service,
                    found: Some((binary.path, binary.source)),
                    refused: Vec::new(),
                },
                Search::Missing(refused) => BinaryStatus {
                    service,
                    found: None,
                    refused,
                },
            })
        })
        .collect()
}
