//! The labels that every container of a stack carries.

use std::{fs, path::Path};

use crate::stack::{Service, config::user_id, provider::Found};

/// Marks a container as part of a stack; its value is always `stack`.
const KIND: &str = "org.kai-e2e";
/// The session that a container belongs to: what the watcher removes by.
pub(in crate::stack) const SESSION: &str = "org.kai-e2e.session";
/// The service that runs in it.
pub(in crate::stack) const SERVICE: &str = "org.kai-e2e.service";
/// `true` when it was started to be kept.
const KEPT: &str = "org.kai-e2e.kept";
/// Whose it is: `UID@HOST`. Nothing of another owner is ever touched.
const OWNER: &str = "org.kai-e2e.owner";
/// The session's directory, where its locks lie.
const DIRECTORY: &str = "org.kai-e2e.directory";
/// The identity of the state directory that holds the session's: two directories of one name need not be the same one.
const STATE: &str = "org.kai-e2e.state";

/// The filter that finds every container of every stack.
pub(in crate::stack) const STACK: &str = "org.kai-e2e=stack";

/// The filter that finds this user's stacks on this machine.
pub(in crate::stack) fn owner_filter() -> String {
    format!("{OWNER}={}", owner())
}

fn owner() -> String {
    let user = user_id().map_or_else(|| "unknown".to_owned(), |id| id.to_string());
    // The host's name keeps the jobs of a shared engine apart: each runs in a container with a name of its own.
    let host = fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .unwrap_or_default();
    format!("{user}@{}", host.trim())
}

/// The labels of one session's containers.
#[derive(Debug, Clone)]
pub(in crate::stack) struct Labels {
    session: String,
    directory: String,
    state: String,
    kept: bool,
}

impl Labels {
    pub(in crate::stack) fn new(session: &str, directory: &Path, state: &str, kept: bool) -> Self {
        Self {
            session: session.to_owned(),
            directory: directory.display().to_string(),
            state: state.to_owned(),
            kept,
        }
    }

    /// All labels for the container of one service.
    pub(in crate::stack) fn of(&self, service: Service) -> Vec<(&'static str, String)> {
        vec![
            (KIND, "stack".to_owned()),
            (SESSION, self.session.clone()),
            (SERVICE, service.to_string()),
            (OWNER, owner()),
            (DIRECTORY, self.directory.clone()),
            (STATE, self.state.clone()),
            (KEPT, self.kept.to_string()),
        ]
    }
}

/// What the labels of something that was found say about its session.
impl Found {
    pub(in crate::stack) fn service(&self) -> Option<Service> {
        let name = self.label(SERVICE)?;
        Service::ALL
            .into_iter()
            .find(|service| service.as_str() == name)
    }

    pub(in crate::stack) fn session_directory(&self) -> &Path {
        Path::new(self.label(DIRECTORY).unwrap_or_default())
    }

    pub(in crate::stack) fn state_identity(&self) -> &str {
        self.label(STATE).unwrap_or_default()
    }

    pub(in crate::stack) fn was_started_to_be_kept(&self) -> bool {
        self.label(KEPT) == Some("true")
    }
}
