//! Postgres as a process, started from prepared data.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Instant,
};

use rustix::process::Signal;
use tokio::{process::Command, time::timeout};

use super::{
    copy::{copy_tree, own},
    end::send,
    supervised::{ServiceCommand, ServiceDirectory, State},
    templates::Template,
    user::{User, for_postgres},
};
use crate::{
    contract::Secret,
    stack::{
        Binary, PostgresEndpoint, Service, StackError, bounds,
        error::LogTail,
        free_port,
        provider::{Order, Ports},
        seed::{self, make_template},
        services::{ADMIN_USER, INITDB, Target, postgres_settings},
        session::write_private,
        wait::Backoff,
    },
};

/// The directory of the server's log in its service directory.
pub(super) fn log_directory(directory: &ServiceDirectory) -> PathBuf {
    directory.file("log.d")
}

/// One Postgres to be started.
pub(in crate::stack) struct Postgres<'a> {
    pub(in crate::stack) order: &'a Order<'a>,
    pub(in crate::stack) binary: &'a Binary,
    pub(in crate::stack) directory: &'a ServiceDirectory,
}

impl Postgres<'_> {
    /// Puts seeded data into the directory: a copy of the template, which the first start of its kind makes. Gives the
    /// superuser's password in it.
    pub(in crate::stack) async fn prepare(&self) -> Result<Secret, StackError> {
        let template = self.template();
        if let Some(path) = template.path() {
            return self
                .copy_of(path)
                .await
                .map_err(StackError::state("copy the prepared data", path));
        }
        self.order.progress.line(
            "[postgres] preparing seeded data, once for this version of the server and of the seed",
        );
        let password = self.initialise().await?;
        let keep = async {
            let draft = template.draft()?;
            copy_tree(self.data(), draft.join("data"), None).await?;
            write_private(&draft.join("password"), password.reveal().as_bytes())?;
            template.adopt(&draft)
        };
        keep.await
            .map_err(StackError::state("keep the prepared data", self.data()))?;
        Ok(password)
    }

    /// Starts the server on the data, and gives its process and its port.
    pub(in crate::stack) async fn spawn(&self) -> io::Result<(u32, Ports)> {
        let port = match self.order.port() {
            Some(port) => port.get(),
            None => free_port()?,
        };
        let pid = self.spawn_on(port, &[]).await?;
        Ok((
            pid,
            Ports::from([(Service::Postgres.container_port(), port)]),
        ))
    }

    /// Starts the server again on the data that is there, and gives its process.
    pub(in crate::stack) async fn spawn_again(&self, port: u16) -> io::Result<u32> {
        self.spawn_on(port, &[]).await
    }

    fn data(&self) -> PathBuf {
        self.directory.file("data")
    }

    fn template(&self) -> Template {
        let config = self.order.config;
        Template::of(
            config,
            Service::Postgres,
            &[
                &self.binary.id,
                INITDB,
                &postgres_settings("").join(" "),
                &seed::filling_digest(),
                config.seed_scale().as_str(),
            ],
        )
    }

    async fn copy_of(&self, template: &Path) -> io::Result<Secret> {
        let user = for_postgres();
        self.directory.prepare(user)?;
        copy_tree(template.join("data"), self.data(), user).await?;
        fs::read_to_string(template.join("password")).map(Secret::new)
    }

    /// Makes a new cluster and fills it, by a server that runs for that long.
    async fn initialise(&self) -> Result<Secret, StackError> {
        let user = for_postgres();
        let password = Secret::random();
        self.initdb(user, &password).await?;
        let port = free_port().map_err(self.failed("find a free port"))?;
        // Few segments of the write-ahead log are kept, for each is copied with the data.
        let pid = self
            .spawn_on(port, &["-c", "min_wal_size=2MB"])
            .await
            .map_err(self.failed("start the server"))?;
        let endpoint = PostgresEndpoint {
            host: "127.0.0.1".to_owned(),
            port,
            admin_user: ADMIN_USER.to_owned(),
            admin_password: password.clone(),
            reader_user: seed::READER.to_owned(),
            reader_password: Secret::random(),
            database: seed::DATABASE.to_owned(),
        };
        self.until_answering(&endpoint).await?;
        // The database that is worked with is made from the template at each start: to copy it here would be no quicker.
        make_template(&endpoint, self.order.config.seed_scale()).await?;
        send(pid, Signal::INT);
        timeout(bounds::ORDERLY_END.get(), self.directory.ended())
            .await
            .map_err(|_| self.failed("end the server")(io::ErrorKind::TimedOut.into()))?;
        let former_log = log_directory(self.directory);
        fs::remove_dir_all(&former_log).map_err(StackError::state("delete", former_log))?;
        Ok(password)
    }

    async fn initdb(&self, user: Option<User>, password: &Secret) -> Result<(), StackError> {
        let directory = self.directory;
        let password_file = directory.file("password");
        let prepare = || -> io::Result<()> {
            directory.prepare(user)?;
            write_private(&password_file, password.reveal().as_bytes())?;
            own(&password_file, user)
        };
        prepare().map_err(self.failed("make its directory"))?;
        let mut command = Command::new(self.binary.path.with_file_name("initdb"));
        command
            .args(INITDB.split(' '))
            .args(["--auth=scram-sha-256", "--username", ADMIN_USER])
            .arg("--pwfile")
            .arg(&password_file)
            .arg("--pgdata")
            .arg(self.data())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .envs(self.environment())
            .envs(self.order.labels.variables_of_session())
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(user) = user {
            command.uid(user.uid).gid(user.gid);
        }
        let bound = bounds::SEED.get();
        let output = tokio::time::timeout(bound, command.output())
            .await
            .unwrap_or_else(|_| {
                let late = format!(
                    "it did not end within {bound:?} ({})",
                    bounds::SEED.variable()
                );
                Err(io::Error::new(io::ErrorKind::TimedOut, late))
            })
            .map_err(self.failed("run initdb"))?;
        fs::remove_file(&password_file).map_err(StackError::state("delete", &password_file))?;
        if output.status.success() {
            return Ok(());
        }
        Err(StackError::Process {
            service: Service::Postgres,
            action: "make a cluster with initdb",
            log: LogTail::of(&String::from_utf8_lossy(&output.stderr)),
            source: io::Error::other(format!("it ended with {}", output.status)),
        })
    }

    async fn until_answering(&self, endpoint: &PostgresEndpoint) -> Result<(), StackError> {
        let target = Target {
            service: Service::Postgres,
            host: endpoint.host.clone(),
            port: endpoint.port,
            password: endpoint.admin_password.clone(),
        };
        let deadline = Instant::now() + self.order.config.start_timeout();
        let mut backoff = Backoff::new();
        loop {
            let Err(seen) = target.probe().await else {
                return Ok(());
            };
            let runs = self.directory.state() == Some(State::Running);
            if !runs || !backoff.pause_within(deadline).await {
                let log = self.directory.file("log");
                let log = self.directory.end_of(&log, 64 * 1024).unwrap_or_default();
                return Err(StackError::Process {
                    service: Service::Postgres,
                    action: "start the server that prepares the data",
                    log: LogTail::of(&String::from_utf8_lossy(&log)),
                    source: io::Error::other(seen),
                });
            }
        }
    }

    async fn spawn_on(&self, port: u16, more: &[&str]) -> io::Result<u32> {
        let log = log_directory(self.directory);
        let mut arguments: Vec<String> = [
            "-D",
            &self.data().to_string_lossy(),
            "-p",
            &port.to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
            // A socket file would be one thing more to reach it by, and its path may be too long for the system.
            "-c",
            "unix_socket_directories=",
            // In the data directory, which goes with the session, and not where the system has it for all.
            "-c",
            "dynamic_shared_memory_type=mmap",
        ]
        .map(str::to_owned)
        .into();
        arguments.extend(postgres_settings(&log.to_string_lossy()));
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        let command = ServiceCommand {
            program: self.binary.path.clone(),
            arguments,
            environment: self.environment(),
            user: for_postgres(),
        };
        self.directory
            .spawn(Service::Postgres, self.order.labels, &command)
            .await
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        self.binary
            .libraries
            .iter()
            .map(|path| ("LD_LIBRARY_PATH", path.display().to_string()))
            .collect()
    }

    fn failed(&self, action: &'static str) -> impl FnOnce(io::Error) -> StackError {
        StackError::process(Service::Postgres, action)
    }
}
