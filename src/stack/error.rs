//! Everything that can go wrong with a stack.

use std::{error::Error, fmt, io, path::PathBuf, time::Duration};

use super::Service;

/// A cause of another crate, kept as the source of a [`StackError`].
pub type Cause = Box<dyn Error + Send + Sync + 'static>;

/// Why a stack could not be configured, started, reached or removed.
///
/// The message names the object and says what would be right; [`Error::source`] holds the cause. Messages hold no
/// secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StackError {
    /// An environment variable holds something that cannot be used.
    #[error("{variable}={value:?} cannot be used: expected {expected}")]
    Setting {
        /// The variable's name.
        variable: String,
        /// What it holds.
        value: String,
        /// What it may hold.
        expected: String,
    },

    /// The container engine does not answer.
    #[error("container engine at {address} cannot be used: {problem}; {advice}")]
    EngineUnavailable {
        /// The address that was tried, as `DOCKER_HOST` would hold it.
        address: String,
        /// What is wrong, in a few words.
        problem: String,
        /// What to do about it.
        advice: String,
        /// The engine client's error.
        #[source]
        source: Option<Cause>,
    },

    /// The engine answered, but refused or failed.
    #[error("container engine failed to {action}")]
    EngineCall {
        /// What was asked of it.
        action: String,
        /// Its answer.
        #[source]
        source: Cause,
    },

    /// A fixed port is in use.
    #[error(
        "port {port} for {service} is already in use on this machine; stop what listens there, choose another port in \
         {variable}, or unset {variable} to let the engine choose a free one"
    )]
    PortTaken {
        /// The service that was to get the port.
        service: Service,
        /// The port on the host.
        port: u16,
        /// The variable that asked for it.
        variable: &'static str,
    },

    /// A service is to be started again that has lost its state with its end.
    #[error(
        "{service} has lost what it knew when it ended: only a stack that is started with \
         `StackConfig::with_restarts(true)` keeps it"
    )]
    Restarts {
        /// The service.
        service: Service,
    },

    /// An image that was asked for by name is neither present nor can it be pulled.
    #[error(
        "image {image} for {service} (from {variable}) is not present and cannot be pulled: {reason}; load or build it \
         first, or unset {variable} to use the default image"
    )]
    ImageMissing {
        /// The service that was to use the image.
        service: Service,
        /// The image's name.
        image: String,
        /// The variable that named it.
        variable: &'static str,
        /// Why it cannot be pulled.
        reason: String,
    },

    /// An image could not be built.
    #[error("image {image} for {service} could not be built: {reason}{output}")]
    ImageBuild {
        /// The service that was to use the image.
        service: Service,
        /// The image that was to be built.
        image: String,
        /// What went wrong.
        reason: String,
        /// The end of what the build wrote to its standard error.
        output: LogTail,
    },

    /// A container could not be created or started.
    #[error("{service} could not be started from image {image}{log}")]
    Start {
        /// The service.
        service: Service,
        /// Its image.
        image: String,
        /// The end of the service's own log, when it came to write one.
        log: LogTail,
        /// The engine's answer.
        #[source]
        source: Cause,
    },

    /// A service ended while it was waited for.
    #[error("{service} exited {code} before it was ready (last probe: {last_seen}){log}")]
    Exited {
        /// The service.
        service: Service,
        /// Its exit code, in words.
        code: ExitCode,
        /// What the last probe saw.
        last_seen: String,
        /// The end of the service's own log.
        log: LogTail,
    },

    /// A service did not answer in time.
    #[error(
        "{service} was not ready after {} s (last probe: {last_seen}; the limit is set by {variable}){log}",
        .after.as_secs_f64()
    )]
    NotReady {
        /// The service.
        service: Service,
        /// How long it was waited for.
        after: Duration,
        /// What the last probe saw.
        last_seen: String,
        /// The variable that sets the limit.
        variable: &'static str,
        /// The end of the service's own log.
        log: LogTail,
    },

    /// This system offers no way to run the services as processes.
    #[error(
        "the services cannot run as processes of this machine: that needs Linux with /proc; use containers \
         (KAI_E2E_PROVIDER=containers)"
    )]
    ProcessesUnsupported,

    /// A program that was asked for by path cannot be used.
    #[error("{} for {service} (from {variable}) cannot be used: {reason}", .path.display())]
    ProgramUnusable {
        /// The service that was to use it.
        service: Service,
        /// The program.
        path: PathBuf,
        /// The variable that named it.
        variable: &'static str,
        /// Why it cannot be used.
        reason: String,
    },

    /// There is no program for a service.
    #[error(
        "no program for {service} can be used{}; name one in {variable}, or install one with `kai-e2e binaries install`",
        .looked_at.iter().map(|why| format!("\n  {why}")).collect::<String>()
    )]
    ProgramMissing {
        /// The service.
        service: Service,
        /// What was found, each with the reason why it cannot be used.
        looked_at: Vec<String>,
        /// The variable that would name one.
        variable: &'static str,
    },

    /// A program could not be installed into the cache.
    #[error(
        "no program for {service} was found, and none could be installed: {reason}; name one in {variable}, or try \
         `kai-e2e binaries install`{output}"
    )]
    ProgramInstall {
        /// The service.
        service: Service,
        /// The variable that would name one.
        variable: &'static str,
        /// What went wrong.
        reason: String,
        /// The end of what the installation wrote to its standard error.
        output: LogTail,
    },

    /// A process of a service could not be started or ended.
    #[error("{service}: cannot {action}{log}")]
    Process {
        /// The service.
        service: Service,
        /// What was being done.
        action: &'static str,
        /// The end of its own log, when it came to write one.
        log: LogTail,
        /// The cause.
        #[source]
        source: io::Error,
    },

    /// A statement of the harness on Postgres failed.
    #[error("cannot {action} in database {database}")]
    Database {
        /// What was being done.
        action: String,
        /// In which database.
        database: String,
        /// The client's error, whose own source is the server's message.
        #[source]
        source: Cause,
    },

    /// The collections of a private world could not be removed.
    #[error("the typesense collections {prefix}* could not be removed")]
    Collections {
        /// What their names begin with.
        prefix: String,
        /// The client's error.
        #[source]
        source: Cause,
    },

    /// The server's log of statements cannot be read or does not look as expected.
    #[error("postgres's statement log cannot be read: {reason}")]
    StatementLog {
        /// What is wrong.
        reason: String,
        /// The cause.
        #[source]
        source: Option<Cause>,
    },

    /// A statement that was waited for did not appear.
    #[error("no statement matched within {} s; {last_seen}", .after.as_secs_f64())]
    StatementNotSeen {
        /// How long it was waited for.
        after: Duration,
        /// What was seen instead.
        last_seen: String,
    },

    /// The watcher that removes containers after this process is gone could not be started.
    #[error("the clean-up watcher could not be started: {reason}")]
    Reaper {
        /// What is wrong and what to do about it.
        reason: String,
        /// The cause.
        #[source]
        source: Option<io::Error>,
    },

    /// A file or directory of the harness cannot be used.
    #[error("cannot {action} {}", .path.display())]
    State {
        /// What was being done.
        action: &'static str,
        /// To which file or directory.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },

    /// Another process holds a lock for too long.
    #[error("gave up after {} s waiting for {holder} to {work}", .after.as_secs_f64())]
    Busy {
        /// Who holds the lock.
        holder: String,
        /// What it is doing.
        work: &'static str,
        /// How long it was waited for.
        after: Duration,
    },

    /// Something failed, and then the clean-up failed too.
    #[error("{first}; and the clean-up after it failed: {cleanup}")]
    CleanUp {
        /// The first failure.
        #[source]
        first: Box<StackError>,
        /// The failure while cleaning up.
        cleanup: Box<StackError>,
    },

    /// Parts of a stack are still there after they were removed.
    #[error("parts of the stack could not be removed: {}", .parts.join(", "))]
    LeftBehind {
        /// What they are: `container ID`, for instance.
        parts: Vec<String>,
    },

    /// A service of a running stack has died or does not answer any more.
    #[error("{service} of the running stack is gone: {reason}{log}")]
    Gone {
        /// The service.
        service: Service,
        /// What was found.
        reason: String,
        /// The end of the service's own log.
        log: LogTail,
    },
}

impl StackError {
    pub(super) fn state(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::State {
            action,
            path,
            source,
        }
    }

    pub(super) fn process(
        service: Service,
        action: &'static str,
    ) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Process {
            service,
            action,
            log: LogTail::default(),
            source,
        }
    }

    pub(super) fn engine_call(
        action: impl Into<String>,
    ) -> impl FnOnce(bollard::errors::Error) -> Self {
        let action = action.into();
        move |source| Self::EngineCall {
            action,
            source: source.into(),
        }
    }
}

/// The last lines of a service's own log, as the end of an error message.
///
/// Displays as nothing when there are none, and otherwise on lines of its own, each indented.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogTail(Vec<String>);

impl LogTail {
    /// How many lines an error message carries.
    pub const LINES: usize = 20;

    /// Keeps the last [`LogTail::LINES`] lines of a text, without the empty ones.
    pub fn of(text: &str) -> Self {
        let mut lines: Vec<String> = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        lines.drain(..lines.len().saturating_sub(Self::LINES));
        Self(lines)
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for LogTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        f.write_str("\n  last log lines:")?;
        for line in &self.0 {
            write!(f, "\n    {line}")?;
        }
        Ok(())
    }
}

/// How a container ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitCode(
    /// The number that the engine reports; above 128 it is 128 plus a signal.
    pub i64,
);

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            code @ 129..=192 => write!(f, "with code {code} (signal {})", code - 128),
            code => write!(f, "with code {code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_up_error_names_the_service_the_last_probe_and_the_log() {
        let error = StackError::Exited {
            service: Service::Typesense,
            code: ExitCode(1),
            last_seen: "connection refused".into(),
            log: LogTail::of("starting\n\nData directory /nope does not exist.\n"),
        };

        assert_eq!(
            error.to_string(),
            "typesense exited with code 1 before it was ready (last probe: connection refused)\n  last log lines:\n    \
             starting\n    Data directory /nope does not exist."
        );
    }

    #[test]
    fn a_killed_service_is_reported_with_its_signal() {
        assert_eq!(ExitCode(137).to_string(), "with code 137 (signal 9)");
    }

    #[test]
    fn a_log_tail_keeps_the_last_lines_only() {
        let text: String = (1..=50).map(|n| format!("line {n}\n")).collect();
        let tail = LogTail::of(&text);

        assert_eq!(tail.lines().len(), LogTail::LINES);
        assert_eq!(tail.lines()[0], "line 31");
        assert_eq!(tail.lines()[19], "line 50");
    }

    #[test]
    fn an_empty_log_adds_nothing_to_a_message() {
        assert_eq!(LogTail::of("\n \n").to_string(), "");
    }

    #[test]
    fn a_taken_port_says_which_variable_to_change() {
        let error = StackError::PortTaken {
            service: Service::Postgres,
            port: 5432,
            variable: Service::Postgres.port_variable(),
        };

        assert_eq!(
            error.to_string(),
            "port 5432 for postgres is already in use on this machine; stop what listens there, choose another port in \
             KAI_E2E_POSTGRES_PORT, or unset KAI_E2E_POSTGRES_PORT to let the engine choose a free one"
        );
    }
}
