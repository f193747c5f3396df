//! Starting the three services at the same time.

use std::{
    io,
    net::TcpListener,
    time::{Duration, Instant},
};

use futures::future::try_join3;

use super::{
    Endpoints, Images, PerService, PostgresEndpoint, RunningStack, Service, StackConfig,
    StackError, StartTimings, TypesenseEndpoint,
    engine::{Engine, PublishedPorts},
    seed::{self, fill_server},
    services::{
        ADMIN_USER, Credentials, ServiceContainer, TEMPORAL_UI_PORT, Target, port_taken,
        until_ready,
    },
    session::Lease,
};
use crate::contract::Secret;

/// What a launch is made from.
pub(super) struct Launch<'a> {
    pub(super) engine: &'a Engine,
    pub(super) config: &'a StackConfig,
    pub(super) images: Images,
    pub(super) lease: &'a Lease,
    /// Whether the containers are to be marked as ones that stay.
    pub(super) kept: bool,
    /// When the caller began, and how long the images took.
    pub(super) began: Instant,
    pub(super) images_took: Duration,
}

/// A service that answers.
struct Started {
    container: String,
    ports: PublishedPorts,
    after: Duration,
}

impl Launch<'_> {
    /// Starts all services, waits until each answers, and loads the seed. On an error the containers that were started are
    /// still there; they carry the session's label.
    pub(super) async fn run(self) -> Result<RunningStack, StackError> {
        self.refuse_taken_ports()?;
        let credentials = Credentials::random();
        let containers_asked = Instant::now();
        let start = |service| self.start(service, &credentials, containers_asked);
        let (temporal, (postgres, endpoint, seeded), typesense) = try_join3(
            start(Service::Temporal),
            async {
                let postgres = start(Service::Postgres).await?;
                let endpoint = self.postgres_endpoint(&postgres, &credentials)?;
                let seeded = fill_server(&endpoint, self.config.seed_scale()).await?;
                Ok((postgres, endpoint, seeded))
            },
            start(Service::Typesense),
        )
        .await?;
        let host = self.engine.address().host();
        let temporal_port = published(Service::Temporal, &temporal)?;
        Ok(RunningStack {
            session: self.lease.directory().session().to_owned(),
            endpoints: Endpoints {
                temporal_address: format!("{host}:{temporal_port}"),
                temporal_ui: temporal
                    .ports
                    .get(&TEMPORAL_UI_PORT)
                    .map(|port| format!("http://{host}:{port}")),
                postgres: endpoint,
                typesense: TypesenseEndpoint {
                    host,
                    port: published(Service::Typesense, &typesense)?,
                    protocol: "http".to_owned(),
                    api_key: credentials.typesense_key.clone(),
                },
            },
            timings: StartTimings {
                images: self.images_took,
                ready: PerService {
                    temporal: temporal.after,
                    postgres: postgres.after,
                    typesense: typesense.after,
                },
                seed: seeded,
                total: self.began.elapsed(),
            },
            containers: PerService {
                temporal: temporal.container,
                postgres: postgres.container,
                typesense: typesense.container,
            },
            images: self.images,
        })
    }

    async fn start(
        &self,
        service: Service,
        credentials: &Credentials,
        since: Instant,
    ) -> Result<Started, StackError> {
        let container = ServiceContainer {
            service,
            image: self.images.get(service),
            labels: &self.lease.labels(self.kept),
            port: self.config.port(service),
            engine: self.engine.address(),
            credentials,
            temporal_ui: self.config.temporal_ui(),
            timeout: self.config.start_timeout(),
        }
        .start()
        .await?;
        let ports = self.engine.published_ports(&container).await?;
        let mut started = Started {
            container,
            ports,
            after: Duration::ZERO,
        };
        // A container that ended at once has no ports any more; waiting for it finds out why it ended.
        let port = started.ports.get(&service.container_port()).copied();
        let target = Target {
            service,
            host: self.engine.address().host(),
            port: port.unwrap_or(0),
            password: match service {
                Service::Postgres => credentials.postgres_admin.clone(),
                _ => Secret::new(""),
            },
        };
        let bound = self.config.start_timeout();
        until_ready(self.engine, &target, &started.container, since, bound).await?;
        started.after = since.elapsed();
        Ok(started)
    }

    fn postgres_endpoint(
        &self,
        postgres: &Started,
        credentials: &Credentials,
    ) -> Result<PostgresEndpoint, StackError> {
        Ok(PostgresEndpoint {
            host: self.engine.address().host(),
            port: published(Service::Postgres, postgres)?,
            admin_user: ADMIN_USER.to_owned(),
            admin_password: credentials.postgres_admin.clone(),
            reader_user: seed::READER.to_owned(),
            reader_password: credentials.postgres_reader.clone(),
            database: seed::DATABASE.to_owned(),
        })
    }

    /// A taken port is found out before anything starts, when the engine is on this machine. Somebody may still take it in
    /// between; then the engine refuses it, and the error is the same.
    fn refuse_taken_ports(&self) -> Result<(), StackError> {
        let address = self.engine.address();
        if address.host() != "127.0.0.1" {
            return Ok(());
        }
        for service in Service::ALL {
            let Some(port) = self.config.port(service) else {
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
}

fn published(service: Service, started: &Started) -> Result<u16, StackError> {
    started
        .ports
        .get(&service.container_port())
        .copied()
        .ok_or_else(|| StackError::EngineCall {
            action: format!("publish the port of {service}"),
            source: format!("container {} has no published port", started.container).into(),
        })
}
