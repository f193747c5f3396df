//! How a worker is configured.

use std::net::SocketAddr;
use std::time::Duration;

use super::{CallbackHosts, ControlPlane};
use crate::agent::AgentConfig;
use crate::contract::DEFAULT_TASK_QUEUE;

/// The SDK's own.
pub(crate) const DEFAULT_CACHED_WORKFLOWS: usize = 1000;

/// Everything that a worker needs to know.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Where Temporal is.
    pub temporal: TemporalTarget,
    /// The queue to poll; `kai-agent-queue` unless an organisation has its own.
    pub task_queue: String,
    /// How the worker names itself to Temporal.
    pub identity: String,
    /// Where the health endpoints listen; none turns them off.
    pub health: Option<SocketAddr>,
    /// What the agent needs: Typesense, the key of the stored connections, limits.
    pub agent: AgentConfig,
    /// The activity's time-outs.
    pub timeouts: ActivityTimeouts,
    /// How failed attempts are retried.
    pub retry: RetrySettings,
    /// How progress is reported to Temporal.
    pub heartbeats: HeartbeatSettings,
    /// How events are delivered.
    pub sender: SenderSettings,
    /// Where events may be posted to; none: to wherever a callback URL says.
    pub callback_hosts: Option<CallbackHosts>,
    /// How long running activities may go on after a stop was asked for, before they are cancelled.
    pub graceful_shutdown: Duration,
    /// How many threads the worker's tasks share; 1 is for the workers of tests, of which there are many at once.
    pub threads: usize,
    /// How long a workflow task may wait for the worker that has the workflow in its cache.
    pub sticky_timeout: Duration,
    /// How many workflows are kept in memory between their tasks; 1,000. With 0 each workflow task replays its workflow from
    /// the start, which finds code that does not replay.
    pub cached_workflows: usize,
    /// The control plane that the worker reports to; none unless an organisation's key is given.
    pub control_plane: Option<ControlPlane>,
}

impl WorkerConfig {
    /// The documented defaults around a Temporal server and an agent.
    pub fn new(temporal: TemporalTarget, agent: AgentConfig) -> Self {
        Self {
            temporal,
            task_queue: DEFAULT_TASK_QUEUE.to_owned(),
            identity: super::env::default_identity(),
            health: None,
            agent,
            timeouts: ActivityTimeouts::default(),
            retry: RetrySettings::default(),
            heartbeats: HeartbeatSettings::default(),
            sender: SenderSettings::default(),
            callback_hosts: None,
            graceful_shutdown: Duration::from_secs(10),
            threads: 2,
            sticky_timeout: Duration::from_secs(5),
            cached_workflows: DEFAULT_CACHED_WORKFLOWS,
            control_plane: None,
        }
    }

    /// The agent's configuration, its wall time such that the run's last events are delivered before the activity is cut
    /// off: an attempt that Temporal gives up sends no `done` (contract §3).
    pub(super) fn agent_in_time(&self) -> AgentConfig {
        let SenderSettings {
            budget,
            request_timeout,
            ..
        } = self.sender;
        // One request may be under way when the budget is used up, and `done` is one more.
        let delivery = budget + 2 * request_timeout + Duration::from_secs(2);
        let limit = self.timeouts.start_to_close;
        // An activity of a few seconds cannot spare all that.
        let run = limit.saturating_sub(delivery).max(limit / 2);
        let mut agent = self.agent.clone();
        agent.bounds.wall_time = agent.bounds.wall_time.min(run);
        agent
    }
}

/// Which Temporal server and namespace to use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemporalTarget {
    /// A plain address without TLS, as the stack of the harness has it.
    Address {
        /// `host:port`.
        address: String,
        /// The namespace.
        namespace: String,
    },
    /// Temporal's own environment configuration: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, TLS, a
    /// profile of its file.
    Environment,
}

impl TemporalTarget {
    /// A server at an address, namespace `default`.
    pub fn at(address: impl Into<String>) -> Self {
        Self::Address {
            address: address.into(),
            namespace: "default".to_owned(),
        }
    }
}

/// The activity's time-outs (contract §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityTimeouts {
    /// From the start of an attempt to its end; 15 minutes.
    pub start_to_close: Duration,
    /// The longest silence between two heartbeats; 60 seconds.
    pub heartbeat: Duration,
}

impl Default for ActivityTimeouts {
    fn default() -> Self {
        Self {
            start_to_close: Duration::from_secs(15 * 60),
            heartbeat: Duration::from_secs(60),
        }
    }
}

/// How failed attempts are retried. Permanent failures never are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetrySettings {
    /// The wait before the second attempt; 1 second.
    pub initial_interval: Duration,
    /// By how much each further wait is longer; 2.
    pub backoff: f64,
    /// The longest wait; 30 seconds.
    pub maximum_interval: Duration,
    /// How many attempts in all; 3.
    pub maximum_attempts: u32,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            initial_interval: Duration::from_secs(1),
            backoff: 2.0,
            maximum_interval: Duration::from_secs(30),
            maximum_attempts: 3,
        }
    }
}

/// How progress is reported to Temporal (contract §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeartbeatSettings {
    /// The longest time between two heartbeats of a quiet activity; 1 second. A cancellation reaches the activity on
    /// the reply to a heartbeat, so this also bounds how late it is seen.
    pub interval: Duration,
    /// How long the SDK may hold a heartbeat back to save calls; 200 ms. Its own default is 80 % of the heartbeat
    /// time-out (48 s), which would hide progress and delay cancellation by as much.
    pub throttle: Duration,
}

impl Default for HeartbeatSettings {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(1),
            throttle: Duration::from_millis(200),
        }
    }
}

/// How events are delivered (contract §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderSettings {
    /// The time-out of one request; 3 seconds.
    pub request_timeout: Duration,
    /// How many events may wait for delivery before the agent waits too; 1,024. With 0 the agent goes on only when each event
    /// is delivered or given up: whoever delays the answer to an event holds the agent exactly there.
    pub queue: usize,
    /// How often an event is tried in all, under the same number; 5.
    pub attempts: u32,
    /// The pause before an event's second try; 100 ms. Each further one is twice as long, up to a second.
    pub retry_pause: Duration,
    /// How long in all a run may be held up by deliveries: waiting for room in the queue (without a queue, for each event), for what is left at the end, and for
    /// `done`; 10 seconds. What is not delivered by then counts as failed. The time of one request, at most half of the
    /// budget, is `done`'s alone.
    pub budget: Duration,
}

impl Default for SenderSettings {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(3),
            queue: 1024,
            attempts: 5,
            retry_pause: Duration::from_millis(100),
            budget: Duration::from_secs(10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::TypesenseConfig;

    fn wall_time(start_to_close: u64, wall_time: u64) -> u64 {
        let typesense = TypesenseConfig::new("http://127.0.0.1:8108", "k");
        let mut config = WorkerConfig::new(
            TemporalTarget::at("localhost:7233"),
            AgentConfig::new(typesense, "key".into()),
        );
        config.timeouts.start_to_close = Duration::from_secs(start_to_close);
        config.agent.bounds.wall_time = Duration::from_secs(wall_time);
        config.agent_in_time().bounds.wall_time.as_secs()
    }

    #[test]
    fn a_run_ends_before_its_activity_is_cut_off() {
        assert_eq!(wall_time(900, 600), 600, "the defaults leave room");
        assert_eq!(wall_time(900, 3600), 882);
        assert_eq!(wall_time(60, 600), 42);
        assert_eq!(wall_time(10, 600), 5);
    }
}
