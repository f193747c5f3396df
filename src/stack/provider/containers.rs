//! Services in containers.

use std::{
    fs, io,
    net::TcpListener,
    time::{Instant, SystemTime},
};

use async_trait::async_trait;
use futures::future::try_join_all;
use uuid::Uuid;

use super::{Begun, Found, Instance, Order, Provider, Scope};
use crate::stack::{
    LoggedStatement, Programs, Progress, Service, StackConfig, StackError,
    engine::{Engine, FoundContainer},
    error::ExitCode,
    images::{first_password, resolve_with},
    services::{
        ServiceContainer, container_log_since, container_log_tail, container_statements_since,
        port_taken,
    },
    session::{SESSION, STACK, owner_filter},
};

/// How long a service may take to end in its own way.
const STOP_SECONDS: i32 = 10;

/// The containers of one engine, which has answered.
#[derive(Debug)]
pub(in crate::stack) struct Containers {
    engine: Engine,
}

impl Containers {
    /// Those of an engine that has answered.
    pub(in crate::stack) fn on(engine: Engine) -> Self {
        Self { engine }
    }

    /// Connects to the engine and asks for a sign of life.
    pub(in crate::stack) async fn connect() -> Result<Self, StackError> {
        Ok(Self {
            engine: Engine::connect().await?,
        })
    }
}

#[async_trait]
impl Provider for Containers {
    fn address(&self) -> &str {
        self.engine.address().url()
    }

    async fn prepare(
        &self,
        config: &StackConfig,
        progress: &dyn Progress,
    ) -> Result<Programs, StackError> {
        resolve_with(&self.engine, config, progress)
            .await
            .map(Programs::Images)
    }

    fn refuse_taken_ports(&self, config: &StackConfig) -> Result<(), StackError> {
        let address = self.engine.address();
        if address.host() != "127.0.0.1" {
            return Ok(());
        }
        for service in Service::ALL {
            let Some(port) = config.port(service) else {
                continue;
            };
            match TcpListener::bind((address.publish_on(), port.get())) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    return Err(port_taken(service, port));
                }
                // Anything else, such as a port below 1024, is for the engine to judge, which may have other rights.
                _ => {}
            }
        }
        Ok(())
    }

    async fn begin(&self, order: &Order<'_>) -> Result<Begun, StackError> {
        let Programs::Images(images) = order.programs else {
            return Err(StackError::EngineCall {
                action: format!("start {}", order.service),
                source: "there is no image for it".into(),
            });
        };
        let image = images.get(order.service);
        let container = ServiceContainer {
            service: order.service,
            image,
            labels: order.labels,
            port: order.port(),
            engine: self.engine.address(),
            credentials: order.credentials,
            temporal_ui: order.config.temporal_ui(),
            keeps_state: order.config.restarts(),
            timeout: order.config.start_timeout(),
        };
        let came_with = async {
            match order.service {
                Service::Postgres if image.prepared => {
                    first_password(&self.engine, &image.name).await
                }
                _ => Ok(None),
            }
        };
        let since = Instant::now();
        // Should this process be killed before the engine has made it, the watcher knows to wait for it.
        let asked = format!("container-{}", Uuid::new_v4().simple());
        let asked = order.session.file(&asked);
        fs::write(&asked, "").map_err(StackError::state("write", &asked))?;
        let started = async {
            let started = container.start().await;
            if started.is_err() {
                // Best effort: what is left of it costs the watcher two seconds.
                let _ = fs::remove_file(&asked);
            }
            started
        };
        let (id, came_with) = tokio::try_join!(started, came_with)?;
        Ok(Begun {
            since,
            came_with,
            ports: self.engine.published_ports(&id).await?,
            host: self.engine.address().host(),
            instance: Instance::Container(id),
        })
    }

    async fn ended(&self, _service: Service, instance: &Instance) -> Result<ExitCode, StackError> {
        self.engine.ended(id(instance)).await
    }

    async fn log_tail(
        &self,
        service: Service,
        instance: &Instance,
        lines: usize,
    ) -> Result<String, StackError> {
        container_log_tail(&self.engine, service, id(instance), lines).await
    }

    async fn log_since(
        &self,
        service: Service,
        instance: &Instance,
        since: SystemTime,
    ) -> Result<String, StackError> {
        container_log_since(&self.engine, service, id(instance), since).await
    }

    async fn statements_since(
        &self,
        postgres: &Instance,
        since: SystemTime,
    ) -> Result<Vec<LoggedStatement>, StackError> {
        container_statements_since(&self.engine, id(postgres), since).await
    }

    async fn kill(&self, _service: Service, instance: &Instance) -> Result<(), StackError> {
        self.engine.kill(id(instance)).await
    }

    async fn stop(&self, _service: Service, instance: &Instance) -> Result<(), StackError> {
        self.engine.stop(id(instance), STOP_SECONDS).await
    }

    async fn begin_again(&self, _order: &Order<'_>, instance: &Instance) -> Result<(), StackError> {
        self.engine.start_again(id(instance)).await
    }

    async fn pause(&self, _service: Service, instance: &Instance) -> Result<(), StackError> {
        self.engine.pause(id(instance)).await
    }

    async fn resume(&self, _service: Service, instance: &Instance) -> Result<(), StackError> {
        self.engine.resume(id(instance)).await
    }

    async fn find(&self, scope: Scope<'_>) -> Result<Vec<Found>, StackError> {
        let labels = match scope {
            Scope::Session(session) => vec![format!("{SESSION}={session}")],
            Scope::Mine => vec![STACK.to_owned(), owner_filter()],
        };
        let found = self.engine.containers(&labels).await?;
        let host = self.engine.address().host();
        Ok(found
            .into_iter()
            .map(|container| found_at(&host, container))
            .collect())
    }

    async fn remove(&self, found: &[Found]) -> Result<(), StackError> {
        let containers = found.iter().filter_map(|found| found.instance.container());
        try_join_all(containers.map(|id| async move {
            self.engine.remove(&[id.to_owned()]).await?;
            tracing::debug!(container = id, "a service was removed");
            Ok(())
        }))
        .await
        .map(drop)
    }
}

/// The id of a container; empty, which no container has, for an instance of another provider.
fn id(instance: &Instance) -> &str {
    instance.container().unwrap_or_default()
}

fn found_at(host: &str, container: FoundContainer) -> Found {
    Found {
        is_alive: container.is_running(),
        instance: Instance::Container(container.id),
        labels: container.labels,
        state: container.state,
        created: container.created,
        addresses: container
            .ports
            .into_iter()
            .map(|(inside, outside)| (inside, format!("{host}:{outside}")))
            .collect(),
    }
}
