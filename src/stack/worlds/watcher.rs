//! Starting the watcher that removes the worlds of processes that have ended.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use crate::contract::Secret;
use crate::stack::{
    Endpoints, Programs, RunningStack, Service, StackError,
    engine::EngineAddress,
    session::{Watcher, discard, locked, open_lock, write_private},
};

const SCRIPT: &str = include_str!("watcher.sh");

/// Where the services are, for the watcher.
pub(super) struct Target {
    /// The engine's address, and the container of Postgres, where there are such.
    pub(super) container: Option<(String, String)>,
    /// `psql` as it came with the server, and where its libraries are, where the server is a process.
    pub(super) psql: Option<(PathBuf, Option<PathBuf>)>,
    pub(super) endpoints: Endpoints,
}

impl Target {
    /// The services of a stack.
    pub(super) fn of(stack: &RunningStack) -> Self {
        let container = stack.container_id(Service::Postgres);
        let psql = match stack.programs() {
            Programs::Binaries(binaries) => {
                let server = &binaries.postgres;
                Some((server.path.with_file_name("psql"), server.libraries.clone()))
            }
            Programs::Images(_) => None,
        };
        Self {
            container: container
                .map(|container| (EngineAddress::find().url().to_owned(), container.to_owned())),
            psql,
            endpoints: stack.endpoints().clone(),
        }
    }

    /// Lines of `NAME=VALUE`, the last of a name counts. It holds secrets.
    fn text(&self) -> Secret {
        let (postgres, typesense) = (&self.endpoints.postgres, &self.endpoints.typesense);
        let (engine, container) = self.container.clone().unwrap_or_default();
        let (psql, libraries) = self.psql.clone().unwrap_or_default();
        let (psql, libraries) = (psql.display().to_string(), libraries.unwrap_or_default());
        let mut text = String::new();
        for (name, value) in [
            ("engine", engine.as_str()),
            ("container", &container),
            ("psql", &psql),
            ("libraries", &libraries.display().to_string()),
            ("host", &postgres.host),
            ("port", &postgres.port.to_string()),
            ("user", &postgres.admin_user),
            ("password", postgres.admin_password.reveal()),
            ("typesense", &typesense.url()),
            ("key", typesense.api_key.reveal()),
        ] {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name}={value}");
        }
        Secret::new(text)
    }
}

/// Makes sure that a watcher watches, and that it knows where. To be called under the registration lock.
pub(super) async fn ensure(
    session: &Path,
    worlds: &Path,
    target: &Target,
) -> Result<(), StackError> {
    let known = worlds.join("target");
    let draft = worlds.join(".target");
    // Written under another name first: the watcher reads it without a lock.
    write_private(&draft, target.text().reveal().as_bytes())
        .and_then(|()| fs::rename(&draft, &known))
        .map_err(StackError::state("write", &known))?;
    let lock = worlds.join("watcher.lock");
    let free = open_lock(&lock)
        .and_then(|file| locked(&file))
        .map_err(StackError::state("lock", &lock))?;
    if !free {
        return Ok(());
    }
    let watcher = Watcher::start(SCRIPT, "kai-e2e-worlds", &[session.as_os_str()]).await?;
    if let Some(watcher) = watcher {
        discard(watcher.child);
    }
    Ok(())
}
