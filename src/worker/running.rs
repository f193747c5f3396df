//! A worker that polls, and how it is stopped.

use std::net::SocketAddr;
use std::sync::Arc;

use temporalio_client::Client;
use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::{Runtime, Worker, WorkerOptions};
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::activities::KaiActivities;
use super::callback_resolver::PermittedAddresses;
use super::cancellation::Stopping;
use super::control_plane::{ActiveSessions, Facts, Registration};
use super::env::hostname;
use super::workflow::{KaiChatWorkflow, KaiSetupWorkflow};
use super::{Health, TemporalTarget, WorkerConfig, WorkerError, connect, health};
use crate::agent::{Agent, ChatModel};
use crate::mutants::{self, Mutant};

/// A worker in this process, polling until it is stopped or dropped.
///
/// It has a runtime of its own, on threads of its own: the SDK's `run` cannot move between threads, and a worker must
/// not die in the middle of its graceful stop because the runtime of the test that dropped it is gone. Dropping it asks
/// it to stop without waiting; [`KaiWorker::stop`] waits for what is under way.
#[must_use = "a worker that is dropped stops polling"]
pub struct KaiWorker {
    task_queue: String,
    started: Started,
    ended: watch::Receiver<Option<Result<(), String>>>,
}

/// What the worker's thread hands out once the SDK polls.
struct Started {
    request_stop: Box<dyn Fn() + Send + Sync>,
    health: Health,
    health_address: Option<SocketAddr>,
}

impl KaiWorker {
    /// Connects, registers the workflows and activities, and starts polling.
    ///
    /// # Errors
    /// When Temporal cannot be reached, the agent's configuration is unusable, the health address is taken, or the SDK
    /// refuses the worker.
    pub async fn start(
        config: WorkerConfig,
        model: Arc<dyn ChatModel>,
    ) -> Result<Self, WorkerError> {
        let task_queue = config.task_queue.clone();
        let (start, starting) = oneshot::channel();
        let (end, ended) = watch::channel(None);
        std::thread::Builder::new()
            .name("kai-worker".to_owned())
            .spawn(move || {
                let result = on_own_runtime(config, model, start);
                // Nobody may be left who wants to know.
                let _ = end.send(Some(result));
            })
            .map_err(WorkerError::Thread)?;
        let panicked = || WorkerError::Create {
            task_queue: task_queue.clone(),
            reason: "its thread panicked".to_owned(),
        };
        let started = starting.await.map_err(|_| panicked())??;
        Ok(Self {
            task_queue,
            started,
            ended,
        })
    }

    /// The queue that is polled.
    pub fn task_queue(&self) -> &str {
        &self.task_queue
    }

    /// What the health endpoints say.
    pub fn health(&self) -> &Health {
        &self.started.health
    }

    /// Where the health endpoints listen.
    pub fn health_address(&self) -> Option<SocketAddr> {
        self.started.health_address
    }

    /// Waits until polling has ended, for whatever reason.
    ///
    /// # Errors
    /// When it ended with an error.
    pub async fn ended(&self) -> Result<(), WorkerError> {
        let mut ended = self.ended.clone();
        let said = ended
            .wait_for(Option::is_some)
            .await
            .map(|ended| ended.clone());
        match said {
            Ok(Some(Ok(()))) => Ok(()),
            Ok(Some(Err(reason))) => Err(self.stopped(reason)),
            Ok(None) | Err(_) => Err(self.stopped("its thread panicked".to_owned())),
        }
    }

    /// Takes no new work, waits for what is under way (at most the graceful period, then it is cancelled), and ends.
    ///
    /// # Errors
    /// When polling ended with an error.
    pub async fn stop(self) -> Result<(), WorkerError> {
        self.request_stop();
        self.ended().await
    }

    fn request_stop(&self) {
        self.started.health.stopping();
        (self.started.request_stop)();
    }

    fn stopped(&self, reason: String) -> WorkerError {
        WorkerError::Stopped {
            task_queue: self.task_queue.clone(),
            reason,
        }
    }
}

impl Drop for KaiWorker {
    fn drop(&mut self) {
        self.request_stop();
    }
}

type Start = oneshot::Sender<Result<Started, WorkerError>>;

/// The whole life of a worker, on its own thread.
fn on_own_runtime(
    config: WorkerConfig,
    model: Arc<dyn ChatModel>,
    start: Start,
) -> Result<(), String> {
    // On one thread a task that wakes another need not wake a thread, too: most of a run's tasks wait for each other.
    let mut builder = match config.threads {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder
        .worker_threads(config.threads.max(1))
        .thread_name("kai-worker-io")
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let reason = error.to_string();
            let _ = start.send(Err(WorkerError::Thread(error)));
            return Err(reason);
        }
    };
    runtime.block_on(live(config, model, start))
}

async fn live(config: WorkerConfig, model: Arc<dyn ChatModel>, start: Start) -> Result<(), String> {
    let health = Health::default();
    // Dropped last, also by a panic: a worker whose thread is gone is not healthy.
    let _stopped = MarkStopped(health.clone());
    let stopping = Stopping::after(config.graceful_shutdown);
    let services = CancellationToken::new();
    let sessions = ActiveSessions::default();
    let _services = services.clone().drop_guard();
    let (mut worker, health_address) =
        match create(&config, model, &health, &stopping, services, &sessions).await {
            Ok(created) => created,
            Err(error) => {
                let reason = crate::contract::error_chain(&error);
                let _ = start.send(Err(error));
                return Err(reason);
            }
        };
    health.polling();
    let shut_down = worker.shutdown_handle();
    let started = Started {
        request_stop: Box::new(move || {
            stopping.begin();
            shut_down();
        }),
        health,
        health_address,
    };
    // A caller that has gone away in the meantime drops what it is sent, and that asks for the stop.
    if let Err(Ok(unwanted)) = start.send(Ok(started)) {
        (unwanted.request_stop)();
    }
    let registration = registration(&config, sessions);
    let ended = worker.run().await;
    if let Some(registration) = registration {
        registration.end().await;
    }
    if ended.is_err() && mutants::is(Mutant::AlwaysHealthy) {
        std::future::pending::<()>().await;
    }
    ended.map_err(|error| crate::contract::error_chain(&error))
}

async fn create(
    config: &WorkerConfig,
    model: Arc<dyn ChatModel>,
    health: &Health,
    stopping: &Stopping,
    services: CancellationToken,
    sessions: &ActiveSessions,
) -> Result<(Worker, Option<SocketAddr>), WorkerError> {
    let client = connect(&config.temporal, &config.identity).await?;
    let agent = Agent::new(config.agent_in_time(), model)?;
    let health_address = match config.health {
        Some(address) => Some(health::serve(address, health.clone(), services).await?),
        None => None,
    };
    let worker = polling(config, client, agent, stopping, sessions)?;
    Ok((worker, health_address))
}

fn polling(
    config: &WorkerConfig,
    client: Client,
    agent: Agent,
    stopping: &Stopping,
    sessions: &ActiveSessions,
) -> Result<Worker, WorkerError> {
    let refused = |reason: String| WorkerError::Create {
        task_queue: config.task_queue.clone(),
        reason,
    };
    // With heartbeats of the SDK's own, every worker that ever ran would leave a thread behind.
    let options = RuntimeOptions::builder()
        .heartbeat_interval(None)
        .build()
        .map_err(|error| refused(error.to_string()))?;
    let runtime =
        Runtime::from_current_tokio(options).map_err(|error| refused(error.to_string()))?;
    let options = worker_options(config, agent, stopping, sessions, client.clone())?;
    Worker::new(&runtime, client, options)
        .map_err(|error| refused(crate::contract::error_chain(&error)))
}

fn worker_options(
    config: &WorkerConfig,
    agent: Agent,
    stopping: &Stopping,
    sessions: &ActiveSessions,
    asking: Client,
) -> Result<WorkerOptions, WorkerError> {
    let refused = |error: &dyn std::error::Error| WorkerError::Create {
        task_queue: config.task_queue.clone(),
        reason: crate::contract::error_chain(error),
    };
    let mut http = reqwest::Client::builder()
        .no_proxy()
        // A redirect would send events to a host that nobody configured.
        .redirect(reqwest::redirect::Policy::none());
    if let Some(hosts) = &config.callback_hosts {
        http = http.dns_resolver(PermittedAddresses(hosts.clone()));
    }
    let http = http.build().map_err(|error| refused(&error))?;
    let (timeouts, retry) = (config.timeouts, config.retry);
    let activities = KaiActivities {
        agent,
        http,
        heartbeats: config.heartbeats,
        sender: config.sender,
        callback_hosts: config.callback_hosts.clone(),
        stopping: stopping.clone(),
        sessions: sessions.clone(),
        client: asking,
    };
    Ok(WorkerOptions::new(config.task_queue.clone())
        // The default is a checksum of the whole executable: half a second a process.
        .deployment_options(WorkerDeploymentOptions::from_build_id(
            concat!("kai-e2e-", env!("CARGO_PKG_VERSION")).to_owned(),
        ))
        .client_identity_override(config.identity.clone())
        .register_workflow_with_factory::<KaiChatWorkflow, _>(move || {
            KaiChatWorkflow::new(timeouts, retry)
        })
        .map_err(|error| refused(&error))?
        .register_workflow_with_factory::<KaiSetupWorkflow, _>(move || {
            KaiSetupWorkflow::new(timeouts, retry)
        })
        .map_err(|error| refused(&error))?
        .register_activities(activities)
        .graceful_shutdown_period(config.graceful_shutdown)
        .max_heartbeat_throttle_interval(config.heartbeats.throttle)
        .default_heartbeat_throttle_interval(config.heartbeats.throttle)
        .sticky_queue_schedule_to_start_timeout(config.sticky_timeout)
        .max_cached_workflows(config.cached_workflows)
        .build())
}

/// Tells the control plane of this worker, if there is one to tell.
fn registration(config: &WorkerConfig, sessions: ActiveSessions) -> Option<Registration> {
    let plane = config.control_plane.clone()?;
    let temporal_host = match &config.temporal {
        TemporalTarget::Address { address, .. } => address.clone(),
        // Temporal's own configuration may have it in a file; what is not in the environment is not told.
        TemporalTarget::Environment => std::env::var("TEMPORAL_ADDRESS").unwrap_or_default(),
    };
    let facts = Facts {
        task_queue: config.task_queue.clone(),
        hostname: hostname(),
        identity: config.identity.clone(),
        temporal_host,
    };
    match Registration::begin(plane, facts, sessions) {
        Ok(registration) => Some(registration),
        Err(error) => {
            tracing::error!(%error, "the control plane is not told of this worker");
            None
        }
    }
}

struct MarkStopped(Health);

impl Drop for MarkStopped {
    fn drop(&mut self) {
        self.0.stopped();
    }
}
