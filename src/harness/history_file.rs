//! Histories in files, and from servers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use temporalio_common::UntypedWorkflow;

use super::artefacts::Scrubber;
use super::{AnyStack, HarnessError, HistoryError, RunHistory, bounds, observe, proto_json};
use crate::worker::{TemporalTarget, connect};

/// Names of machines that are shorter than this are words that texts hold anyway.
const SHORTEST_NAME: usize = 6;

/// The parts of an event that belong to the run, not to who made it.
const OF_THE_RUN: [&str; 4] = ["input", "result", "details", "lastCompletionResult"];

impl RunHistory {
    /// Reads a history: proto JSON, as `temporal workflow show -o json`, `kai-e2e history record` and the histories of
    /// artefacts are, or the Rust SDK's own JSON.
    ///
    /// # Errors
    /// [`HistoryError::Unreadable`] when it is none of them; it names the first event that cannot be read.
    pub fn from_json(json: &[u8]) -> Result<Self, HistoryError> {
        let unreadable = |reason: String| HistoryError::Unreadable { reason };
        let json: Value = serde_json::from_slice(json)
            .map_err(|error| unreadable(format!("it is no JSON: {error}")))?;
        let events = proto_json::events(&json).map_err(unreadable)?;
        if events.is_empty() {
            return Err(unreadable("it has no event".to_owned()));
        }
        Ok(Self::new(events))
    }

    /// Reads a file as [`from_json`](Self::from_json) does.
    ///
    /// # Errors
    /// [`HistoryError::File`] when the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, HistoryError> {
        let json = crate::files::read(path).map_err(|error| unread(path, error))?;
        Self::from_json(&json)
    }

    /// The files that a path stands for: itself, or every `.json` file in a folder, in the order of their names.
    ///
    /// # Errors
    /// [`HistoryError::File`] when there is nothing there, or nothing in the folder.
    pub fn files(path: &Path) -> Result<Vec<PathBuf>, HistoryError> {
        let there = std::fs::metadata(path).map_err(|error| unread(path, error))?;
        if !there.is_dir() {
            return Ok(vec![path.to_owned()]);
        }
        let entries = std::fs::read_dir(path).map_err(|error| unread(path, error))?;
        let mut files: Vec<_> = entries
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unread(path, error))?
            .into_iter()
            .map(|entry| entry.path())
            .filter(|file| {
                file.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        files.sort();
        match files.is_empty() {
            true => Err(unread(path, "no file in it ends in .json")),
            false => Ok(files),
        }
    }

    /// The history of a workflow on a server, as far as it has come.
    ///
    /// # Errors
    /// When the server cannot be reached or knows no such workflow.
    pub async fn fetch(target: &TemporalTarget, workflow_id: &str) -> Result<Self, HarnessError> {
        let client = connect(target, "kai-e2e").await?;
        let handle = client.get_workflow_handle::<UntypedWorkflow>(workflow_id);
        observe::history(&handle, bounds::CALL.get()).await
    }

    /// The history as text that can be shown to others: workers and clients have numbers for their names, which name machines,
    /// and the secrets of this process's environment, and of a stack, are taken out.
    pub fn shareable(&self, stack: Option<&AnyStack>) -> String {
        let mut json = self.to_json();
        let mut names = Names::default();
        names.collect(&json);
        names.replace(&mut json);
        let mut scrubber = Scrubber::of_environment();
        if let Some(stack) = stack {
            scrubber.add_stack(stack.endpoints());
        }
        scrubber.scrub(&format!("{json:#}\n"))
    }
}

fn unread(path: &Path, reason: impl std::fmt::Display) -> HistoryError {
    HistoryError::File {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// Who took part, and what they are called from now on.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn collect(&mut self, json: &Value) {
        let events = json["events"].as_array().into_iter().flatten();
        for event in events {
            let kind = event["eventType"].as_str().unwrap_or_default();
            let role = match kind.contains("_TASK_") {
                true => "worker",
                false => "client",
            };
            self.collect_in(event, role);
        }
    }

    fn collect_in(&mut self, value: &Value, role: &str) {
        let Value::Object(object) = value else { return };
        if let Some(identity) = text(object, "identity") {
            self.add(identity, role);
        }
        if text(object, "kind") == Some("TASK_QUEUE_KIND_STICKY") {
            self.add(text(object, "name").unwrap_or_default(), "sticky");
        }
        for value in object.values() {
            self.collect_in(value, role);
        }
    }

    fn add(&mut self, name: &str, role: &str) {
        if name.is_empty() || self.0.contains_key(name) {
            return;
        }
        let of_role = self
            .0
            .values()
            .filter(|name| name.starts_with(role))
            .count();
        self.0
            .insert(name.to_owned(), format!("{role}-{}", of_role + 1));
    }

    fn replace(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(name) = self.0.get(text.as_str()) {
                    name.clone_into(text);
                }
                // The longest first: a sticky queue's name begins with its worker's.
                let mut long: Vec<_> = self
                    .0
                    .iter()
                    .filter(|(name, _)| name.len() >= SHORTEST_NAME)
                    .collect();
                long.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
                for (name, new) in long {
                    if text.contains(name.as_str()) {
                        *text = text.replace(name.as_str(), new);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace(item)),
            Value::Object(object) => {
                for (key, value) in object {
                    if !OF_THE_RUN.contains(&key.as_str()) {
                        self.replace(value);
                    }
                }
            }
            _ => {}
        }
    }
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}
