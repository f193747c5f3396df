//! Starting the three services at the same time.

use std::time::{Duration, Instant};

use futures::future::try_join3;

use super::{
    Endpoints, PerService, PostgresEndpoint, Programs, Progress, RunningStack, Service,
    StackConfig, StackError, StartTimings, TypesenseEndpoint,
    provider::{Begun, Order, Provider},
    seed::{self, fill_server, take_over},
    services::{ADMIN_USER, Credentials, TEMPORAL_UI_PORT, Target, until_ready},
    session::Lease,
};
use crate::contract::Secret;

/// What a launch is made from.
pub(super) struct Launch<'a> {
    pub(super) provider: &'a dyn Provider,
    pub(super) config: &'a StackConfig,
    pub(super) programs: Programs,
    pub(super) lease: &'a Lease,
    pub(super) progress: &'a dyn Progress,
    /// Whether what is started is to be marked as something that stays.
    pub(super) kept: bool,
    /// When the caller began, and how long the programs took.
    pub(super) began: Instant,
    pub(super) programs_took: Duration,
}

/// A service that answers.
struct Started {
    begun: Begun,
    after: Duration,
}

impl Launch<'_> {
    /// Starts all services, waits until each answers, and loads the seed. On an error what was started is still
    /// there; it carries the session's label.
    pub(super) async fn run(self) -> Result<RunningStack, StackError> {
        self.provider.refuse_taken_ports(self.config)?;
        self.provider
            .open(self.lease.directory(), &self.lease.labels(self.kept))?;
        let credentials = Credentials::random();
        let asked = Instant::now();
        let start = |service| self.start(service, &credentials, asked);
        // Postgres has most to do once its container runs, so it is asked for first.
        let ((postgres, endpoint, seeded), temporal, typesense) = try_join3(
            self.postgres(&credentials, asked),
            start(Service::Temporal),
            start(Service::Typesense),
        )
        .await?;
        let temporal_port = published(Service::Temporal, &temporal)?;
        Ok(RunningStack {
            session: self.lease.directory().session().to_owned(),
            endpoints: Endpoints {
                temporal_address: format!("{}:{temporal_port}", temporal.begun.host),
                temporal_ui: temporal
                    .begun
                    .ports
                    .get(&TEMPORAL_UI_PORT)
                    .map(|port| format!("http://{}:{port}", temporal.begun.host)),
                postgres: endpoint,
                typesense: TypesenseEndpoint {
                    host: typesense.begun.host.clone(),
                    port: published(Service::Typesense, &typesense)?,
                    protocol: "http".to_owned(),
                    api_key: credentials.typesense_key.clone(),
                },
            },
            timings: StartTimings {
                programs: self.programs_took,
                ready: PerService {
                    temporal: temporal.after,
                    postgres: postgres.after,
                    typesense: typesense.after,
                },
                seed: seeded,
                total: self.began.elapsed(),
            },
            instances: PerService {
                temporal: temporal.begun.instance,
                postgres: postgres.begun.instance,
                typesense: typesense.begun.instance,
            },
            programs: self.programs,
        })
    }

    async fn start(
        &self,
        service: Service,
        credentials: &Credentials,
        since: Instant,
    ) -> Result<Started, StackError> {
        let begun = self
            .provider
            .begin(&Order {
                service,
                programs: &self.programs,
                config: self.config,
                session: self.lease.directory(),
                labels: &self.lease.labels(self.kept),
                credentials,
                progress: self.progress,
            })
            .await?;
        tracing::debug!(%service, instance = %begun.instance, "a service was begun");
        let target = Target {
            service,
            host: begun.host.clone(),
            // One that ended at once has no port any more; waiting for it finds out why it ended.
            port: begun.port(service).unwrap_or(0),
            password: match service {
                Service::Postgres => begun
                    .came_with
                    .as_ref()
                    .unwrap_or(&credentials.postgres_admin)
                    .clone(),
                _ => Secret::new(""),
            },
        };
        let bound = self.config.start_timeout();
        until_ready(self.provider, &target, &begun.instance, begun.since, bound).await?;
        let after = since.elapsed();
        tracing::debug!(%service, ?after, "a service is ready");
        Ok(Started { begun, after })
    }

    /// Postgres with the seed. A server that came with it came with passwords, too: they are changed before anything else is
    /// done with it.
    async fn postgres(
        &self,
        credentials: &Credentials,
        since: Instant,
    ) -> Result<(Started, PostgresEndpoint, Duration), StackError> {
        let started = self.start(Service::Postgres, credentials, since).await?;
        let endpoint = self.postgres_endpoint(&started, credentials)?;
        let seeding = match &started.begun.came_with {
            Some(password) => take_over(&endpoint, password).await?,
            None => fill_server(&endpoint, self.config.seed_scale()).await?,
        };
        Ok((started, endpoint, seeding))
    }

    fn postgres_endpoint(
        &self,
        postgres: &Started,
        credentials: &Credentials,
    ) -> Result<PostgresEndpoint, StackError> {
        Ok(PostgresEndpoint {
            host: postgres.begun.host.clone(),
            port: published(Service::Postgres, postgres)?,
            admin_user: ADMIN_USER.to_owned(),
            admin_password: credentials.postgres_admin.clone(),
            reader_user: seed::READER.to_owned(),
            reader_password: credentials.postgres_reader.clone(),
            database: seed::DATABASE.to_owned(),
        })
    }
}

fn published(service: Service, started: &Started) -> Result<u16, StackError> {
    started
        .begun
        .port(service)
        .ok_or_else(|| StackError::EngineCall {
            action: format!("publish the port of {service}"),
            source: format!("{} has no published port", started.begun.instance).into(),
        })
}
