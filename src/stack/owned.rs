//! A stack of this process's own.

use std::{num::NonZeroU16, ops::Deref, sync::Arc, time::Instant};

use futures::future::join;
use tokio::time::timeout;

use super::{
    LogTail, Progress, RunningStack, Service, Silent, StackConfig, StackError,
    lasting_port::free_port,
    launch::Launch,
    provider::{self, Instance, Order, Provider, Scope},
    services::{Credentials, until_ready},
    session::{Lease, SessionDirectory, StateRoot, sweep},
    worlds::Tenancy,
};

/// A stack of this process's own, which nobody else knows of.
///
/// Stop it with [`OwnedStack::stop`]. When it is dropped instead, or its process ends in whatever way, its watcher removes
/// containers and volumes within about two seconds.
///
/// ```no_run
/// # async fn example() -> Result<(), kai_e2e::stack::StackError> {
/// use kai_e2e::stack::{OwnedStack, Service, Silent, StackConfig};
///
/// let stack = OwnedStack::start(&StackConfig::from_env()?, &Silent).await?;
/// stack.kill(Service::Typesense).await?;
/// assert!(stack.check().await.is_err());
/// stack.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a stack is removed when it is dropped"]
pub struct OwnedStack {
    running: RunningStack,
    lease: Lease,
    tenancy: Tenancy,
    // Boxed, because a stack is moved about, and this is seldom looked at.
    config: Box<StackConfig>,
}

impl OwnedStack {
    /// Starts a stack: images or programs (made when they are missing), the three services at the same time, the seed. What former
    /// sessions of this user left behind is removed on the way.
    ///
    /// # Errors
    ///
    /// Any [`StackError`]. Nothing is left running after an error; if that could not be brought about, the error is
    /// [`StackError::CleanUp`] and holds both failures.
    pub async fn start(config: &StackConfig, progress: &dyn Progress) -> Result<Self, StackError> {
        let began = Instant::now();
        let config = &with_fixed_ports(config)?;
        let provider = provider::connect(config, progress).await?;
        let root = StateRoot::at(config.state_directory());
        let preparing = async {
            let programs = provider.prepare(config, progress).await?;
            Ok((programs, began.elapsed()))
        };
        let beginning = async {
            sweep(&[Arc::clone(&provider)], &root).await?;
            Lease::own(&root, provider.as_ref()).await
        };
        let (prepared, lease) = join(preparing, beginning).await;
        let lease = lease?;
        let (programs, programs_took) = match prepared {
            Ok(prepared) => prepared,
            Err(first) => return Err(abandon(provider.as_ref(), lease, first).await),
        };
        let launched = Launch {
            provider: provider.as_ref(),
            config,
            programs,
            lease: &lease,
            progress,
            kept: false,
            began,
            programs_took,
        }
        .run()
        .await;
        match launched {
            Ok(running) => Ok(Self {
                running,
                lease,
                tenancy: Tenancy::default(),
                config: Box::new(config.clone()),
            }),
            Err(first) => Err(abandon(provider.as_ref(), lease, first).await),
        }
    }

    /// Ends one service with SIGKILL, as a crash would.
    ///
    /// # Errors
    ///
    /// When the engine refuses, for instance because the service has ended already.
    pub async fn kill(&self, service: Service) -> Result<(), StackError> {
        let instance = self.instances.get(service);
        provider::of(instance).await?.kill(service, instance).await
    }

    /// Ends one service as an operator would, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// When the provider refuses, for instance because the service has ended already.
    pub async fn end(&self, service: Service) -> Result<(), StackError> {
        let instance = self.instances.get(service);
        provider::of(instance).await?.stop(service, instance).await
    }

    /// Starts one service again that has ended, with the state and the address that it had, and waits until it answers.
    ///
    /// # Errors
    ///
    /// [`StackError::Restarts`] for a stack that was not started [with restarts](StackConfig::with_restarts), or when the
    /// service does not come back within its start time-out.
    pub async fn start_again(&self, service: Service) -> Result<(), StackError> {
        if !self.config.restarts() {
            return Err(StackError::Restarts { service });
        }
        let instance = self.instances.get(service);
        let provider = provider::of(instance).await?;
        // One that was killed this instant still holds its port and its files.
        let bound = self.config.start_timeout();
        let ended = timeout(bound, provider.ended(service, instance)).await;
        ended.map_err(|_| StackError::NotReady {
            service,
            after: bound,
            last_seen: "it still runs, and was to be started again".to_owned(),
            variable: StackConfig::START_TIMEOUT_VARIABLE,
            log: LogTail::default(),
        })??;
        let endpoints = self.endpoints();
        let order = Order {
            service,
            programs: self.programs(),
            config: &self.config,
            session: self.lease.directory(),
            labels: &self.lease.labels(false),
            credentials: &Credentials {
                postgres_admin: endpoints.postgres.admin_password.clone(),
                postgres_reader: endpoints.postgres.reader_password.clone(),
                typesense_key: endpoints.typesense.api_key.clone(),
            },
            progress: &Silent,
        };
        provider.begin_again(&order, instance).await?;
        let target = self.target(service)?;
        until_ready(provider.as_ref(), &target, instance, Instant::now(), bound).await
    }

    /// Freezes one service: it keeps its connections and answers nothing, as on a machine that is overloaded.
    ///
    /// # Errors
    ///
    /// When the provider refuses, for instance because the service has ended.
    pub async fn pause(&self, service: Service) -> Result<(), StackError> {
        let instance = self.running.instances.get(service);
        provider::of(instance).await?.pause(service, instance).await
    }

    /// Lets a frozen service go on.
    ///
    /// # Errors
    ///
    /// When the provider refuses, for instance because the service is not frozen.
    pub async fn resume(&self, service: Service) -> Result<(), StackError> {
        let instance = self.running.instances.get(service);
        let provider = provider::of(instance).await?;
        provider.resume(service, instance).await
    }

    pub(super) fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    pub(super) fn session_directory(&self) -> &SessionDirectory {
        self.lease.directory()
    }

    /// Removes the stack: containers, volumes, files and the watcher. Everything is gone when this returns.
    ///
    /// # Errors
    ///
    /// When the engine or the watcher fails. The watcher then goes on trying for a minute.
    pub async fn stop(self) -> Result<(), StackError> {
        let Self { running, lease, .. } = self;
        let provider = provider::of(&running.instances.temporal).await?;
        remove_session(provider.as_ref(), running.session()).await?;
        lease.end().await
    }
}

impl Deref for OwnedStack {
    type Target = RunningStack;

    fn deref(&self) -> &RunningStack {
        &self.running
    }
}

/// A service in a container gets another port at each start, unless it has a fixed one; and nobody else must get it meanwhile.
fn with_fixed_ports(config: &StackConfig) -> Result<StackConfig, StackError> {
    let mut fixed = config.clone();
    if !config.restarts() {
        return Ok(fixed);
    }
    for service in Service::ALL {
        if config.port(service).is_some() {
            continue;
        }
        let port = free_port().map_err(StackError::process(service, "find a free port for it"))?;
        if let Some(port) = NonZeroU16::new(port) {
            fixed = fixed.with_port(service, port);
        }
    }
    Ok(fixed)
}

/// Removes everything that a session has started, and makes sure that it is gone.
pub(super) async fn remove_session(
    provider: &dyn Provider,
    session: &str,
) -> Result<(), StackError> {
    let scope = Scope::Session(session);
    provider.remove(&provider.find(scope).await?).await?;
    let left: Vec<Instance> = provider
        .find(scope)
        .await?
        .into_iter()
        .map(|found| found.instance)
        .collect();
    if left.is_empty() {
        Ok(())
    } else {
        Err(StackError::LeftBehind {
            parts: left.iter().map(ToString::to_string).collect(),
        })
    }
}

/// Cleans up after a start that failed, and gives the error to report.
pub(super) async fn abandon(
    provider: &dyn Provider,
    lease: Lease,
    first: StackError,
) -> StackError {
    let session = lease.directory().session().to_owned();
    let removed = remove_session(provider, &session).await;
    // A container may still be in the making, whose start was given up when another one failed: the watcher looks again.
    let abandoned = lease.abandon().await;
    match removed.and(abandoned) {
        Ok(()) => first,
        Err(cleanup) => StackError::CleanUp {
            first: Box::new(first),
            cleanup: Box::new(cleanup),
        },
    }
}
