//! Starting a script that outlives this process, and hearing whether it does its work.

use std::process::{Command, Stdio};

use super::reaper::{discard, failed, first_line};
use crate::stack::StackError;

/// What a watcher says when it is started: `armed`, or `taken` when another one watches already, or why it cannot work.
pub(in crate::stack) struct Handshake;

impl Handshake {
    /// Starts the command and waits for its word. Gives whether it is the one that watches. It runs on by itself.
    pub(in crate::stack) async fn with(mut command: Command) -> Result<bool, StackError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                failed(&format!("the command {program} cannot be run"), Some(error))
            })?;
        let answer = first_line(&mut child).await;
        discard(child);
        match answer {
            Err(error) => Err(failed("it did not say that it watches", Some(error))),
            Ok(answer) => match answer.as_str() {
                "armed" => Ok(true),
                "taken" => Ok(false),
                "" => Err(failed("it ended at once", None)),
                reason => Err(failed(reason, None)),
            },
        }
    }
}
