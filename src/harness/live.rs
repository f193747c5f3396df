//! The harness itself: everything that one test needs, running.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use temporalio_client::Client;
use tokio::sync::Semaphore;

use super::artefacts::{Witness, mark_without_harness};
use super::diagnosis::explained;
use super::faults::{Links, Peer};
use super::patience::patiently;
use super::residence::{Failed, Residence};
use super::setup::Setup;
use super::turns::Turns;
use super::wiring::{Wiring, new_connection_id, short_id};
use super::{
    AnyStack, Ask, HarnessError, HarnessSettings, Isolation, WorkerCommand, WorkerProcess,
    WorkerProcessError, master, namespace, observe,
};
use crate::agent::{Agent, Catalogue, Knowledge};
use crate::capture::{CaptureConfig, CaptureServer};
use crate::contract::{Secret, SessionId};
use crate::stack::{PostgresEndpoint, Progress, SharedStack, StackConfig, World};
use crate::worker::{KaiWorker, WorkerConfig, WorkerError, connect};

/// How many harnesses of a process are set up at once. The services make their parts one after the other anyway (Typesense
/// writes to its log, Postgres a checkpoint for each copy): more at once would only wait there, each with a time-out running.
static TURNS: Semaphore = Semaphore::const_new(8);

/// A stack, a worker, a capture server and a client, wired together.
#[must_use = "a harness that is dropped stops its worker and its capture server"]
pub struct Harness {
    // Dropped first: what it may have to collect is still there then.
    pub(super) witness: Witness,
    pub(super) settings: HarnessSettings,
    pub(super) task_queue: String,
    pub(super) connection_id: String,
    /// The databases of further connections, by the ids of those.
    connected: Mutex<HashMap<String, Secret>>,
    pub(super) client: Client,
    pub(super) capture: CaptureServer,
    pub(super) wiring: Wiring,
    pub(super) failures: Failed,
    pub(super) turns: Turns,
    agent: Agent,
    residence: Residence,
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
        // Nobody closes it; were it closed, nobody would have to wait. Waiting for a turn is not setting up.
        let _turn = TURNS.acquire().await.ok();
        let bound = settings.setup_timeout;
        let wired = in_time(
            bound,
            "harness",
            Box::pin(Self::wired(Arc::clone(&stack), settings)),
        )
        .await;
        match wired {
            Ok(harness) => {
                witness.uses_database(&harness.postgres().database);
                Ok(Self { witness, ..harness })
            }
            Err(error) => Err(witness.mark(explained(&stack, error).await)),
        }
    }

    async fn wired(stack: Arc<AnyStack>, settings: HarnessSettings) -> Result<Self, HarnessError> {
        let (world, mut wiring) = match settings.isolation {
            Isolation::Private => {
                let world = stack.new_world().await?;
                let wiring = Wiring::private(stack.endpoints(), &world);
                (Some(world), wiring)
            }
            Isolation::Master => (None, Wiring::master(stack.endpoints())),
        };
        if let Some(name) = &settings.namespace {
            wiring.namespace.clone_from(name);
        }
        if settings.own_namespace {
            let name = format!("kai-e2e-{}", short_id());
            namespace::register(&wiring, &name).await?;
            wiring.namespace = name;
        }
        let failures = Failed::default();
        // From here on whatever fails, the world and the namespace are given back.
        let mut residence = Residence {
            worker: None,
            world,
            wiring: wiring.clone(),
            own_namespace: settings.own_namespace,
            failures: failures.clone(),
            stop_timeout: settings.stop_timeout,
            keep_failed: settings.keep_failed,
            stack: Some(Arc::clone(&stack)),
        };
        let capture = CaptureServer::start(CaptureConfig::default()).await?;
        if settings.links {
            if residence.world.is_none() {
                return Err(HarnessError::LinksInMasterWorld);
            }
            let links = Links::to(&wiring.endpoints, capture.address().to_string()).await;
            wiring.links = Some(Arc::new(links.map_err(HarnessError::Links)?));
        }
        let task_queue = settings
            .task_queue
            .clone()
            .unwrap_or_else(|| format!("kai-e2e-{}-queue", short_id()));
        let config = wiring.worker_config(&settings, &task_queue);
        let model = settings.model.open().await.map_err(WorkerError::from)?;
        // Not the worker's own: its connections belong to the worker's runtime.
        let own = wiring.without_links().worker_config(&settings, &task_queue);
        let agent = Agent::new(own.agent, model.clone()).map_err(WorkerError::from)?;
        let identity = format!("kai-e2e-client-{}", std::process::id());
        // Boxed, as what follows: all of it together is too much for a test's stack without optimisation.
        let known = Box::pin(master::knowledge(&stack, &settings));
        let (client, worker, connection_id) = futures::try_join!(
            async { Ok::<_, HarnessError>(connect(&own.temporal, &identity).await?) },
            async {
                Ok(match settings.worker {
                    true => Some(KaiWorker::start(config.clone(), model).await?),
                    false => None,
                })
            },
            async {
                match &residence.world {
                    Some(world) => Box::pin(fill(world, &wiring, &agent, known)).await,
                    None => Ok(known.await?.connection_id().to_owned()),
                }
            },
        )?;
        residence.worker = worker;
        Ok(Self {
            witness: Witness::default(),
            settings,
            task_queue,
            connection_id,
            connected: Mutex::default(),
            client,
            capture,
            wiring,
            failures,
            turns: Turns::default(),
            agent,
            residence,
            stack,
        })
    }

    /// Makes another database known to the worker on this harness's queue and returns the id of its connection.
    ///
    /// # Errors
    /// When it cannot be stored, scanned, or given its catalogue.
    pub async fn connect_database(&self, uri: &str) -> Result<String, HarnessError> {
        let id = new_connection_id();
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
        let catalogue = Catalogue::embedded()?;
        let connecting = setup.connection(&id, uri, &catalogue);
        match in_time(self.settings.setup_timeout, "connection", connecting).await {
            Ok(()) => {
                self.connected().insert(id.clone(), Secret::from(uri));
                Ok(id)
            }
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Where the database of a connection is reached, to read; else why that is not known.
    pub(super) fn database_of(&self, connection: Option<&str>) -> Result<Secret, String> {
        match connection {
            Some(id) if id == self.connection_id => {
                let postgres = self.postgres();
                Ok(postgres.reader_url(&postgres.database).into())
            }
            Some(id) => self.connected().get(id).cloned().ok_or_else(|| {
                format!("the connection `{id}` is none that this harness has made, so its database is not known")
            }),
            None => Err("the run was asked without a connection".to_owned()),
        }
    }

    fn connected(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        self.connected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`connect_database`](Self::connect_database), without the worker: it may be one that knows no workflow but its own.
    pub(super) async fn connect_beside_the_worker(
        &self,
        uri: &str,
    ) -> Result<String, HarnessError> {
        let id = new_connection_id();
        let catalogue = Catalogue::embedded()?;
        let connecting = async {
            patiently(|| self.agent.store_connection(&id, uri, "koperasi")).await?;
            self.agent.scan_schema(&id, None).await?;
            patiently(|| self.agent.load_catalogue(&id, &catalogue)).await
        };
        let connecting = async { connecting.await.map_err(HarnessError::Catalogue) };
        in_time(self.settings.setup_timeout, "connection", connecting).await?;
        Ok(id)
    }

    /// Loads instructions, business terms and skills for this harness's connection; entries with the same ids are replaced,
    /// others stay. In a private world nobody else sees them.
    ///
    /// # Errors
    /// When Typesense cannot be written to.
    pub async fn load_catalogue(&self, catalogue: &Catalogue) -> Result<(), HarnessError> {
        patiently(|| self.agent.load_catalogue(&self.connection_id, catalogue))
            .await
            .map(drop)
            .map_err(HarnessError::Catalogue)
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

    /// Whether somebody polls this harness's task queue, for workflow tasks and for activities.
    ///
    /// # Errors
    /// When Temporal does not answer.
    pub async fn polled(&self) -> Result<bool, HarnessError> {
        let (client, bound) = (&self.client, self.settings.call_timeout);
        observe::polled(client, &self.wiring.namespace, &self.task_queue, bound).await
    }

    /// The client that starts the workflows.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The receiver of this harness's streams.
    pub fn capture(&self) -> &CaptureServer {
        &self.capture
    }

    /// The links between the worker and its peers.
    ///
    /// # Errors
    /// When this harness has none: [`HarnessSettings::links`] makes them.
    pub fn links(&self) -> Result<&Links, HarnessError> {
        let links = self.wiring.links.as_deref();
        links.ok_or(HarnessError::NoLinks)
    }

    /// Where a worker posts the events of a session: at this harness's receiver, through its link if there is one.
    pub fn callback_url(&self, session: &SessionId) -> String {
        let direct = self.capture.callback_url(session);
        match &self.wiring.links {
            Some(links) => {
                let own = self.capture.address().to_string();
                let link = links.get(Peer::Receiver).address().to_string();
                direct.replacen(&own, &link, 1)
            }
            None => direct,
        }
    }

    /// Starts a worker as a process on this harness's queue and waits until the queue is polled.
    ///
    /// # Errors
    /// When it cannot be started, ends, or nobody polls within the bound.
    pub async fn start_worker(
        &self,
        command: &WorkerCommand,
        within: Duration,
    ) -> Result<WorkerProcess, WorkerProcessError> {
        WorkerProcess::start(command, self, within).await
    }

    /// The worker, unless this harness runs without one.
    pub fn worker(&self) -> Option<&KaiWorker> {
        self.residence.worker.as_ref()
    }

    /// How Postgres is reached, with this harness's own database as the database.
    pub fn postgres(&self) -> &PostgresEndpoint {
        self.wiring.postgres()
    }

    /// What goes in front of the names of this harness's Typesense collections; empty in the master world.
    pub fn collection_prefix(&self) -> &str {
        &self.wiring.collection_prefix
    }

    /// The Temporal namespace of this harness's workflows.
    pub fn namespace(&self) -> &str {
        &self.wiring.namespace
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
        self.wiring.worker_config(&self.settings, &self.task_queue)
    }

    /// Stops the worker and the capture server, and removes the private world; the stack stays with whoever holds it.
    ///
    /// # Errors
    /// When the worker ended with an error, something did not end in time, or the world could not be removed.
    pub async fn stop(self) -> Result<(), HarnessError> {
        let bound = self.settings.stop_timeout;
        let given_back = self.residence.give_back().await;
        let shut_down = tokio::time::timeout(bound, self.capture.shutdown()).await;
        let late = || HarnessError::StopTimeout {
            task_queue: self.task_queue.clone(),
            bound,
        };
        let shut_down = match shut_down {
            Ok(ended) => ended.map_err(HarnessError::from),
            Err(_) => Err(late()),
        };
        match given_back.and(shut_down) {
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

/// Makes what a private world consists of, all parts at the same time, and gives the id of its connection.
async fn fill(
    world: &World,
    wiring: &Wiring,
    agent: &Agent,
    known: impl Future<Output = Result<Arc<Knowledge>, HarnessError>>,
) -> Result<String, HarnessError> {
    let (id, uri) = (new_connection_id(), wiring.reader_url());
    futures::try_join!(
        async { Ok::<_, HarnessError>(world.clone_database().await?) },
        async {
            let stored = patiently(|| agent.store_connection(&id, &uri, "koperasi")).await;
            stored.map(drop).map_err(HarnessError::World)
        },
        async {
            let known = known.await?;
            let loaded = patiently(|| agent.load_knowledge(&id, &known)).await;
            loaded.map_err(HarnessError::World)
        },
    )?;
    Ok(id)
}
