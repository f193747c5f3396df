//! What the system itself says about the processes of a stack, beside everything that is tested.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// A process that carries the labels of a stack in its environment.
#[derive(Debug, Clone)]
pub struct Labelled {
    pub pid: u32,
    pub labels: HashMap<String, String>,
}

/// Every process for which `wanted` holds of the variables in its environment.
pub fn labelled(wanted: impl Fn(&HashMap<String, String>) -> bool) -> Vec<Labelled> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
        let labels: HashMap<String, String> = String::from_utf8_lossy(&environ)
            .split('\0')
            .filter_map(|line| line.split_once('='))
            .filter(|(variable, _)| variable.starts_with("KAI_E2E_"))
            .map(|(variable, value)| (variable.to_owned(), value.to_owned()))
            .collect();
        if labels.contains_key("KAI_E2E_SESSION") && wanted(&labels) {
            found.push(Labelled { pid, labels });
        }
    }
    found
}

/// The processes of all stacks of one state directory.
pub fn of_state(state: &Path) -> Vec<Labelled> {
    labelled(|labels| {
        labels
            .get("KAI_E2E_DIRECTORY")
            .is_some_and(|directory| Path::new(directory).starts_with(state))
    })
}

/// The processes of one stack, those of Postgres that hide their environment included, and its data directory.
pub fn of_session(session: &str) -> Vec<String> {
    let mut found: Vec<String> = labelled(|labels| labels["KAI_E2E_SESSION"] == session)
        .iter()
        .map(|process| format!("process {}", process.pid))
        .collect();
    found.extend(working_in(session));
    let bases = [std::env::temp_dir(), "/dev/shm".into()];
    for base in bases {
        let data = base.join(format!("kai-e2e-data-{session}"));
        if data.exists() {
            found.push(format!("directory {}", data.display()));
        }
    }
    found
}

/// Processes whose working directory is, or was, in a stack's data.
fn working_in(session: &str) -> Vec<String> {
    let name = format!("/kai-e2e-data-{session}/");
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            fs::read_link(entry.path().join("cwd"))
                .is_ok_and(|cwd| cwd.to_string_lossy().contains(&name))
        })
        .map(|entry| {
            format!(
                "process {} in the data",
                entry.file_name().to_string_lossy()
            )
        })
        .collect()
}
