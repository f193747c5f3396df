//! What a provider is asked for, and what it gives.

use std::{collections::HashMap, num::NonZeroU16, time::Instant};

use super::Instance;
use crate::{
    contract::Secret,
    stack::{
        Programs, Progress, Service, StackConfig,
        services::Credentials,
        session::{Labels, SessionDirectory},
    },
};

/// Everything that one service is begun from.
pub(in crate::stack) struct Order<'a> {
    pub(in crate::stack) service: Service,
    pub(in crate::stack) programs: &'a Programs,
    pub(in crate::stack) config: &'a StackConfig,
    pub(in crate::stack) session: &'a SessionDirectory,
    pub(in crate::stack) labels: &'a Labels,
    pub(in crate::stack) credentials: &'a Credentials,
    pub(in crate::stack) progress: &'a dyn Progress,
}

impl Order<'_> {
    /// The fixed port on the host; `None` for a free one.
    pub(in crate::stack) fn port(&self) -> Option<NonZeroU16> {
        self.config.port(self.service)
    }
}

/// The ports on which a service is reached, by the ports that it has in a container of its own.
pub(in crate::stack) type Ports = HashMap<u16, u16>;

/// A service that was begun.
#[derive(Debug, Clone)]
pub(in crate::stack) struct Begun {
    pub(in crate::stack) instance: Instance,
    /// The host on which its ports are reached.
    pub(in crate::stack) host: String,
    /// Without its ports it has ended already.
    pub(in crate::stack) ports: Ports,
    /// When it was started: what had to be prepared before that is no part of a start's bound.
    pub(in crate::stack) since: Instant,
    /// For a Postgres that holds the seed already: the superuser's password that it came with.
    pub(in crate::stack) came_with: Option<Secret>,
}

impl Begun {
    /// Where the service's own port is reached.
    pub(in crate::stack) fn port(&self, service: Service) -> Option<u16> {
        self.ports.get(&service.container_port()).copied()
    }
}
