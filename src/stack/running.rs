//! A stack that runs.

use std::time::{Duration, Instant, SystemTime};

use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::{
    Endpoints, Images, LoggedStatement, PerService, Programs, Service, StackError, StatementLog,
    bounds,
    error::LogTail,
    provider::{self, Instance, Provider, Scope},
    services::{Target, until_ready},
    session::SERVICE,
};
use crate::contract::Secret;

/// A stack that runs, as data: what [`OwnedStack`](super::OwnedStack) and [`SharedStack`](super::SharedStack) have in common.
///
/// It holds no connection and may be used from any runtime.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunningStack {
    pub(super) session: String,
    pub(super) instances: PerService<Instance>,
    pub(super) programs: Programs,
    pub(super) endpoints: Endpoints,
    pub(super) timings: StartTimings,
}

/// How long the parts of a start took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StartTimings {
    /// Until every image, or every program, was there.
    pub programs: Duration,
    /// From the moment that the services were asked for until each answered.
    pub ready: PerService<Duration>,
    /// Loading the koperasi seed, which begins as soon as Postgres answers; where the server came with it already, changing the
    /// passwords that came with it and making the first copy of its template.
    pub seed: Duration,
    /// From the call until everything was there.
    pub total: Duration,
}

impl StartTimings {
    /// Until all three services answered: the slowest of them, since they start at the same time.
    pub fn all_ready(&self) -> Duration {
        self.ready
            .iter()
            .map(|(_, ready)| *ready)
            .max()
            .unwrap_or_default()
    }
}

impl RunningStack {
    /// How the services are reached.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The session's random name, which everything that was started for it carries (containers in the label
    /// `org.kai-e2e.session`).
    pub fn session(&self) -> &str {
        &self.session
    }

    /// What the services were started from.
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// The images that the services were started from, if they run in containers.
    pub fn images(&self) -> Option<&Images> {
        match &self.programs {
            Programs::Images(images) => Some(images),
            Programs::Binaries(_) => None,
        }
    }

    /// How long the start took, whoever did it.
    pub fn timings(&self) -> &StartTimings {
        &self.timings
    }

    /// The id of the container in which a service runs, if it runs in one.
    pub fn container_id(&self, service: Service) -> Option<&str> {
        self.instances.get(service).container()
    }

    /// What Postgres executed.
    pub fn statement_log(&self) -> StatementLog {
        StatementLog::of(&self.endpoints)
    }

    /// The last `lines` lines that a service wrote, also when it has ended.
    ///
    /// # Errors
    ///
    /// When the engine does not answer or the container is gone.
    pub async fn logs(&self, service: Service, lines: usize) -> Result<String, StackError> {
        let instance = self.instances.get(service);
        let provider = provider::of(instance).await?;
        provider.log_tail(service, instance, lines).await
    }

    /// Everything that a service wrote since a moment, also when it has ended or does not answer.
    ///
    /// # Errors
    ///
    /// When the engine does not answer or the container is gone.
    pub async fn logs_since(
        &self,
        service: Service,
        since: SystemTime,
    ) -> Result<String, StackError> {
        let instance = self.instances.get(service);
        let provider = provider::of(instance).await?;
        provider.log_since(service, instance, since).await
    }

    /// The statements that Postgres logged since a moment, errors included, also when it has ended or does not answer.
    ///
    /// Unlike [`StatementLog::since`] this asks the file and not the server: what was executed an instant ago may be
    /// missing.
    ///
    /// # Errors
    ///
    /// When the engine does not answer or the container is gone.
    pub async fn statements_since(
        &self,
        since: SystemTime,
    ) -> Result<Vec<LoggedStatement>, StackError> {
        let instance = &self.instances.postgres;
        let provider = provider::of(instance).await?;
        provider.statements_since(instance, since).await
    }

    /// Asks every service whether it still answers.
    ///
    /// # Errors
    ///
    /// [`StackError::Gone`], naming the service and with the end of its log, for one that has ended or does not answer
    /// within `KAI_E2E_ANSWER_TIMEOUT`, thirty seconds.
    pub async fn check(&self) -> Result<(), StackError> {
        let provider = provider::of(&self.instances.temporal).await?;
        self.check_with(provider.as_ref()).await
    }

    /// The same with the provider at hand that the stack was started by.
    pub(super) async fn check_with(&self, provider: &dyn Provider) -> Result<(), StackError> {
        try_join_all(Service::ALL.map(|service| self.check_one(provider, service)))
            .await
            .map(drop)
    }

    async fn check_one(&self, provider: &dyn Provider, service: Service) -> Result<(), StackError> {
        let instance = self.instances.get(service);
        let target = self.target(service)?;
        let gone = |reason: String, log: LogTail| StackError::Gone {
            service,
            reason,
            log,
        };
        let until = |bound| until_ready(provider, &target, instance, Instant::now(), bound);
        let mut seen = until(bounds::PROBE.get().min(bounds::ANSWER.get())).await;
        // One that was stopped in its tracks does not answer however long it is asked; one that runs may be starved.
        if let Err(StackError::NotReady { .. }) = seen {
            let state = self.state_of(provider, service).await;
            if state.is_none_or(|state| state == "running") {
                seen = until(bounds::ANSWER.get()).await;
            }
        }
        match seen {
            Err(StackError::Exited { code, log, .. }) => Err(gone(format!("it ended {code}"), log)),
            Err(StackError::NotReady { last_seen, log, .. }) => {
                let what = match self.state_of(provider, service).await.as_deref() {
                    None | Some("running") => "it does not answer".to_owned(),
                    Some(state) => format!("it is {state}"),
                };
                Err(gone(format!("{what} ({last_seen})"), log))
            }
            other => other,
        }
    }

    /// The provider's word for the state of a service, when it can be had.
    async fn state_of(&self, provider: &dyn Provider, service: Service) -> Option<String> {
        let found = provider.find(Scope::Session(&self.session)).await.ok()?;
        found
            .into_iter()
            .find(|part| part.label(SERVICE) == Some(service.as_str()))
            .map(|part| part.state)
    }

    pub(super) fn target(&self, service: Service) -> Result<Target, StackError> {
        let endpoints = &self.endpoints;
        let (host, port) = match service {
            Service::Postgres => (endpoints.postgres.host.clone(), endpoints.postgres.port),
            Service::Typesense => (endpoints.typesense.host.clone(), endpoints.typesense.port),
            Service::Temporal => endpoints
                .temporal_address
                .rsplit_once(':')
                .and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)))
                .ok_or_else(|| StackError::Gone {
                    service,
                    reason: format!("{:?} is no address", endpoints.temporal_address),
                    log: LogTail::default(),
                })?,
        };
        Ok(Target {
            service,
            host,
            port,
            password: match service {
                Service::Postgres => endpoints.postgres.admin_password.clone(),
                _ => Secret::new(""),
            },
        })
    }
}
