//! What the services of a stack are started from.

use serde::{Deserialize, Serialize};

use super::{Binaries, Images, PerService, Service};

/// What the services of a stack are started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Programs {
    /// Images, for containers.
    Images(Images),
    /// Programs of this machine, for processes.
    Binaries(Binaries),
}

impl Programs {
    /// What tells each program from another version of it.
    pub fn ids(&self) -> PerService<&str> {
        match self {
            Self::Images(images) => PerService {
                temporal: &images.temporal.id,
                postgres: &images.postgres.id,
                typesense: &images.typesense.id,
            },
            Self::Binaries(binaries) => PerService {
                temporal: &binaries.temporal.id,
                postgres: &binaries.postgres.id,
                typesense: &binaries.typesense.id,
            },
        }
    }

    /// The name of one service's image, or the path of its program.
    pub fn name(&self, service: Service) -> String {
        match self {
            Self::Images(images) => images.get(service).name.clone(),
            Self::Binaries(binaries) => binaries.get(service).path.display().to_string(),
        }
    }
}
