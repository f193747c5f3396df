//! Running one script of the recipe.

use std::{io, path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{ChildStderr, ChildStdout, Command},
};

use super::recipe;
use crate::stack::{
    PostgresMajor, Progress, Service, StackError, bounds, engine::EngineAddress, error::LogTail,
};

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
const STDERR_TAIL: u64 = 256 * 1024;

/// One run of a script that makes an image.
pub(super) struct ScriptRun<'a> {
    pub(super) script: &'static str,
    pub(super) arguments: &'a [&'a str],
    pub(super) service: Service,
    pub(super) image: &'a str,
    pub(super) major: PostgresMajor,
    pub(super) engine: &'a EngineAddress,
    pub(super) cache: &'a Path,
}

impl ScriptRun<'_> {
    /// Runs the script to its end and forwards its progress.
    pub(super) async fn run(&self, progress: &dyn Progress) -> Result<(), StackError> {
        let recipe = recipe::unpack(self.cache)
            .map_err(|error| self.failed("the recipe cannot be written to the cache", error))?;
        let mut child = self
            .command(&recipe)
            .spawn()
            .map_err(|error| self.failed("sh cannot be run", error))?;
        // Held until the script has ended; waiting for the child would close it at once.
        let mut leash = child.stdin.take();
        let bound = bounds::BUILD.get();
        let building = async {
            tokio::join!(
                forward(child.stdout.take(), self.service, progress),
                read_all(child.stderr.take()),
                child.wait()
            )
        };
        // Given up, it is let off the leash, and cleans up after itself.
        let (lines, errors, status) =
            tokio::time::timeout(bound, building).await.map_err(|_| {
                let reason = format!(
                    "it was not done within {} s (the limit is set by {})",
                    bound.as_secs_f64(),
                    bounds::BUILD.variable()
                );
                self.failed(&reason, io::ErrorKind::TimedOut.into())
            })?;
        if let Some(leash) = &mut leash {
            // Nobody may be listening any more, and then there is nothing to hold back.
            let _ = leash.write_all(b"over\n").await;
        }
        let status = lines
            .and(status)
            .map_err(|error| self.failed("its end cannot be waited for", error))?;
        if status.success() {
            return Ok(());
        }
        Err(StackError::ImageBuild {
            service: self.service,
            image: self.image.to_owned(),
            reason: format!("{} ended with {status}", self.script),
            output: LogTail::of(&errors.unwrap_or_default()),
        })
    }

    fn command(&self, recipe: &Path) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", LEASH, "kai-e2e-recipe"])
            .arg(recipe.join(self.script))
            .args(self.arguments)
            .env("POSTGRES_MAJOR", self.major.as_str())
            .env("KAI_E2E_CACHE", self.cache)
            .env(
                "KAI_E2E_RECIPE",
                &recipe::digest(self.service, self.major)[..12],
            )
            // The very engine that this process talks to, whatever context the engine's command is set to.
            .env("DOCKER_HOST", self.engine.url())
            .env_remove("DOCKER_CONTEXT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }

    fn failed(&self, reason: &str, error: io::Error) -> StackError {
        StackError::ImageBuild {
            service: self.service,
            image: self.image.to_owned(),
            reason: format!("{reason}: {error}"),
            output: LogTail::default(),
        }
    }
}

/// Passes the script's progress lines on: those that begin with `[service]`.
async fn forward(
    stdout: Option<ChildStdout>,
    service: Service,
    progress: &dyn Progress,
) -> io::Result<()> {
    let Some(stdout) = stdout else {
        return Ok(());
    };
    let prefix = format!("[{service}]");
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
    (&mut stderr)
        .take(STDERR_TAIL)
        .read_to_end(&mut text)
        .await?;
    // Whatever is beyond that must still be read, or the script would block on a full pipe.
    tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
