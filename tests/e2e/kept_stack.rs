//! A stack that stays beyond its processes must not stay beyond the test that keeps it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::command::isolated;
use crate::support::{Result, child_tests, eventually, kai_e2e, output, parts_of, shown};

/// Waits for the end of a pipe, and removes what is kept in a state directory.
const SCRIPT: &str = r#"cat >/dev/null; KAI_E2E_STATE_DIR="$1" exec "$0" down"#;

/// Removes the kept stack of a state directory when this is dropped, and when the test is killed, with its process group or alone.
#[must_use = "the stack is removed when this is dropped"]
pub struct RemovedAtTheEnd(Child);

impl RemovedAtTheEnd {
    /// To be called before there is anything to remove, and to be dropped before the directory.
    pub fn of(state: &Path) -> Result<Self> {
        let mut command = Command::new("setsid");
        command
            .args(["sh", "-c", SCRIPT])
            .arg(kai_e2e().get_program())
            .arg(state)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self(command.spawn()?))
    }
}

impl Drop for RemovedAtTheEnd {
    fn drop(&mut self) {
        // The end of its input.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[tokio::test]
#[ignore = "a test process of its own, which the test below kills"]
async fn keeps() -> Result {
    // As a test that is killed leaves it.
    let state = TempDir::new()?;
    let _removed = RemovedAtTheEnd::of(state.path())?;
    let mut up = isolated(&state);
    up.arg("up");
    let up = output(up).await?;
    assert!(up.status.success(), "{}", shown(&up));
    writeln!(std::io::stderr(), "kept in {}", state.path().display())?;
    std::future::pending().await
}

#[tokio::test]
async fn a_stack_that_a_test_keeps_goes_with_it_though_it_is_killed() -> Result {
    let mut command = child_tests("kept_stack::keeps")?;
    command.arg("--exact").stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let lines = BufReader::new(child.stderr.take().ok_or("no output")?).lines();
    let kept = lines
        .map_while(|line| line.ok())
        .find_map(|line| Some(line.strip_prefix("kept in ")?.to_owned()))
        .ok_or("it kept nothing")?;
    let mut sessions = std::fs::read_dir(&kept)?
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("session")).ok());
    let session = sessions.next().ok_or("no session")?;
    assert!(!parts_of(&session).await?.is_empty());

    child.kill()?;
    child.wait()?;
    eventually(
        "the kept stack is removed",
        || async { Ok(parts_of(&session).await?.len()) },
        |left| left == 0,
    )
    .await
}
