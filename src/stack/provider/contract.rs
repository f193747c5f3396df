//! What a provider can do, and which one is meant.

use std::{fmt, time::SystemTime};

use async_trait::async_trait;

use super::{Begun, Found, Instance, Order};
use crate::stack::{
    LoggedStatement, Programs, Progress, Service, StackConfig, StackError,
    error::ExitCode,
    session::{Labels, SessionDirectory},
};

/// Whose services are looked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::stack) enum Scope<'a> {
    /// Those of one session, by its random name.
    Session(&'a str),
    /// Those of every session of this user on this machine.
    Mine,
}

/// A way to run services.
#[async_trait]
pub(in crate::stack) trait Provider: fmt::Debug + Send + Sync {
    /// What tells it from any other: stacks of different providers are never shared. The watcher is told it too, and
    /// removes by it.
    fn address(&self) -> &str;

    /// What the names of its sessions' directories begin with.
    fn session_prefix(&self) -> &'static str {
        ""
    }

    /// Finds, and makes when they are missing, the programs that the services are started from.
    async fn prepare(
        &self,
        config: &StackConfig,
        progress: &dyn Progress,
    ) -> Result<Programs, StackError>;

    /// Fails when a fixed port is taken, as far as that can be told before anything starts. Somebody may still take it in
    /// between; then [`Provider::begin`] fails with the same error.
    fn refuse_taken_ports(&self, config: &StackConfig) -> Result<(), StackError>;

    /// Makes what the services of a session have in common.
    fn open(&self, _session: &SessionDirectory, _labels: &Labels) -> Result<(), StackError> {
        Ok(())
    }

    /// Begins to run a service. It need not be ready yet, and may even have ended already.
    async fn begin(&self, order: &Order<'_>) -> Result<Begun, StackError>;

    /// Waits until a service has ended.
    async fn ended(&self, service: Service, instance: &Instance) -> Result<ExitCode, StackError>;

    /// The last `lines` lines that a service wrote, also when it has ended.
    async fn log_tail(
        &self,
        service: Service,
        instance: &Instance,
        lines: usize,
    ) -> Result<String, StackError>;

    /// Everything that a service wrote since a moment, also when it has ended or does not answer.
    async fn log_since(
        &self,
        service: Service,
        instance: &Instance,
        since: SystemTime,
    ) -> Result<String, StackError>;

    /// The statements that Postgres logged since a moment, out of its file: also when it has ended or does not answer.
    async fn statements_since(
        &self,
        postgres: &Instance,
        since: SystemTime,
    ) -> Result<Vec<LoggedStatement>, StackError>;

    /// Ends a service as a crash would.
    async fn kill(&self, service: Service, instance: &Instance) -> Result<(), StackError>;

    /// Ends a service in its own way, and waits for that: with SIGKILL when it has not ended within a bound.
    async fn stop(&self, service: Service, instance: &Instance) -> Result<(), StackError>;

    /// Begins to run a service that has ended once more, with the state and the ports that it had; the stack was started
    /// with restarts.
    async fn begin_again(&self, order: &Order<'_>, instance: &Instance) -> Result<(), StackError>;

    /// Stops a service in its tracks: it keeps its connections and answers nothing.
    async fn pause(&self, service: Service, instance: &Instance) -> Result<(), StackError>;

    /// Lets a paused service go on.
    async fn resume(&self, service: Service, instance: &Instance) -> Result<(), StackError>;

    /// Everything that carries the labels of the sessions in scope, running or not.
    async fn find(&self, scope: Scope<'_>) -> Result<Vec<Found>, StackError>;

    /// Removes what was found, with its data. What is gone already is no error.
    async fn remove(&self, found: &[Found]) -> Result<(), StackError>;
}
