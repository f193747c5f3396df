//! Starting the watcher that outlives this process.

use std::{
    io,
    os::fd::OwnedFd,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use tokio::{io::AsyncReadExt, net::unix::pipe, time::timeout};

use crate::stack::{StackError, bounds, provider::Provider, wait::Backoff};

const SCRIPT: &str = include_str!("reaper.sh");

/// The watcher of one session, as a child of the process that started it.
///
/// It is a shell script rather than this program started again, because the library's host process may be any test
/// binary.
#[derive(Debug)]
pub(super) struct Reaper {
    child: Option<Child>,
    // Closing it tells the watcher that its starter is a user now, or has died.
    starting: Option<ChildStdin>,
}

impl Reaper {
    /// Starts a watcher for the session in a directory, which it makes if it is missing. `None` when one watches already.
    ///
    /// The session is safe from the watcher until [`Reaper::release`].
    pub(super) async fn start(
        directory: &Path,
        provider: &dyn Provider,
        grace: Duration,
    ) -> Result<Option<Self>, StackError> {
        let mut child = spawn(directory, provider, grace)?;
        let starting = child.stdin.take();
        tracing::debug!(directory = %directory.display(), "a watcher is being armed");
        let answer = match first_line(&mut child).await {
            Ok(answer) => answer,
            Err(error) => {
                discard(child);
                return Err(failed("it did not say that it watches", Some(error)));
            }
        };
        let reaper = Self {
            child: Some(child),
            starting,
        };
        match answer.as_str() {
            "armed" => Ok(Some(reaper)),
            "taken" => Ok(None),
            "" => Err(failed("it ended at once", None)),
            reason => Err(failed(reason, None)),
        }
    }

    /// Lets the watcher watch: from now on the session lasts as long as it has users.
    pub(super) fn release(&mut self) {
        self.starting = None;
    }

    /// Waits until the watcher has ended.
    pub(super) async fn ended(&mut self, bound: Duration) -> Result<(), StackError> {
        let Some(child) = self.child.as_mut() else {
            return Ok(());
        };
        let waited = timeout(bound, async {
            let mut backoff = Backoff::new();
            loop {
                match child.try_wait() {
                    Ok(Some(_)) => return Ok(()),
                    Ok(None) => backoff.pause().await,
                    Err(error) => return Err(failed("its end cannot be waited for", Some(error))),
                }
            }
        });
        match waited.await {
            Ok(result) => {
                self.child = None;
                result
            }
            Err(_) => Err(failed(
                "it did not end after the last user was gone; see reaper.log in the session directory",
                None,
            )),
        }
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            discard(child);
        }
    }
}

/// Lets a child run on, and collects its exit status when it comes, so that it is no zombie for as long as this process
/// lives.
pub(super) fn discard(mut child: Child) {
    // Without a thread there is a zombie until this process ends: no reason to fail.
    let _ = std::thread::Builder::new()
        .name("kai-e2e-reaper".to_owned())
        .spawn(move || child.wait());
}

fn spawn(directory: &Path, provider: &dyn Provider, grace: Duration) -> Result<Child, StackError> {
    // A session of its own: neither ctrl-c nor the end of the terminal reaches it, nor does a signal to the group of the
    // test process.
    Command::new("setsid")
        .args(["sh", "-c", SCRIPT, "kai-e2e-reaper"])
        .arg(directory)
        .arg(grace.as_secs().to_string())
        .arg(provider.address())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => failed(
                "the command setsid is missing (package util-linux)",
                Some(error),
            ),
            _ => failed("setsid cannot be run", Some(error)),
        })
}

pub(super) async fn first_line(child: &mut Child) -> io::Result<String> {
    let Some(stdout) = child.stdout.take() else {
        return Err(io::Error::other("its output is not connected"));
    };
    let mut output = pipe::Receiver::from_owned_fd(OwnedFd::from(stdout))?;
    let mut text = Vec::new();
    let reading = async {
        while !text.ends_with(b"\n") && output.read_buf(&mut text).await? > 0 {}
        io::Result::Ok(())
    };
    timeout(bounds::ARMING.get(), reading)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}

pub(super) fn failed(reason: &str, source: Option<io::Error>) -> StackError {
    StackError::Reaper {
        reason: reason.to_owned(),
        source,
    }
}
