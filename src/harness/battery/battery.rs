//! The scenarios, one after the other, and the verdict on all of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::LocalBoxFuture;

use super::again::{ASKED_AGAIN, why_again};
use super::{BatteryError, Subject, answered, data, delivery, plain, process, session, waiting};
use crate::checks::{Evidence, RunEvidence, Scenario, Verdict, judge};
use crate::contract::{SessionId, error_chain};
use crate::harness::workers::until_polled;
use crate::harness::{
    AnyStack, Ask, Harness, HarnessSettings, Isolation, WorkerCommand, WorkerProcess,
    WorkerProcessError,
};

/// What a battery asks, and how long it waits. The defaults fit the koperasi database.
#[derive(Debug, Clone)]
pub struct BatterySettings {
    /// A question that is answered from the data.
    pub prompt: String,
    /// Another one, with another answer.
    pub other_prompt: String,
    /// One whose statement reads [`locked_table`](Self::locked_table).
    pub locked_prompt: String,
    /// A table that is locked so that a statement has to wait.
    pub locked_table: String,
    /// One whose answer is NaN once a cell is.
    pub nan_prompt: String,
    /// The table of that cell.
    pub nan_table: String,
    /// The numeric column of that cell.
    pub nan_column: String,
    /// The table's integer key.
    pub nan_key: String,
    /// How long a worker may take until it polls; 60 seconds.
    pub ready: Duration,
    /// How long a run may take until its first statement; 30 seconds.
    pub first_statement: Duration,
    /// How long a statement is made to wait, and a worker may take to stop; 25 seconds.
    pub patience: Duration,
    /// How long a worker that cannot poll any more may take to show it; 180 seconds. A poll that is under way lasts for up to a
    /// minute, and Temporal's SDKs forgive a namespace that is not found for another one.
    pub poller_patience: Duration,
    /// After how long a run is given up as one that does not end; 100 seconds. A worker that was killed is missed only when
    /// the heartbeat time-out has passed.
    pub give_up: Duration,
    /// Which scenarios are run; all.
    pub scenarios: Vec<Scenario>,
}

impl Default for BatterySettings {
    fn default() -> Self {
        Self {
            prompt: "Tampilkan top 5 provinsi dengan rata-rata modal awal koperasi tertinggi"
                .to_owned(),
            other_prompt: "Berapa jumlah koperasi di Bali?".to_owned(),
            locked_prompt: "Berapa jumlah koperasi?".to_owned(),
            locked_table: "cooperative".to_owned(),
            nan_prompt: "Berapa rata-rata simpanan pokok per anggota?".to_owned(),
            nan_table: "cooperative_members".to_owned(),
            nan_column: "principal_saving".to_owned(),
            nan_key: "cooperative_member_id".to_owned(),
            ready: Duration::from_secs(60),
            first_statement: Duration::from_secs(30),
            patience: Duration::from_secs(25),
            poller_patience: Duration::from_secs(180),
            give_up: Duration::from_secs(100),
            scenarios: Scenario::ALL.to_vec(),
        }
    }
}

/// Judges one worker.
#[derive(Debug)]
pub struct Battery {
    stack: Arc<AnyStack>,
    subject: Subject,
    settings: BatterySettings,
}

/// What a battery saw, and its verdict.
#[derive(Debug)]
pub struct BatteryReport {
    /// What was seen.
    pub evidence: Evidence,
    /// The verdict of every check.
    pub verdicts: Vec<Verdict>,
    /// The scenarios that were run, and how long each took.
    pub took: Vec<(Scenario, Duration)>,
    /// How long all of it took. Some scenarios go on beside others.
    pub lasted: Duration,
}

impl BatteryReport {
    /// The promises that were broken.
    pub fn broken(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.is_broken())
    }
}

/// Waits until somebody polls the queue: a worker may have been started just now.
async fn until_somebody_polls(harness: &Harness, bound: Duration) -> Result<(), BatteryError> {
    let not_polling = |reason| WorkerProcessError::NotPolling {
        task_queue: harness.task_queue().to_owned(),
        reason,
        output: format!(
            "the namespace is `{}`; `kai-e2e up --format env` prints how a worker reaches the stack",
            harness.namespace()
        ),
    };
    let polled = until_polled(harness, bound, || None).await;
    Ok(polled.map_err(not_polling)?)
}

/// What came of one scenario.
struct Seen {
    scenario: Scenario,
    run: Result<RunEvidence, String>,
    /// How long it took; none when it could not be run with this worker.
    after: Option<Duration>,
}

impl Seen {
    fn not_run(scenario: Scenario) -> Self {
        Self {
            scenario,
            run: Err(BatteryError::NotOurs.to_string()),
            after: None,
        }
    }
}

/// What a scenario works with.
pub(super) struct Bench<'a> {
    pub(super) harness: &'a Harness,
    pub(super) settings: &'a BatterySettings,
    subject: &'a Subject,
}

impl Bench<'_> {
    /// Whether the worker is this crate's own.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.subject, Subject::Command(command) if command.own)
    }

    /// A prompt for the connection that the worker knows.
    pub(super) fn ask(&self, prompt: &str) -> Ask<'_> {
        let ask = self.harness.ask(prompt);
        match self.subject {
            Subject::Elsewhere {
                connection_id: Some(id),
                ..
            } => ask.connection(id),
            _ => ask,
        }
    }

    /// Whether the worker has a connection that somebody else has stored, perhaps with another key.
    pub(super) fn knows_its_own_connection(&self) -> bool {
        matches!(
            self.subject,
            Subject::Elsewhere {
                connection_id: Some(_),
                ..
            }
        )
    }

    /// A session that no run has used.
    pub(super) fn new_session(&self) -> SessionId {
        SessionId::new(format!("e2e-{}", uuid::Uuid::new_v4().simple()))
    }
}

impl Battery {
    /// A battery on a stack. On a stack of its own the worker gets KAI's own collection names and the seeded database itself, so
    /// that it need know nothing of this harness; on a shared one it gets a private world (`TYPESENSE_COLLECTION_PREFIX`).
    pub fn new(stack: Arc<AnyStack>, subject: Subject, settings: BatterySettings) -> Self {
        Self {
            stack,
            subject,
            settings,
        }
    }

    /// Runs the scenarios, and judges. `progress` is told which comes next.
    ///
    /// # Errors
    /// When the harness cannot be set up, or the worker cannot be started. What goes wrong within a scenario is not judged, and
    /// the report says why.
    pub async fn run(&self, progress: &dyn Fn(Scenario)) -> Result<BatteryReport, BatteryError> {
        let began = Instant::now();
        let harness = Harness::on(Arc::clone(&self.stack), self.harness_settings(false)).await?;
        let bench = Bench {
            harness: &harness,
            settings: &self.settings,
            subject: &self.subject,
        };
        let mut worker = match &self.subject {
            Subject::Command(command) => {
                Some(WorkerProcess::start(command, &harness, self.settings.ready).await?)
            }
            Subject::Elsewhere { .. } => {
                until_somebody_polls(&harness, self.settings.ready).await?;
                None
            }
        };
        let mut evidence = Evidence::default();
        let mut took = Vec::new();
        let (seen, apart) = futures::join!(
            Box::pin(self.one_after_the_other(&bench, &mut worker, progress)),
            Box::pin(self.meanwhile(progress))
        );
        for Seen {
            scenario,
            run,
            after,
        } in seen.into_iter().chain(apart)
        {
            match run {
                Ok(run) => evidence.observed_in(scenario, run),
                Err(why) => evidence.not_run(scenario, why),
            }
            took.extend(after.map(|after| (scenario, after)));
        }
        drop(worker);
        let verdicts = judge(&evidence);
        // What was seen is worth more than an orderly end; what is left of the harness goes with its stack.
        if let Err(error) = harness.stop().await {
            tracing::warn!(error = %error_chain(&error), "the harness of a battery did not stop in order");
        }
        Ok(BatteryReport {
            evidence,
            verdicts,
            took,
            lasted: began.elapsed(),
        })
    }

    /// The scenarios that share a worker.
    async fn one_after_the_other(
        &self,
        bench: &Bench<'_>,
        worker: &mut Option<WorkerProcess>,
        progress: &dyn Fn(Scenario),
    ) -> Vec<Seen> {
        let mut all = Vec::new();
        let mut read = 0;
        for scenario in self.settings.scenarios.iter().copied() {
            if scenario == Scenario::PollerGone {
                continue;
            }
            if !self.can_run(scenario) {
                all.push(Seen::not_run(scenario));
                continue;
            }
            progress(scenario);
            let began = Instant::now();
            let mut run = self.scenario(scenario, bench, worker).await;
            if matches!(scenario, Scenario::TakenOver | Scenario::Stopped) {
                // It is another one now.
                read = 0;
            }
            if let Some(worker) = &worker {
                let output = worker.output();
                let since = output.get(read..).unwrap_or(&output).to_owned();
                read = output.len();
                if let Ok(run) = &mut run {
                    run.facts.output.get_or_insert(since);
                }
            }
            all.push(Seen {
                scenario,
                run,
                after: Some(began.elapsed()),
            });
        }
        all
    }

    /// Whether a scenario can be run with this worker: some kill or stop its process.
    fn can_run(&self, scenario: Scenario) -> bool {
        let of_a_process = matches!(
            scenario,
            Scenario::TakenOver | Scenario::PollerGone | Scenario::Stopped
        );
        !of_a_process || matches!(self.subject, Subject::Command(_))
    }

    /// The scenario that has a worker and a namespace of its own, and takes minutes of waiting.
    async fn meanwhile(&self, progress: &dyn Fn(Scenario)) -> Option<Seen> {
        let scenario = Scenario::PollerGone;
        if !self.settings.scenarios.contains(&scenario) {
            return None;
        }
        let Subject::Command(command) = &self.subject else {
            return Some(Seen::not_run(scenario));
        };
        progress(scenario);
        let began = Instant::now();
        let run = self.poller_gone(command).await;
        Some(Seen {
            scenario,
            run: run.map_err(|error| error_chain(&error)),
            after: Some(began.elapsed()),
        })
    }

    /// What was seen in a scenario, or why it cannot be judged. One that says little of the worker, as where a busy Temporal may
    /// have lost a task, is run again.
    async fn scenario(
        &self,
        scenario: Scenario,
        bench: &Bench<'_>,
        worker: &mut Option<WorkerProcess>,
    ) -> Result<RunEvidence, String> {
        let mut seen = self.scenario_once(scenario, bench, worker).await;
        for _ in 0..ASKED_AGAIN {
            let Some(why) = why_again(scenario, &seen) else {
                break;
            };
            tracing::warn!(%scenario, why, "the scenario is run again");
            let again = self.scenario_once(scenario, bench, worker).await;
            if again.is_ok() || seen.is_err() {
                seen = again;
            }
        }
        seen.map_err(|error| error_chain(&error))
    }

    async fn scenario_once(
        &self,
        scenario: Scenario,
        bench: &Bench<'_>,
        worker: &mut Option<WorkerProcess>,
    ) -> Result<RunEvidence, BatteryError> {
        // Boxed: all of them side by side would be too much for a thread's stack.
        let run: LocalBoxFuture<'_, _> = match (scenario, &self.subject) {
            (Scenario::Answered, _) => Box::pin(answered::answered(bench)),
            (Scenario::Quiet, _) => Box::pin(plain::quiet(bench)),
            (Scenario::EmptyUrl, _) => Box::pin(plain::empty_url(bench)),
            (Scenario::UnknownConnection, _) => Box::pin(plain::unknown_connection(bench)),
            (Scenario::WrongInput, _) => Box::pin(plain::wrong_input(bench)),
            (Scenario::Refusing, _) => Box::pin(delivery::refusing(bench)),
            (Scenario::Hanging, _) => Box::pin(delivery::hanging(bench)),
            (Scenario::Closing, _) => Box::pin(delivery::closing(bench)),
            (Scenario::Again, _) => Box::pin(session::again(bench)),
            (Scenario::TwoAtOnce, _) => Box::pin(session::two_at_once(bench)),
            (Scenario::Silence, _) => Box::pin(waiting::silence(bench)),
            (Scenario::Cancelled, _) => Box::pin(waiting::cancelled(bench)),
            (Scenario::Destructive, _) => Box::pin(data::destructive(bench)),
            (Scenario::NotANumber, _) => Box::pin(data::not_a_number(bench)),
            (Scenario::DatabaseGone, _) => Box::pin(data::database_gone(bench)),
            (Scenario::TakenOver, Subject::Command(command)) => {
                Box::pin(waiting::taken_over(bench, command, worker))
            }
            (Scenario::PollerGone | Scenario::Stopped, Subject::Command(command)) => {
                Box::pin(process::stopped(bench, command, worker))
            }
            (_, Subject::Elsewhere { .. }) => return Err(BatteryError::NotOurs),
        };
        run.await
    }

    /// In a harness with a namespace of its own, with a worker of its own.
    async fn poller_gone(&self, command: &WorkerCommand) -> Result<RunEvidence, BatteryError> {
        let harness = Harness::on(Arc::clone(&self.stack), self.harness_settings(true)).await?;
        let bench = Bench {
            harness: &harness,
            settings: &self.settings,
            subject: &self.subject,
        };
        let seen = process::poller_gone(&bench, command).await;
        // Its namespace is gone already, which is no failure here.
        if let Err(error) = harness.stop().await {
            tracing::debug!(error = %error_chain(&error), "the harness of a deleted namespace");
        }
        seen
    }

    fn harness_settings(&self, own_namespace: bool) -> HarnessSettings {
        let (task_queue, namespace) = match &self.subject {
            Subject::Elsewhere {
                task_queue,
                namespace,
                ..
            } => (Some(task_queue.clone()), namespace.clone()),
            Subject::Command(_) => (None, None),
        };
        let isolation = match (&*self.stack, &self.subject) {
            (AnyStack::Owned(_), _) | (_, Subject::Elsewhere { .. }) => Isolation::Master,
            _ => Isolation::Private,
        };
        HarnessSettings {
            worker: false,
            task_queue,
            isolation,
            own_namespace,
            namespace,
            run_timeout: self.settings.give_up,
            ..HarnessSettings::from_env().unwrap_or_default()
        }
    }
}
