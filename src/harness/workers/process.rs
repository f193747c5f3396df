//! A worker as a process of its own: started, looked at, stopped, killed.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use super::end_of_output::end_of_output;
use super::{WorkerCommand, WorkerProcessError, until_polled};
use crate::harness::Harness;
use crate::harness::artefacts::Scrubber;
use crate::stack::{Leash, free_port};

/// How long one look at the health may take, on a machine that is busy too.
const LOOK: Duration = Duration::from_secs(10);

/// A running worker. It is killed, with all that it started, when this is dropped, and when this process ends, however it ends.
#[must_use = "a worker is killed when it is dropped"]
pub struct WorkerProcess {
    child: Child,
    group: Option<Pid>,
    /// Without a name: nothing of it stays when this process is killed.
    output: File,
    health_port: u16,
    http: reqwest::Client,
    _leash: Leash,
}

impl WorkerProcess {
    /// Starts a worker on a harness's queue, and waits until the queue is polled: with a second worker on a queue that is not
    /// sure to be by this one.
    ///
    /// # Errors
    /// When it cannot be started, ends, or nobody polls within the bound; with the end of its output.
    pub async fn start(
        command: &WorkerCommand,
        harness: &Harness,
        bound: Duration,
    ) -> Result<Self, WorkerProcessError> {
        let leash = Leash::start().await;
        let leash = leash.map_err(|source| WorkerProcessError::Leash {
            program: command.program.to_string_lossy().into_owned(),
            source,
        })?;
        let mut worker = Self::spawn(command, harness, leash)?;
        worker.until_polling(command, harness, bound).await?;
        Ok(worker)
    }

    fn spawn(
        command: &WorkerCommand,
        harness: &Harness,
        mut leash: Leash,
    ) -> Result<Self, WorkerProcessError> {
        let failed = |source| WorkerProcessError::Spawn {
            program: command.program.to_string_lossy().into_owned(),
            source,
        };
        let output = tempfile::tempfile().map_err(failed)?;
        let log = || output.try_clone().map(Stdio::from).map_err(failed);
        let (mark, value) = leash.variable();
        let health_port = free_port().map_err(failed)?;
        let mut process = Command::new(&command.program);
        process
            .args(&command.arguments)
            // A worker that is judged must not take the settings of whoever judges it.
            .env_remove("KAI_MUTANT")
            .envs(harness.variables())
            .env("TEMPORAL_TASK_QUEUE", harness.task_queue())
            .env("HEALTH_PORT", health_port.to_string())
            .envs(
                command
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .env(mark, value)
            .stdin(Stdio::null())
            .stdout(log()?)
            .stderr(log()?)
            .process_group(0)
            .kill_on_drop(true);
        if let Some(directory) = &command.directory {
            process.current_dir(directory);
        }
        let child = process.spawn().map_err(failed)?;
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = group {
            leash.holds(group);
        }
        Ok(Self {
            child,
            group: group.and_then(Pid::from_raw),
            output,
            health_port,
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(LOOK)
                .build()
                .unwrap_or_default(),
            _leash: leash,
        })
    }

    async fn until_polling(
        &mut self,
        command: &WorkerCommand,
        harness: &Harness,
        bound: Duration,
    ) -> Result<(), WorkerProcessError> {
        let child = &mut self.child;
        let ended = || match child.try_wait() {
            Ok(Some(status)) => Some(format!("it ended with {status}")),
            _ => None,
        };
        let Err(reason) = until_polled(harness, bound, ended).await else {
            return Ok(());
        };
        Err(WorkerProcessError::NotPolling {
            task_queue: harness.task_queue().to_owned(),
            reason,
            output: end_of_output(&self.output(), &scrubber(command, harness)),
        })
    }

    /// What an endpoint of its health answers; none when nothing does.
    pub async fn health(&self, endpoint: &str) -> Option<u16> {
        let url = format!("http://127.0.0.1:{}/{endpoint}", self.health_port);
        let answer = self.http.get(url).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    /// Asks it to stop, with SIGTERM.
    pub fn terminate(&self) {
        self.send(Signal::TERM);
    }

    /// Stops it in its tracks: it keeps its connections, and does nothing.
    pub fn pause(&self) {
        self.send(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.send(Signal::CONT);
    }

    /// Kills it, with all that it started, and waits until it is gone; gives what it wrote.
    pub async fn kill(mut self) -> String {
        self.send(Signal::KILL);
        // It was killed: how it ended is known.
        let _ = self.child.wait().await;
        self.output()
    }

    /// Waits for its end and says how it ended; none when it does not in time.
    pub async fn ended(&mut self, bound: Duration) -> Option<ExitStatus> {
        tokio::time::timeout(bound, self.child.wait())
            .await
            .ok()?
            .ok()
    }

    fn send(&self, signal: Signal) {
        if let Some(group) = self.group {
            // Fails only when it has ended.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Everything that it has written so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.written()).into_owned()
    }

    /// What cannot be read is not there to be judged. Read by position: the worker writes where the file's own position is.
    fn written(&self) -> Vec<u8> {
        let length = self.output.metadata().map_or(0, |metadata| metadata.len());
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        match self.output.read_exact_at(&mut bytes, 0) {
            Ok(()) => bytes,
            Err(_) => Vec::new(),
        }
    }
}

/// The secrets that a worker has: those of this process, which it inherits, of its command, and of the stack.
fn scrubber(command: &WorkerCommand, harness: &Harness) -> Scrubber {
    let mut scrubber = Scrubber::of_environment();
    scrubber.add_stack(harness.stack().endpoints());
    scrubber.add_variables(command.environment.iter().map(|(name, value)| {
        let text = |text: &std::ffi::OsString| text.to_string_lossy().into_owned();
        (text(name), text(value))
    }));
    scrubber
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        self.send(Signal::KILL);
    }
}
