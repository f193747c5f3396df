//! The harness itself: everything that one test needs, running.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine;
use sha2::{Digest, Sha256};
use temporalio_client::Client;

use super::artefacts::{Witness, mark_without_harness};
use super::diagnosis::explained;
use super::setup::{Prepared, Setup};
use super::{AnyStack, Ask, HarnessError, HarnessSettings};
use crate::agent::{Agent, AgentConfig, Catalogue, OfflineAnalyst, TypesenseConfig};
use crate::capture::{CaptureConfig, CaptureServer};
use crate::contract::Secret;
use crate::stack::{Endpoints, Progress, SharedStack, StackConfig};
use crate::worker::{KaiWorker, TemporalTarget, WorkerConfig, WorkerError, connect};

static PREPARED: LazyLock<Prepared> = LazyLock::new(Prepared::default);

/// A stack, a worker, a capture server and a client, wired together.
#[must_use = "a harness that is dropped stops its worker and its capture server"]
pub struct Harness {
    // Dropped first: what it may have to collect is still there then.
    pub(super) witness: Witness,
    pub(super) settings: HarnessSettings,
    pub(super) task_queue: String,
    pub(super) connection_id: String,
    pub(super) client: Client,
    pub(super) capture: CaptureServer,
    agent: Agent,
    worker: Option<KaiWorker>,
    pub(super) stack: Arc<AnyStack>,
}

impl Harness {
    /// A harness on the machine's shared stack, which is started when nobody has started it yet.
    ///
    /// # Errors
    /// When the stack cannot be started, or anything on it cannot be set up.
    pub async fn shared(progress: &dyn Progress) -> Result<Self, HarnessError> {
        let stack = SharedStack::attach(&StackConfig::from_env()?, progress)
            .await
            .map_err(|error| mark_without_harness(error.into()))?;
        Self::on(
            Arc::new(AnyStack::Shared(stack)),
            HarnessSettings::from_env()?,
        )
        .await
    }

    /// A harness on a given stack.
    ///
    /// # Errors
    /// When anything on it cannot be set up; [`HarnessError::ServiceGone`] when that is because a service has died.
    pub async fn on(stack: Arc<AnyStack>, settings: HarnessSettings) -> Result<Self, HarnessError> {
        let witness = Witness::begin(&stack, &settings);
        let bound = settings.setup_timeout;
        let wired = in_time(bound, "harness", Self::wired(Arc::clone(&stack), settings)).await;
        match wired {
            Ok(harness) => {
                witness.uses_database(&harness.stack.endpoints().postgres.database);
                Ok(Self { witness, ..harness })
            }
            Err(error) => Err(witness.mark(explained(&stack, error).await)),
        }
    }

    async fn wired(stack: Arc<AnyStack>, settings: HarnessSettings) -> Result<Self, HarnessError> {
        let endpoints = stack.endpoints();
        let task_queue = settings
            .task_queue
            .clone()
            .unwrap_or_else(|| format!("kai-e2e-{}-queue", short_id()));
        let config = worker_config(endpoints, &settings, &task_queue);
        let identity = format!("kai-e2e-client-{}", std::process::id());
        let client = connect(&config.temporal, &identity).await?;
        let model = Arc::new(OfflineAnalyst::new());
        let capture = CaptureServer::start(CaptureConfig::default()).await?;
        // The connection is prepared by a worker in any case; where somebody else's worker is to answer, ours goes
        // again before the first prompt, and never polls the queue of the run.
        let setup_queue = if settings.worker {
            task_queue.clone()
        } else {
            format!("{task_queue}-setup")
        };
        // Not the worker's own: its connections belong to the worker's runtime.
        let agent = Agent::new(config.agent.clone(), model.clone()).map_err(WorkerError::from)?;
        let worker = KaiWorker::start(
            WorkerConfig {
                task_queue: setup_queue.clone(),
                ..config
            },
            model,
        )
        .await?;
        let setup = Setup {
            client: &client,
            task_queue: &setup_queue,
            agent: &agent,
        };
        let database = &endpoints.postgres.database;
        let key = format!("{}/{database}", endpoints.temporal_address);
        let connection_id = PREPARED
            .cell(&key)
            .get_or_try_init(|| async {
                let id = format!("koperasi-{}", short_id());
                setup
                    .connection(
                        &id,
                        &endpoints.postgres.reader_url(database),
                        &embedded_catalogue()?,
                    )
                    .await?;
                Ok::<_, HarnessError>(id)
            })
            .await?
            .clone();
        let worker = if settings.worker {
            Some(worker)
        } else {
            worker.stop().await?;
            None
        };
        Ok(Self {
            witness: Witness::default(),
            settings,
            task_queue,
            connection_id,
            client,
            agent,
            capture,
            worker,
            stack,
        })
    }

    /// Makes another database known to the worker on this harness's queue and returns the id of its connection.
    ///
    /// # Errors
    /// When it cannot be stored, scanned, or given its catalogue.
    pub async fn connect_database(&self, uri: &str) -> Result<String, HarnessError> {
        let id = format!("koperasi-{}", short_id());
        let setup = Setup {
            client: &self.client,
            task_queue: &self.task_queue,
            agent: &self.agent,
        };
        if let Some(database) = uri
            .parse::<tokio_postgres::Config>()
            .ok()
            .as_ref()
            .and_then(|uri| uri.get_dbname())
        {
            self.witness.uses_database(database);
        }
        let catalogue = embedded_catalogue()?;
        let connecting = setup.connection(&id, uri, &catalogue);
        match in_time(self.settings.setup_timeout, "connection", connecting).await {
            Ok(()) => Ok(id),
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Prepares one prompt; awaiting it sends it and returns the [`Run`](super::Run).
    pub fn ask(&self, prompt: impl Into<String>) -> Ask<'_> {
        Ask::new(self, prompt.into())
    }

    /// The id of the prepared koperasi connection.
    pub fn connection_id(&self) -> &str {
        &self.connection_id
    }

    /// The queue of this harness's prompts.
    pub fn task_queue(&self) -> &str {
        &self.task_queue
    }

    /// The client that starts the workflows.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The receiver of this harness's streams.
    pub fn capture(&self) -> &CaptureServer {
        &self.capture
    }

    /// The worker, unless this harness runs without one.
    pub fn worker(&self) -> Option<&KaiWorker> {
        self.worker.as_ref()
    }

    /// The services.
    pub fn stack(&self) -> &AnyStack {
        &self.stack
    }

    /// The services, for another harness on the same ones.
    pub fn shared_stack(&self) -> Arc<AnyStack> {
        Arc::clone(&self.stack)
    }

    /// The configuration that this harness's own worker has, for another worker on the same queue or elsewhere.
    pub fn worker_config(&self) -> WorkerConfig {
        worker_config(self.stack.endpoints(), &self.settings, &self.task_queue)
    }

    /// Stops the worker and the capture server; the stack stays with whoever holds it.
    ///
    /// # Errors
    /// When the worker ended with an error, or did not end in time.
    pub async fn stop(self) -> Result<(), HarnessError> {
        let bound = self.settings.stop_timeout;
        let late = || HarnessError::StopTimeout {
            task_queue: self.task_queue.clone(),
            bound,
        };
        let stopped = match self.worker {
            Some(worker) => match tokio::time::timeout(bound, worker.stop()).await {
                Ok(stopped) => stopped.map_err(HarnessError::from),
                Err(_) => Err(late()),
            },
            None => Ok(()),
        };
        let shut_down = tokio::time::timeout(bound, self.capture.shutdown()).await;
        match stopped.and(shut_down.map_err(|_| late())) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.witness.mark(explained(&self.stack, error).await)),
        }
    }
}

async fn in_time<T>(
    bound: Duration,
    what: &str,
    work: impl Future<Output = Result<T, HarnessError>>,
) -> Result<T, HarnessError> {
    tokio::time::timeout(bound, work).await.unwrap_or_else(|_| {
        Err(HarnessError::SetupTimeout {
            what: what.to_owned(),
            bound,
        })
    })
}

fn worker_config(
    endpoints: &Endpoints,
    settings: &HarnessSettings,
    task_queue: &str,
) -> WorkerConfig {
    let typesense = TypesenseConfig::new(
        endpoints.typesense.url(),
        endpoints.typesense.api_key.clone(),
    );
    let agent = AgentConfig::new(typesense, Secret::new(encrypt_key(endpoints)));
    WorkerConfig {
        task_queue: task_queue.to_owned(),
        timeouts: settings.timeouts,
        retry: settings.retry,
        ..WorkerConfig::new(TemporalTarget::at(&endpoints.temporal_address), agent)
    }
}

/// The Fernet key of a stack's stored connections: derived from a secret that only its users have, so that every
/// process that is attached to the stack has the same.
pub(crate) fn encrypt_key(endpoints: &Endpoints) -> String {
    let mut digest = Sha256::new();
    digest.update(b"kai-e2e stored connections\0");
    digest.update(endpoints.typesense.api_key.reveal().as_bytes());
    base64::engine::general_purpose::URL_SAFE.encode(digest.finalize())
}

fn embedded_catalogue() -> Result<Catalogue, HarnessError> {
    Ok(Catalogue::embedded()?)
}

fn short_id() -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    id[..12].to_owned()
}
