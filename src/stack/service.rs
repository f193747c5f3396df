//! The three services of a stack, and the words that belong to each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the services that a run needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// The Temporal development server: frontend, history, matching and visibility in one process, in memory.
    Temporal,
    /// PostgreSQL with the koperasi database.
    Postgres,
    /// Typesense, where the agent's knowledge lives.
    Typesense,
}

impl Service {
    /// All three, in the order in which they are reported.
    pub const ALL: [Self; 3] = [Self::Temporal, Self::Postgres, Self::Typesense];

    /// The service's name in labels, image names and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Temporal => "temporal",
            Self::Postgres => "postgres",
            Self::Typesense => "typesense",
        }
    }

    /// The environment variable that replaces this service's image.
    pub fn image_variable(self) -> &'static str {
        match self {
            Self::Temporal => "KAI_E2E_TEMPORAL_IMAGE",
            Self::Postgres => "KAI_E2E_POSTGRES_IMAGE",
            Self::Typesense => "KAI_E2E_TYPESENSE_IMAGE",
        }
    }

    /// The environment variable that names this service's program for the processes provider; for Postgres, the directory of
    /// its programs.
    pub fn program_variable(self) -> &'static str {
        match self {
            Self::Temporal => "KAI_E2E_TEMPORAL_BIN",
            Self::Postgres => "KAI_E2E_POSTGRES_BIN_DIR",
            Self::Typesense => "KAI_E2E_TYPESENSE_BIN",
        }
    }

    /// The environment variable that fixes this service's port on the host.
    pub fn port_variable(self) -> &'static str {
        match self {
            Self::Temporal => "KAI_E2E_TEMPORAL_PORT",
            Self::Postgres => "KAI_E2E_POSTGRES_PORT",
            Self::Typesense => "KAI_E2E_TYPESENSE_PORT",
        }
    }

    /// The port that the service listens on inside its container.
    pub fn container_port(self) -> u16 {
        match self {
            Self::Temporal => 7233,
            Self::Postgres => 5432,
            Self::Typesense => 8108,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value for each of the three services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct PerService<T> {
    /// Temporal's value.
    pub temporal: T,
    /// Postgres's value.
    pub postgres: T,
    /// Typesense's value.
    pub typesense: T,
}

impl<T> PerService<T> {
    /// The value of one service.
    pub fn get(&self, service: Service) -> &T {
        match service {
            Service::Temporal => &self.temporal,
            Service::Postgres => &self.postgres,
            Service::Typesense => &self.typesense,
        }
    }

    /// The value of one service, to be changed.
    pub fn get_mut(&mut self, service: Service) -> &mut T {
        match service {
            Service::Temporal => &mut self.temporal,
            Service::Postgres => &mut self.postgres,
            Service::Typesense => &mut self.typesense,
        }
    }

    /// The three values with their services, in the order of [`Service::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Service, &T)> {
        Service::ALL
            .into_iter()
            .map(|service| (service, self.get(service)))
    }
}
