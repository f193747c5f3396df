//! Starting a script that outlives this process, and hearing whether it does its work.

use std::{
    ffi::OsStr,
    io,
    os::fd::OwnedFd,
    process::{Child, ChildStdin, Command, Stdio},
};

use tokio::{io::AsyncReadExt, net::unix::pipe, time::timeout};

use crate::stack::{StackError, bounds};

/// A script that has said that it watches.
#[derive(Debug)]
pub(in crate::stack) struct Watcher {
    /// Its process; whoever does not wait for its end gives it to [`discard`].
    pub(in crate::stack) child: Child,
    /// Open for as long as it shall wait.
    pub(in crate::stack) stdin: Option<ChildStdin>,
}

impl Watcher {
    /// Starts a script in a session of its own, with a pipe as standard input, and waits for its word: `armed`, or `taken` when
    /// another one watches already, for which this gives `None`, or why it cannot work.
    ///
    /// Neither ctrl-c nor the end of the terminal reaches it, nor does a signal to the group of the test process.
    pub(in crate::stack) async fn start(
        script: &str,
        name: &str,
        arguments: &[&OsStr],
    ) -> Result<Option<Self>, StackError> {
        let mut command = Command::new("setsid");
        command
            .args(["sh", "-c", script, name])
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => failed(
                "the command setsid is missing (package util-linux)",
                Some(error),
            ),
            _ => failed("setsid cannot be run", Some(error)),
        })?;
        let stdin = child.stdin.take();
        tracing::debug!(name, "a watcher is being armed");
        let answer = match first_line(&mut child).await {
            Ok(answer) => answer,
            Err(error) => {
                discard(child);
                return Err(failed("it did not say that it watches", Some(error)));
            }
        };
        if answer == "armed" {
            return Ok(Some(Self { child, stdin }));
        }
        discard(child);
        match answer.as_str() {
            "taken" => Ok(None),
            "" => Err(failed("it ended at once", None)),
            reason => Err(failed(reason, None)),
        }
    }
}

/// Lets a child run on, and collects its exit status when it comes, so that it is no zombie for as long as this process
/// lives.
pub(in crate::stack) fn discard(mut child: Child) {
    // Without a thread there is a zombie until this process ends: no reason to fail.
    let _ = std::thread::Builder::new()
        .name("kai-e2e-reaper".to_owned())
        .spawn(move || child.wait());
}

async fn first_line(child: &mut Child) -> io::Result<String> {
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
