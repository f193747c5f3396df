//! The labels that everything of a stack carries.

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
pub(in crate::stack) const OWNER: &str = "org.kai-e2e.owner";
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

/// This user on this machine.
pub(in crate::stack) fn owner() -> String {
    let user = user_id().map_or_else(|| "unknown".to_owned(), |id| id.to_string());
    // The host's name keeps the jobs of a shared engine apart: each runs in a container with a name of its own.
    let host = fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .unwrap_or_default();
    format!("{user}@{}", host.trim())
}

/// The environment variable in which a process carries a label: `org.kai-e2e.session` is `KAI_E2E_SESSION`.
pub(in crate::stack) fn variable_of_label(label: &str) -> String {
    match label.strip_prefix("org.kai-e2e.") {
        Some(name) => format!("KAI_E2E_{}", name.to_ascii_uppercase()),
        None => "KAI_E2E_KIND".to_owned(),
    }
}

/// The label that a variable carries, if it is one that does.
pub(in crate::stack) fn label_of_variable(variable: &str) -> Option<&'static str> {
    variable.strip_prefix("KAI_E2E_")?;
    [KIND, SESSION, SERVICE, KEPT, OWNER, DIRECTORY, STATE]
        .into_iter()
        .find(|label| variable_of_label(label) == variable)
}

/// The labels of one session.
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

    /// The labels that everything of the session carries.
    pub(in crate::stack) fn of_session(&self) -> Vec<(&'static str, String)> {
        vec![
            (KIND, "stack".to_owned()),
            (SESSION, self.session.clone()),
            (OWNER, owner()),
            (DIRECTORY, self.directory.clone()),
            (STATE, self.state.clone()),
            (KEPT, self.kept.to_string()),
        ]
    }

    /// The same as environment variables, for processes.
    pub(in crate::stack) fn variables_of_session(&self) -> Vec<(String, String)> {
        self.of_session()
            .into_iter()
            .map(|(label, value)| (variable_of_label(label), value))
            .collect()
    }

    /// The label that tells one service of a session from the others.
    pub(in crate::stack) fn for_service(service: Service) -> [(String, String); 1] {
        [(SERVICE.to_owned(), service.to_string())]
    }

    /// All labels for the container of one service.
    pub(in crate::stack) fn of(&self, service: Service) -> Vec<(&'static str, String)> {
        let mut labels = self.of_session();
        labels.push((SERVICE, service.to_string()));
        labels
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_a_variable_and_every_such_variable_its_label() {
        let labels = Labels::new("s", Path::new("/d"), "1:2", true);
        for (label, _) in labels.of(Service::Postgres) {
            assert_eq!(label_of_variable(&variable_of_label(label)), Some(label));
        }
        assert_eq!(variable_of_label(SESSION), "KAI_E2E_SESSION");
        assert_eq!(label_of_variable("KAI_E2E_STATE_DIR"), None);
        assert_eq!(label_of_variable("SESSION"), None);
    }
}
