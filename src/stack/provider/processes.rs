//! Services as processes of this machine.

use std::{
    collections::{HashMap, HashSet},
    io,
    num::NonZeroU16,
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use async_trait::async_trait;
use tokio::time::timeout;

use super::{Begun, Found, Instance, Order, Ports, Provider, Scope};
use crate::{
    contract::Secret,
    stack::{
        Binaries, LoggedStatement, Programs, Progress, Service, StackConfig, StackError,
        binaries::resolve,
        bounds,
        error::ExitCode,
        processes::{
            DataDirectory, Postgres, State, Typesense, Wait, ask_service_to_end, bases,
            end_session, is_stopped, is_supported, is_taken, kill_service, log_since, log_tail,
            marked, pause_service, resume_service, spawn_temporal, spawn_temporal_on,
            statements_since, until_listening,
        },
        services::{TEMPORAL_UI_PORT, port_taken},
        session::{Labels, OWNER, SESSION, SessionDirectory, owner},
    },
};

/// How often another free port is tried when somebody was quicker.
const ATTEMPTS: usize = 5;

/// The processes of this user on this machine.
#[derive(Debug)]
pub(in crate::stack) struct Processes {
    bases: Vec<PathBuf>,
}

impl Processes {
    /// Processes with their data where the configuration has it.
    pub(in crate::stack) fn new(config: &StackConfig) -> Result<Self, StackError> {
        if !is_supported() {
            return Err(StackError::ProcessesUnsupported);
        }
        Ok(Self {
            bases: bases(Some(config)),
        })
    }

    /// The processes of a session whose data directory is known.
    pub(super) fn with_data(data: &Path) -> Self {
        let own = data.parent().map(Path::to_owned);
        Self {
            bases: own.into_iter().chain(bases(None)).collect(),
        }
    }

    async fn spawn(
        &self,
        order: &Order<'_>,
        data: &DataDirectory,
        binaries: &Binaries,
    ) -> Result<(u32, Ports), io::Error> {
        let directory = &data.service(order.service);
        let binary = binaries.get(order.service);
        match order.service {
            Service::Temporal => spawn_temporal(order, binary, directory).await,
            Service::Postgres => {
                Postgres {
                    order,
                    binary,
                    directory,
                }
                .spawn()
                .await
            }
            Service::Typesense => {
                Typesense {
                    order,
                    binary,
                    directory,
                }
                .spawn()
                .await
            }
        }
    }

    /// Puts the data in place that the service starts from; for Postgres gives the superuser's password in it.
    async fn prepare_data(
        &self,
        order: &Order<'_>,
        data: &DataDirectory,
        binaries: &Binaries,
    ) -> Result<Option<Secret>, StackError> {
        let directory = &data.service(order.service);
        let binary = binaries.get(order.service);
        match order.service {
            Service::Temporal => Ok(None),
            Service::Postgres => {
                let postgres = Postgres {
                    order,
                    binary,
                    directory,
                };
                postgres.prepare().await.map(Some)
            }
            Service::Typesense => {
                let typesense = Typesense {
                    order,
                    binary,
                    directory,
                };
                typesense.prepare().await;
                Ok(None)
            }
        }
    }
}

#[async_trait]
impl Provider for Processes {
    fn address(&self) -> &str {
        "processes"
    }

    fn session_prefix(&self) -> &'static str {
        "processes-"
    }

    async fn prepare(
        &self,
        config: &StackConfig,
        progress: &dyn Progress,
    ) -> Result<Programs, StackError> {
        resolve(config, progress).await.map(Programs::Binaries)
    }

    fn refuse_taken_ports(&self, config: &StackConfig) -> Result<(), StackError> {
        for service in Service::ALL {
            if let Some(port) = config.port(service).filter(|port| is_taken(port.get())) {
                return Err(port_taken(service, port));
            }
        }
        Ok(())
    }

    fn open(&self, session: &SessionDirectory, labels: &Labels) -> Result<(), StackError> {
        let base = self.bases.first().ok_or(StackError::ProcessesUnsupported)?;
        DataDirectory::create(base, session, labels).map(drop)
    }

    async fn begin(&self, order: &Order<'_>) -> Result<Begun, StackError> {
        let Programs::Binaries(binaries) = order.programs else {
            return Err(StackError::ProcessesUnsupported);
        };
        let service = order.service;
        let data = DataDirectory::of(order.session)?;
        let came_with = self.prepare_data(order, &data, binaries).await?;
        let since = Instant::now();
        let mut attempt = 1;
        loop {
            let (pid, ports) = self
                .spawn(order, &data, binaries)
                .await
                .map_err(StackError::process(service, "start it"))?;
            let directory = data.service(service);
            directory
                .write_ports(&ports)
                .map_err(StackError::process(service, "note down its ports"))?;
            let begun = Begun {
                instance: Instance::Process {
                    data: data.path().to_owned(),
                    pid,
                },
                host: "127.0.0.1".to_owned(),
                ports,
                since,
                came_with: came_with.clone(),
            };
            let port = begun.port(service).unwrap_or_default();
            let bound = order.config.start_timeout();
            let waited = until_listening(&directory, port, bound).await;
            // What else ends it, and what makes it late, is found out by whoever waits for it to be ready.
            if waited != Wait::Ended || !begun.ports.values().any(|port| is_taken(*port)) {
                return Ok(begun);
            }
            if let Some(port) = order
                .port()
                .filter(|port: &NonZeroU16| is_taken(port.get()))
            {
                return Err(port_taken(service, port));
            }
            if attempt == ATTEMPTS {
                return Ok(begun);
            }
            attempt += 1;
        }
    }

    async fn ended(&self, service: Service, instance: &Instance) -> Result<ExitCode, StackError> {
        let data = data_of(instance)?;
        Ok(data.service(service).ended().await)
    }

    async fn log_tail(
        &self,
        service: Service,
        instance: &Instance,
        lines: usize,
    ) -> Result<String, StackError> {
        log_tail(&data_of(instance)?.service(service), service, lines)
            .map_err(StackError::process(service, "read its log"))
    }

    async fn log_since(
        &self,
        service: Service,
        instance: &Instance,
        since: SystemTime,
    ) -> Result<String, StackError> {
        log_since(&data_of(instance)?.service(service), service, since)
            .map_err(StackError::process(service, "read its log"))
    }

    async fn statements_since(
        &self,
        postgres: &Instance,
        since: SystemTime,
    ) -> Result<Vec<LoggedStatement>, StackError> {
        let service = Service::Postgres;
        statements_since(&data_of(postgres)?.service(service), since)
            .map_err(StackError::process(service, "read its log"))
    }

    async fn kill(&self, service: Service, instance: &Instance) -> Result<(), StackError> {
        let data = data_of(instance)?;
        some(service, kill_service(data.session(), &data, service))
    }

    async fn stop(&self, service: Service, instance: &Instance) -> Result<(), StackError> {
        let data = data_of(instance)?;
        some(service, ask_service_to_end(&data, service))?;
        let ended = timeout(bounds::ORDERLY_END.get(), data.service(service).ended()).await;
        match ended {
            Ok(_) => Ok(()),
            Err(_) => self.kill(service, instance).await,
        }
    }

    async fn begin_again(&self, order: &Order<'_>, instance: &Instance) -> Result<(), StackError> {
        let Programs::Binaries(binaries) = order.programs else {
            return Err(StackError::ProcessesUnsupported);
        };
        let service = order.service;
        let directory = &data_of(instance)?.service(service);
        let binary = binaries.get(service);
        let ports = directory.ports();
        let port = ports
            .get(&service.container_port())
            .copied()
            .unwrap_or_default();
        let spawned = match service {
            Service::Temporal => {
                let ui_port = ports.get(&TEMPORAL_UI_PORT).copied();
                spawn_temporal_on(order, binary, directory, port, ui_port).await
            }
            Service::Postgres => {
                let postgres = Postgres {
                    order,
                    binary,
                    directory,
                };
                postgres.spawn_again(port).await
            }
            Service::Typesense => {
                let typesense = Typesense {
                    order,
                    binary,
                    directory,
                };
                typesense.spawn_again(port).await
            }
        };
        spawned
            .map(drop)
            .map_err(StackError::process(service, "start it again"))
    }

    async fn pause(&self, service: Service, instance: &Instance) -> Result<(), StackError> {
        let data = data_of(instance)?;
        some(service, pause_service(data.session(), &data, service))
    }

    async fn resume(&self, service: Service, instance: &Instance) -> Result<(), StackError> {
        let data = data_of(instance)?;
        some(service, resume_service(data.session(), &data, service))
    }

    async fn find(&self, scope: Scope<'_>) -> Result<Vec<Found>, StackError> {
        let mut directories = DataDirectory::all(&self.bases);
        let mut processes = marked();
        match scope {
            Scope::Session(session) => {
                directories.retain(|directory| directory.session() == session);
                processes
                    .retain(|process| process.labels.get(SESSION).is_some_and(|of| of == session));
            }
            Scope::Mine => {
                // Containers of one user may share a file system, and each has an owner of its own.
                directories.retain(|directory| {
                    let labels = directory.labels();
                    labels.get(OWNER).is_none_or(|of| *of == owner())
                });
                processes
                    .retain(|process| process.labels.get(OWNER).is_some_and(|of| *of == owner()));
            }
        }
        let known: HashSet<String> = directories
            .iter()
            .map(|directory| directory.session().to_owned())
            .collect();
        let homeless = processes
            .into_iter()
            .filter(|process| {
                process
                    .labels
                    .get(SESSION)
                    .is_none_or(|session| !known.contains(session))
            })
            .map(|process| Found {
                instance: Instance::Process {
                    data: self.bases.first().cloned().unwrap_or_default(),
                    pid: process.pid,
                },
                labels: process.labels,
                state: "running".to_owned(),
                is_alive: true,
                created: process.since,
                addresses: HashMap::new(),
            });
        Ok(directories
            .iter()
            .flat_map(in_directory)
            .chain(homeless)
            .collect())
    }

    async fn remove(&self, found: &[Found]) -> Result<(), StackError> {
        let mut done = HashSet::new();
        for found in found {
            let Some(session) = found.label(SESSION) else {
                continue;
            };
            if !done.insert(session) {
                continue;
            }
            let data = match &found.instance {
                Instance::Process { data, .. } | Instance::Directory(data) => {
                    DataDirectory::at(data)
                }
                Instance::Container(_) => continue,
            };
            // A process without a directory has none to delete.
            let data = if data.session() == session {
                data
            } else {
                DataDirectory::at(&data.path().join("none"))
            };
            end_session(session, &data).await?;
        }
        Ok(())
    }
}

/// What a data directory says about its session: the directory itself, and each service that was started in it.
fn in_directory(data: &DataDirectory) -> Vec<Found> {
    let labels = data.labels();
    let created = data.created();
    let mut found = vec![Found {
        instance: Instance::Directory(data.path().to_owned()),
        labels: labels.clone(),
        state: "there".to_owned(),
        is_alive: false,
        created,
        addresses: HashMap::new(),
    }];
    for service in Service::ALL {
        let directory = data.service(service);
        let (Some(pid), Some(state)) = (directory.pid(), directory.state()) else {
            continue;
        };
        let mut labels = labels.clone();
        labels.extend(Labels::for_service(service));
        found.push(Found {
            instance: Instance::Process {
                data: data.path().to_owned(),
                pid,
            },
            labels,
            state: match state {
                State::Running if is_stopped(pid) => "paused".to_owned(),
                State::Running => "running".to_owned(),
                State::Ended(_) => "exited".to_owned(),
            },
            is_alive: state == State::Running,
            created,
            addresses: match state {
                State::Running => directory
                    .ports()
                    .into_iter()
                    .map(|(inside, outside)| (inside, format!("127.0.0.1:{outside}")))
                    .collect(),
                State::Ended(_) => HashMap::new(),
            },
        });
    }
    found
}

/// An error unless there was a process to send a signal to.
fn some(service: Service, processes: usize) -> Result<(), StackError> {
    match processes {
        0 => Err(StackError::process(service, "send it a signal")(
            io::Error::other("it does not run"),
        )),
        _ => Ok(()),
    }
}

fn data_of(instance: &Instance) -> Result<DataDirectory, StackError> {
    match instance {
        Instance::Process { data, .. } | Instance::Directory(data) => Ok(DataDirectory::at(data)),
        Instance::Container(_) => Err(StackError::ProcessesUnsupported),
    }
}
