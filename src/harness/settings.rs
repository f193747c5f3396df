//! What can be set around a harness.

use std::time::Duration;

use super::bounds;
use crate::agent::models::ModelChoice;
use crate::agent::{LoopBounds, SqlLimits};
use crate::stack::parse_bound;
use crate::worker::{
    ActivityTimeouts, ConfigError, DEFAULT_CACHED_WORKFLOWS, RetrySettings, SenderSettings,
    cached_workflows,
};

/// Bounds and policies of one harness.
#[derive(Debug, Clone)]
pub struct HarnessSettings {
    /// How long one run may take; 120 seconds, `KAI_E2E_RUN_TIMEOUT`.
    pub run_timeout: Duration,
    /// How long to wait for what follows a run with a delay of its own (the last events, visibility, Postgres's log);
    /// 5 seconds, `KAI_E2E_SETTLE_TIMEOUT`.
    pub settle_timeout: Duration,
    /// How long the worker and the connection may take to be set up; 60 seconds, `KAI_E2E_SETUP_TIMEOUT`.
    pub setup_timeout: Duration,
    /// How long one call to Temporal may take; 10 seconds, `KAI_E2E_CALL_TIMEOUT`.
    pub call_timeout: Duration,
    /// How long a run is held in its middle for its heartbeat to be seen; 2 seconds, `KAI_E2E_HOLD_TIMEOUT`.
    pub longest_hold: Duration,
    /// How long the worker may take to stop; 30 seconds, `KAI_E2E_STOP_TIMEOUT`.
    pub stop_timeout: Duration,
    /// How long a run may take before the services are looked at; 5 seconds, `KAI_E2E_LOOK_TIMEOUT`.
    pub look_after: Duration,
    /// The worker's activity time-outs.
    pub timeouts: ActivityTimeouts,
    /// The worker's retry policy.
    pub retry: RetrySettings,
    /// How the worker delivers events.
    pub sender: SenderSettings,
    /// The bounds of one SQL statement of the worker's agent.
    pub sql: SqlLimits,
    /// The bounds of one run of the worker's agent.
    pub bounds: LoopBounds,
    /// Which model the worker has; the offline analyst.
    pub model: ModelChoice,
    /// The task queue; one of its own for every harness unless it is set.
    pub task_queue: Option<String>,
    /// Which data the harness works on; a private world.
    pub isolation: Isolation,
    /// Whether the harness has a Temporal namespace of its own; it shares `default` with others otherwise.
    pub own_namespace: bool,
    /// A namespace that is there already, in which somebody else's worker polls; it stays.
    pub namespace: Option<String>,
    /// Whether the private world of a failed test stays, for somebody to look at; `KAI_E2E_KEEP_FAILED`.
    pub keep_failed: bool,
    /// How many workflows the worker keeps in memory between their tasks; 1,000, `KAI_E2E_STICKY_CACHE`. With 0 each workflow
    /// task replays its workflow from the start.
    pub cached_workflows: usize,
    /// Whether this harness runs a worker; without one it waits for somebody else's on its task queue.
    pub worker: bool,
    /// Whether everything between the worker and its peers goes through [`Links`](super::faults::Links), which a test can cut; only
    /// in a private world, because the address of the database is stored with the connection.
    pub links: bool,
}

/// Which data a harness works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Isolation {
    /// A database and collections of its own, made for it and removed after it: nobody else sees them, and it may change
    /// them.
    #[default]
    Private,
    /// The stack's own database `koperasi` and KAI's own collection names, which all others that chose this use too. For
    /// workers that know nothing of private worlds, and for stacks that nobody else uses.
    Master,
}

impl Default for HarnessSettings {
    fn default() -> Self {
        Self {
            run_timeout: bounds::RUN.default_value(),
            settle_timeout: bounds::SETTLE.get(),
            setup_timeout: bounds::SETUP.get(),
            call_timeout: bounds::CALL.get(),
            longest_hold: bounds::HOLD.get(),
            stop_timeout: bounds::STOP.get(),
            look_after: bounds::LOOK.get(),
            timeouts: ActivityTimeouts::default(),
            retry: RetrySettings {
                // Tests should not wait a second for a second attempt.
                initial_interval: Duration::from_millis(100),
                ..RetrySettings::default()
            },
            sender: SenderSettings::default(),
            sql: SqlLimits::default(),
            bounds: LoopBounds::default(),
            model: ModelChoice::default(),
            task_queue: None,
            isolation: Isolation::default(),
            own_namespace: false,
            namespace: None,
            keep_failed: false,
            cached_workflows: DEFAULT_CACHED_WORKFLOWS,
            worker: true,
            links: false,
        }
    }
}

impl HarnessSettings {
    /// The defaults, with what the environment sets.
    ///
    /// # Errors
    /// When a bound is no number of seconds, `KAI_E2E_KEEP_FAILED` neither 1 nor 0, or `KAI_E2E_STICKY_CACHE` no whole number
    /// up to 1,000,000.
    pub fn from_env() -> Result<Self, ConfigError> {
        for bound in bounds::ALL {
            let value = std::env::var(bound.variable()).unwrap_or_default();
            parse_bound(&value).map_err(|expected| ConfigError::Invalid {
                variable: bound.variable(),
                value,
                wanted: format!("it must be {expected}"),
            })?;
        }
        let mut settings = Self {
            run_timeout: bounds::RUN.get(),
            ..Self::default()
        };
        if let Ok(text) = std::env::var("KAI_E2E_KEEP_FAILED") {
            settings.keep_failed = switch("KAI_E2E_KEEP_FAILED", &text)?;
        }
        if let Some(cached) = cached_workflows(&|name| {
            std::env::var(name)
                .ok()
                .filter(|text| !text.trim().is_empty())
        })? {
            settings.cached_workflows = cached;
        }
        Ok(settings)
    }
}

fn switch(variable: &'static str, text: &str) -> Result<bool, ConfigError> {
    match text.trim() {
        "1" => Ok(true),
        "" | "0" => Ok(false),
        _ => Err(ConfigError::Invalid {
            variable,
            value: text.to_owned(),
            wanted: "it must be 1 or 0".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_1_or_0() {
        assert!(switch("V", "1").expect("on"));
        assert!(!switch("V", " ").expect("off"));
        let said = switch("V", "yes").unwrap_err().to_string();
        assert!(said.starts_with("V is `yes`"), "{said}");
    }
}
