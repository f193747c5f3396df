//! Processes that end with this one, however it ends.

use std::{ffi::OsStr, io::Write};

use uuid::Uuid;

use super::handshake::{Watcher, discard};
use crate::stack::StackError;

const SCRIPT: &str = include_str!("leash.sh");

/// The variable by which held processes are known.
const MARK: &str = "KAI_E2E_LEASH";

/// Holds the processes that carry its mark: they are killed, with all that they have started, when this is dropped or this
/// process ends, by SIGKILL, too. `Drop` alone does not run then, and ending with the parent (`PR_SET_PDEATHSIG`) would mean with
/// the thread that began them.
#[derive(Debug)]
pub(crate) struct Leash {
    mark: String,
    watcher: Option<Watcher>,
}

impl Leash {
    /// To be called before there is anything to hold, so that nothing is missed.
    pub(crate) async fn start() -> Result<Self, StackError> {
        let mark = Uuid::new_v4().simple().to_string();
        let watcher = Watcher::start(SCRIPT, "kai-e2e-leash", &[OsStr::new(&mark)]).await?;
        Ok(Self { mark, watcher })
    }

    /// What a process must have in its environment to be held.
    pub(crate) fn variable(&self) -> (&'static str, &str) {
        (MARK, &self.mark)
    }

    /// Tells the watcher the group of what was begun, for systems where nobody is shown the environment of a process.
    pub(crate) fn holds(&mut self, group: i32) {
        let stdin = self
            .watcher
            .as_mut()
            .and_then(|watcher| watcher.stdin.as_mut());
        if let Some(stdin) = stdin {
            // Fails only when the watcher was killed; dropping what is held still ends it.
            let _ = writeln!(stdin, "{group}");
        }
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        if let Some(Watcher { child, stdin }) = self.watcher.take() {
            drop(stdin);
            discard(child);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[tokio::test]
    async fn what_is_held_ends_with_its_leash_wherever_it_has_moved() {
        let leash = Leash::start().await.unwrap();
        let begin = |marked: bool| {
            let mut command = Command::new("setsid");
            // It says that it is there, and holds its output open for as long as it lives.
            command
                .args(["sh", "-c", "echo there; exec sleep 600"])
                .stdout(Stdio::piped());
            if marked {
                let (name, value) = leash.variable();
                command.env(name, value);
            }
            let mut child = command.spawn().unwrap();
            let mut output = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            assert_eq!(line, "there\n");
            (child, output)
        };
        let ((mut held, mut output), (mut free, _)) = (begin(true), begin(false));

        drop(leash);

        // The end of its output is the end of the process.
        let mut more = String::new();
        output.read_line(&mut more).unwrap();
        assert_eq!(more, "");
        held.wait().unwrap();
        assert!(free.try_wait().unwrap().is_none());
        free.kill().unwrap();
        free.wait().unwrap();
    }
}
