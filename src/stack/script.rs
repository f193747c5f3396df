//! Running one script of a recipe.

use std::{ffi::OsStr, io, path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{ChildStderr, ChildStdout, Command},
    time::timeout,
};

use super::{Progress, bounds, error::LogTail};

/// Runs a script in a process group of its own, on a leash: its standard input is a pipe whose other end this process
/// holds. When that end closes without a word, because the work was given up or this process was killed, the group gets
/// SIGTERM, on which the recipe cleans up after itself. It must not die of SIGPIPE before that, when it says what it is doing
/// and nobody listens any more: that would be the one end that no `trap` of its own sees.
const LEASH: &str = r#"
trap '' PIPE
exec 4<&0
([ -n "$(cat <&4)" ] || kill -TERM 0) >/dev/null 2>&1 &
exec sh "$@" </dev/null 4<&-
"#;

/// How much of a script's standard error an error can carry.
const STDERR_TAIL: usize = 256 * 1024;

/// One run of a script.
pub(super) struct Script<'a> {
    pub(super) path: &'a Path,
    pub(super) arguments: &'a [&'a str],
    /// Lines of its output that begin with `[prefix]` are its progress.
    pub(super) prefix: &'a str,
    pub(super) environment: &'a [(&'a str, &'a OsStr)],
}

/// Why a script did not come to a good end.
#[derive(Debug)]
pub(super) struct Failure {
    /// What went wrong.
    pub(super) reason: String,
    /// The end of what it wrote to its standard error.
    pub(super) output: LogTail,
}

impl Script<'_> {
    /// Runs the script to its end and forwards its progress.
    pub(super) async fn run(&self, progress: &dyn Progress) -> Result<(), Failure> {
        let failed = |reason: &str, error: io::Error| Failure {
            reason: format!("{reason}: {error}"),
            output: LogTail::default(),
        };
        let mut child = self
            .command()
            .spawn()
            .map_err(|error| failed("sh cannot be run", error))?;
        // Held until the script has ended; waiting for the child would close it at once.
        let mut leash = child.stdin.take();
        let bound = bounds::BUILD.get();
        let working = async {
            tokio::join!(
                forward(child.stdout.take(), self.prefix, progress),
                read_all(child.stderr.take()),
                child.wait()
            )
        };
        // Given up, it is let off the leash, and cleans up after itself.
        let (lines, errors, status) = timeout(bound, working).await.map_err(|_| {
            let reason = format!(
                "it was not done within {} s (the limit is set by {})",
                bound.as_secs_f64(),
                bounds::BUILD.variable()
            );
            failed(&reason, io::ErrorKind::TimedOut.into())
        })?;
        if let Some(leash) = &mut leash {
            // Nobody may be listening any more, and then there is nothing to hold back.
            let _ = leash.write_all(b"over\n").await;
        }
        let status = lines
            .and(status)
            .map_err(|error| failed("its end cannot be waited for", error))?;
        if status.success() {
            return Ok(());
        }
        let name = self.path.file_name().unwrap_or_default();
        Err(Failure {
            reason: format!("{} ended with {status}", name.to_string_lossy()),
            output: LogTail::of(&errors.unwrap_or_default()),
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", LEASH, "kai-e2e-recipe"])
            .arg(self.path)
            .args(self.arguments)
            .envs(self.environment.iter().copied())
            // The engine is the one that DOCKER_HOST names.
            .env_remove("DOCKER_CONTEXT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }
}

/// Passes the script's progress lines on: those that begin with `[service]`.
async fn forward(
    stdout: Option<ChildStdout>,
    prefix: &str,
    progress: &dyn Progress,
) -> io::Result<()> {
    let Some(stdout) = stdout else {
        return Ok(());
    };
    let prefix = format!("[{prefix}]");
    let mut lines = BufReader::new(stdout).split(b'\n');
    while let Some(line) = lines.next_segment().await? {
        let line = String::from_utf8_lossy(&line);
        if line.starts_with(&prefix) {
            progress.line(line.trim_end());
        }
    }
    Ok(())
}

async fn read_all(stderr: Option<ChildStderr>) -> io::Result<String> {
    let Some(mut stderr) = stderr else {
        return Ok(String::new());
    };
    let mut text = Vec::new();
    // To its end, or the script would block on a full pipe; what is kept of it is the end.
    while stderr.read_buf(&mut text).await? > 0 {
        if text.len() > 2 * STDERR_TAIL {
            text.drain(..text.len() - STDERR_TAIL);
        }
    }
    let from = text.len().saturating_sub(STDERR_TAIL);
    Ok(String::from_utf8_lossy(&text[from..]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Silent;

    #[tokio::test]
    async fn what_a_script_said_last_is_kept_of_very_much() {
        let script = tempfile::NamedTempFile::new().expect("a file");
        let text = "seq 200000 >&2; echo 'the disk is full' >&2; exit 1";
        std::fs::write(script.path(), text).expect("it can be written");
        let run = Script {
            path: script.path(),
            arguments: &[],
            prefix: "test",
            environment: &[],
        };
        let failure = run.run(&Silent).await.expect_err("it fails");
        let said = failure.output.to_string();
        assert!(said.contains("the disk is full"), "{said}");
        assert!(failure.reason.contains("exit status: 1"), "{failure:?}");
    }
}
