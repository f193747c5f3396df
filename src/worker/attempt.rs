//! One attempt of `chat_streaming`: a run of the agent, its events, its heartbeats, its one `done`.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use async_trait::async_trait;
use futures::FutureExt;

use super::cancellation::Cancellation;
use super::heartbeat::DeliveryCounts;
use super::sender::CallbackSender;
use super::supersession::{Supersession, is_superseded};
use crate::agent::{Agent, AgentError, EventSink, RunReport, RunRequest};
use crate::contract::{ChatInput, ChatResult, Event, FailureType, RunStatus};
use crate::mutants::{self, Mutant};

/// Whether another attempt follows when this one fails: only then must the stream stay open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    /// Counted from 1.
    pub(super) number: u32,
    /// How many the retry policy allows; 0 means without end.
    pub(super) maximum: u32,
}

impl Attempt {
    fn retried_after(self, failure: &AgentError, cancellation: &Cancellation) -> bool {
        let may_pass = match failure.is_cancelled() {
            // Temporal gives the work of a worker that stops to another one.
            true => cancellation.by_shutdown(),
            false => failure.failure_type() == FailureType::ServiceUnavailable,
        };
        may_pass && (self.maximum == 0 || self.number < self.maximum)
    }
}

/// How an attempt ended.
pub(super) struct Outcome {
    pub(super) result: ChatResult,
    /// Set when the activity must fail: the run was cancelled, its input is wrong for good, or a service is missing.
    /// A failure of the agent itself is a result with status `failed`.
    pub(super) failure: Option<AgentError>,
}

/// One attempt, about to run.
pub(super) struct Run<'a> {
    pub(super) agent: &'a Agent,
    pub(super) input: &'a ChatInput,
    pub(super) attempt: Attempt,
    pub(super) counts: &'a DeliveryCounts,
    pub(super) cancellation: &'a Cancellation,
    pub(super) supersession: Option<&'a Supersession>,
}

impl Run<'_> {
    /// Runs the agent once and ends the stream, unless another attempt does or will.
    pub(super) async fn carry_out(self, mut sender: CallbackSender) -> Outcome {
        let Self {
            agent,
            input,
            attempt,
            counts,
            cancellation,
            supersession,
        } = self;
        let began = Instant::now();
        let request = RunRequest {
            prompt: &input.prompt,
            connection_id: &input.connection_id,
            conversation_id: input.conversation_id.as_deref(),
        };
        agent
            .execute_as_it_is(&input.connection_id, &input.prompt)
            .await;
        let mut stream = Stream(&mut sender);
        let run = agent.run(request, &mut stream, cancellation.token());
        // A panic of the agent must not take the stream's end with it.
        let report = AssertUnwindSafe(run)
            .catch_unwind()
            .await
            .unwrap_or_else(|panic| RunReport::failed(AgentError::panicked(panic.as_ref())));

        let report = suffered(report);
        let mut result = mutated(result_of(&report, began, counts), sender.is_open());
        let failure = report
            .failure
            .filter(|_| !mutants::is(Mutant::CompletedAfterFailure));
        let last = match &failure {
            Some(failure) if attempt.retried_after(failure, cancellation) => None,
            // It has time: nobody waits for the end of a run that failed.
            Some(_) if is_superseded(supersession).await => None,
            Some(failure) => {
                sender.send(&error(failure.chain())).await;
                Some(done(&result))
            }
            None => Some(done(&result)),
        };
        let succeeded = failure.is_none();
        // Asked while the last events are delivered, so that it costs a run no time where they are soon.
        let unless = || async { succeeded && is_superseded(supersession).await };
        sender.finish_unless(last, unless).await;
        result.events_sent = counts.sent();
        result.events_failed = counts.failed();
        if mutants::is(Mutant::EventsMiscounted) {
            result.events_sent += 1;
        }
        let failure = failure.filter(|failure| {
            failure.is_cancelled() || failure.failure_type() != FailureType::AgentFailed
        });
        Outcome { result, failure }
    }
}

/// What is left of a run whose callbacks or rows kill it.
fn suffered(report: RunReport) -> RunReport {
    let rows_kill = mutants::is(Mutant::NotANumberKills) && report.final_answer.contains("NaN");
    match rows_kill || mutants::struck() {
        true => RunReport {
            failure: Some(AgentError::panicked(&"a mutant died of its events")),
            ..report
        },
        false => report,
    }
}

/// What a mutant reports instead of its result.
fn mutated(mut result: ChatResult, heard: bool) -> ChatResult {
    if mutants::is(Mutant::NoAnswer) {
        result.final_answer.clear();
    }
    if mutants::is(Mutant::NoSqlReported) {
        result.sql_queries.clear();
    }
    if mutants::is(Mutant::SqlInvented) {
        result.sql_queries.push("SELECT 1 AS invented".to_owned());
    }
    if mutants::is(Mutant::CompletedAfterFailure) {
        result.status = RunStatus::Completed;
        result.error = None;
    }
    if mutants::is(Mutant::ResultContradictsItself) {
        result.error = Some("it went wrong".to_owned());
    }
    if mutants::is(Mutant::AnswerDependsOnListener) && !heard {
        result.final_answer.push_str(" (nobody listens)");
    }
    if mutants::is(Mutant::SecretInResult) {
        result.stages_completed.push(mutants::secret());
    }
    result
}

/// Ends the stream of a run that cannot begin, as its input is wrong.
pub(super) async fn refuse(mut sender: CallbackSender, why: String) {
    let result = ChatResult {
        task_id: new_task_id(),
        status: RunStatus::Failed,
        final_answer: String::new(),
        sql_queries: Vec::new(),
        execution_time_ms: 0,
        error: Some(why.clone()),
        mission_id: String::new(),
        stages_completed: Vec::new(),
        events_sent: 0,
        events_failed: 0,
        usage: None,
    };
    sender.send(&error(why)).await;
    sender.finish(Some(done(&result))).await;
}

fn new_task_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn error(error: String) -> Event {
    Event::Error { error }
}

fn result_of(report: &RunReport, began: Instant, counts: &DeliveryCounts) -> ChatResult {
    ChatResult {
        task_id: new_task_id(),
        status: match &report.failure {
            Some(_) => RunStatus::Failed,
            None => RunStatus::Completed,
        },
        final_answer: report.final_answer.clone(),
        sql_queries: report.sql_queries.clone(),
        execution_time_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        error: report.failure.as_ref().map(AgentError::chain),
        mission_id: String::new(),
        stages_completed: report.stages_completed.clone(),
        events_sent: counts.sent(),
        events_failed: counts.failed(),
        usage: report.usage,
    }
}

fn done(result: &ChatResult) -> Event {
    Event::Done {
        execution_time_ms: result.execution_time_ms,
        result: Box::new(result.clone()),
    }
}

/// The agent's view of the sender.
struct Stream<'a>(&'a mut CallbackSender);

#[async_trait]
impl EventSink for Stream<'_> {
    async fn emit(&mut self, event: Event) {
        self.0.send(&event).await;
    }
}
