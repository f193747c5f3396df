//! What the containers of all services have in common.

use std::{collections::HashMap, num::NonZeroU16, time::Duration};

use bollard::models::{HostConfig, PortBinding};
use testcontainers::{
    ContainerRequest, GenericImage, ImageExt, TestcontainersError,
    core::{ContainerPort, IntoContainerPort, error::WaitContainerError},
    runners::AsyncRunner,
};

use super::{postgres, temporal, typesense};
use crate::contract::Secret;
use crate::stack::{
    Service, StackConfig, StackError,
    engine::{self, EngineAddress},
    error::{Cause, LogTail},
    images::ServiceImage,
    session::Labels,
};

/// The passwords and the key that one stack is started with.
#[derive(Debug, Clone)]
pub(in crate::stack) struct Credentials {
    pub(in crate::stack) postgres_admin: Secret,
    pub(in crate::stack) postgres_reader: Secret,
    pub(in crate::stack) typesense_key: Secret,
}

impl Credentials {
    pub(in crate::stack) fn random() -> Self {
        Self {
            postgres_admin: Secret::random(),
            postgres_reader: Secret::random(),
            typesense_key: Secret::random(),
        }
    }
}

/// Everything that the container of one service is made from.
pub(in crate::stack) struct ServiceContainer<'a> {
    pub(in crate::stack) service: Service,
    pub(in crate::stack) image: &'a ServiceImage,
    pub(in crate::stack) labels: &'a Labels,
    pub(in crate::stack) port: Option<NonZeroU16>,
    pub(in crate::stack) engine: &'a EngineAddress,
    pub(in crate::stack) credentials: &'a Credentials,
    pub(in crate::stack) temporal_ui: bool,
    /// Whether what it knows has to outlive it.
    pub(in crate::stack) keeps_state: bool,
    pub(in crate::stack) timeout: Duration,
}

impl ServiceContainer<'_> {
    /// Creates and starts the container, and gives its id. It need not be ready yet.
    pub(in crate::stack) async fn start(&self) -> Result<String, StackError> {
        let request = self.request();
        let started = engine::run(async move {
            let container = request.start().await?;
            let id = container.id().to_owned();
            // The handle would remove its container when it is dropped, at the end of whichever process started it. Who
            // removes it, and when, is the session's business: a shared one outlives this process, and an owned one is
            // removed by `stop` or by the watcher, which work after SIGKILL too.
            std::mem::forget(container);
            Ok(id)
        })
        .await;
        match started {
            Ok(Ok(id)) => Ok(id),
            Ok(Err(error)) => Err(self.refused(error)),
            Err(error) => Err(self.failed(error.into())),
        }
    }

    fn refused(&self, error: TestcontainersError) -> StackError {
        if let TestcontainersError::WaitContainer(WaitContainerError::StartupTimeout) = error {
            return StackError::NotReady {
                service: self.service,
                after: self.timeout,
                last_seen: "none, because the engine had not started its container".to_owned(),
                variable: StackConfig::START_TIMEOUT_VARIABLE,
                log: LogTail::default(),
            };
        }
        let text = error.to_string();
        let taken = text.contains("address already in use")
            || text.contains("port is already allocated")
            || text.contains("ports are not available");
        match self.port {
            Some(port) if taken => port_taken(self.service, port),
            _ => self.failed(error.into()),
        }
    }

    fn failed(&self, source: Cause) -> StackError {
        StackError::Start {
            service: self.service,
            image: self.image.name.clone(),
            log: LogTail::default(),
            source,
        }
    }

    fn request(&self) -> ContainerRequest<GenericImage> {
        let (name, tag) = reference(&self.image.name);
        let image = GenericImage::new(name, tag);
        let (ports, request): (Vec<ContainerPort>, _) = match self.service {
            Service::Temporal => (
                temporal::ports(self.temporal_ui),
                temporal::request(image, self.temporal_ui, self.keeps_state),
            ),
            Service::Postgres => (
                vec![self.service.container_port().tcp()],
                postgres::request(image, self.image.prepared, self.credentials),
            ),
            Service::Typesense => (
                vec![self.service.container_port().tcp()],
                typesense::request(image, self.image.prepared, self.credentials),
            ),
        };
        let publish = self.bindings(&ports);
        let tmpfs = (self.service == Service::Postgres && !self.keeps_state).then(postgres::tmpfs);
        let shared_memory =
            (self.service == Service::Postgres).then_some(postgres::SHARED_MEMORY_BYTES);
        request
            .with_labels(self.labels.of(self.service))
            .with_startup_timeout(self.timeout)
            .with_host_config_modifier(move |host: &mut HostConfig| {
                host.publish_all_ports = Some(false);
                host.port_bindings = Some(publish.clone());
                host.tmpfs.clone_from(&tmpfs);
                host.shm_size = shared_memory;
            })
    }

    /// Published on one address only: test services with all privileges are nobody else's business.
    fn bindings(&self, ports: &[ContainerPort]) -> HashMap<String, Option<Vec<PortBinding>>> {
        ports
            .iter()
            .map(|port| {
                let fixed = self
                    .port
                    .filter(|_| port.as_u16() == self.service.container_port());
                let binding = PortBinding {
                    host_ip: Some(self.engine.publish_on().to_owned()),
                    host_port: Some(fixed.map_or_else(String::new, |port| port.to_string())),
                };
                (port.to_string(), Some(vec![binding]))
            })
            .collect()
    }
}

pub(in crate::stack) fn port_taken(service: Service, port: NonZeroU16) -> StackError {
    StackError::PortTaken {
        service,
        port: port.get(),
        variable: service.port_variable(),
    }
}

/// An image's name in the two parts that the container library joins with a colon again.
fn reference(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_again_the_reference_is_the_same() {
        for image in [
            "postgres:17-alpine",
            "registry.example:5000/team/pg:17",
            "postgres@sha256:0123",
            "sha256:0123",
        ] {
            let (name, tag) = reference(image);
            assert_eq!(format!("{name}:{tag}"), image);
        }
        assert_eq!(
            reference("registry.example:5000/pg"),
            ("registry.example:5000/pg", "latest")
        );
    }
}
