//! Evidence of a worker that keeps every promise, for tests to spoil.

use std::collections::BTreeMap;
use std::process::ExitStatus;
use std::time::{Duration, SystemTime};

use super::{
    ActivityEvidence, Beat, Delivery, Evidence, Facts, HistoryStep, LoggedSql, ProcessEvidence,
    RunAgain, RunEvidence, Scenario, SeenEvent, VisibleWorkflow,
};
use crate::contract::{
    ChatResult, Event, EventId, RunStatus, Secret, SqlResultEvent, ToolEnd, ToolStart,
};

pub(super) const SQL: &str = "SELECT 1 AS n";

/// What was seen in every scenario; a test changes one of them.
pub(super) struct Battery(pub(super) BTreeMap<Scenario, RunEvidence>);

impl Battery {
    /// Of a worker that keeps every promise.
    pub(super) fn good() -> Self {
        let runs = Scenario::ALL
            .into_iter()
            .map(|scenario| (scenario, good(scenario)));
        Self(runs.collect())
    }

    pub(super) fn run(&mut self, scenario: Scenario) -> &mut RunEvidence {
        self.0.entry(scenario).or_default()
    }

    pub(super) fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for (scenario, run) in &self.0 {
            evidence.observed_in(*scenario, run.clone());
        }
        evidence
    }
}

pub(super) fn at(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + millis)
}

pub(super) fn token(content: &str) -> Event {
    Event::Token {
        content: content.to_owned(),
    }
}

fn result() -> ChatResult {
    ChatResult {
        task_id: "0".repeat(32),
        status: RunStatus::Completed,
        final_answer: "Rp 1.000".to_owned(),
        sql_queries: vec![SQL.to_owned()],
        execution_time_ms: 40,
        error: None,
        mission_id: String::new(),
        stages_completed: vec![],
        events_sent: 6,
        events_failed: 0,
        usage: None,
    }
}

fn done(result: ChatResult) -> Event {
    Event::Done {
        execution_time_ms: result.execution_time_ms,
        result: Box::new(result),
    }
}

fn events(result: &ChatResult) -> Vec<Event> {
    let tool = "sql_query".to_owned();
    let row = [("n".to_owned(), 1.into())].into_iter().collect();
    vec![
        Event::ToolStart(ToolStart {
            tool: tool.clone(),
            input: Default::default(),
        }),
        Event::ToolEnd(ToolEnd {
            tool,
            output: "{}".into(),
        }),
        Event::SqlResult(SqlResultEvent {
            sql: SQL.to_owned(),
            columns: vec!["n".to_owned()],
            data: vec![row],
            row_count: 1,
            truncated: false,
        }),
        token("Rp 1."),
        token("000"),
        done(result.clone()),
    ]
}

/// The events of one attempt, as a subscriber has them.
pub(super) fn seen(run: u32, attempt: u32, events: &[Event]) -> Vec<SeenEvent> {
    (1..)
        .zip(events)
        .map(|(seq, event)| SeenEvent {
            event: event.clone(),
            id: Some(EventId { run, attempt, seq }),
            received_at: at(10 + seq),
        })
        .collect()
}

/// The events of one attempt, as the receiver got them.
pub(super) fn posted(session: &str, seen: &[SeenEvent]) -> Vec<Delivery> {
    seen.iter()
        .map(|seen| Delivery {
            at: seen.received_at,
            kind: seen.event.kind().to_owned(),
            session: session.to_owned(),
            attempt: seen.attempt(),
            seq: seen.id.map(|id| id.seq),
            run: seen.id.map(|id| id.run),
            status: Some(200),
            refused: None,
        })
        .collect()
}

/// A run that was answered.
fn answered(session: &str) -> RunEvidence {
    let result = result();
    let events = seen(1, 1, &events(&result));
    RunEvidence {
        workflow_id: "w".to_owned(),
        task_queue: "q".to_owned(),
        conversation: Some(session.to_owned()),
        alone: true,
        streamed: true,
        watched: true,
        started_at: Some(at(0)),
        duration: Duration::from_millis(50),
        deliveries: posted(session, &events),
        others: vec![("the second subscriber".to_owned(), events.clone())],
        events,
        raw_result: serde_json::to_value(&result).ok(),
        result: Some(result),
        failure: None,
        status: "Completed".to_owned(),
        visible: vec![VisibleWorkflow {
            workflow_type: "KaiChatWorkflow".to_owned(),
            status: "Completed".to_owned(),
            task_queue: "q".to_owned(),
        }],
        beats: beats(&["events_sent=5, events_failed=0"]),
        history: vec![HistoryStep {
            id: 1,
            kind: "WorkflowExecutionCompleted".to_owned(),
            detail: String::new(),
            at: Some(at(60)),
        }],
        history_texts: "WorkflowExecutionCompleted".to_owned(),
        activities: vec![ActivityEvidence {
            name: "chat_streaming".to_owned(),
            attempts: 1,
            start_to_close: Some(Duration::from_secs(900)),
            heartbeat: Some(Duration::from_secs(60)),
            maximum_attempts: 3,
            ended: "completed".to_owned(),
            failure: None,
            retried_after: None,
        }],
        logged_sql: vec![logged("BEGIN"), logged(SQL)],
        run_again: vec![RunAgain {
            sql: SQL.to_owned(),
            rows: Ok(vec![[("n".to_owned(), 1.into())].into_iter().collect()]),
        }],
        facts: Facts {
            secrets: vec![("the password".to_owned(), Secret::from("hunter2"))],
            output: Some("ready".to_owned()),
            freed: Some(true),
            replay: Some(Ok(())),
            ..Facts::default()
        },
    }
}

pub(super) fn logged(sql: &str) -> LoggedSql {
    LoggedSql {
        sql: sql.to_owned(),
        error: None,
    }
}

pub(super) fn beats(details: &[&str]) -> Vec<Beat> {
    let beat = |details: &&str| Beat {
        at: Some(at(3_000)),
        details: (*details).to_owned(),
    };
    details.iter().map(beat).collect()
}

/// A run that ends as failed, after `error` and `done`.
fn failed(kind: &str, said: &str) -> RunEvidence {
    let mut run = answered("s");
    let result = ChatResult {
        status: RunStatus::Failed,
        final_answer: String::new(),
        sql_queries: vec![],
        error: Some(said.to_owned()),
        ..result()
    };
    let error = Event::Error {
        error: said.to_owned(),
    };
    run.events = seen(1, 1, &[error, done(result)]);
    run.deliveries = posted("s", &run.events);
    run.result = None;
    run.raw_result = None;
    run.failure = Some(format!("{kind}: {said}"));
    run.status = "Failed".to_owned();
    run.activities[0].ended = "failed".to_owned();
    run.activities[0].failure = Some((kind.to_owned(), said.to_owned()));
    run
}

fn unstreamed() -> RunEvidence {
    RunEvidence {
        streamed: false,
        events: vec![],
        deliveries: vec![],
        others: vec![],
        ..answered("s")
    }
}

/// Makes the statement wait, with heartbeats in the meantime.
fn waiting(mut run: RunEvidence) -> RunEvidence {
    run.beats = beats(&["events_sent=0, events_failed=0"; 2]);
    run.facts.waited = Some((at(1_000), Duration::from_secs(5)));
    run.facts.statement_left = Some(false);
    run
}

fn process() -> ProcessEvidence {
    ProcessEvidence {
        healthy: Some(200),
        ready: Some(200),
        healthy_without_polling: Some(503),
        looked_for: Duration::from_secs(10),
        ended: Some(ExitStatus::default()),
    }
}

fn good(scenario: Scenario) -> RunEvidence {
    match scenario {
        Scenario::Answered => answered("s"),
        Scenario::Quiet | Scenario::EmptyUrl => unstreamed(),
        Scenario::UnknownConnection => failed("UnknownConnection", "no connection"),
        Scenario::WrongInput => failed("InvalidInput", "`prompt` is missing"),
        Scenario::DatabaseGone => failed("ServiceUnavailable", "postgres does not answer"),
        Scenario::Refusing | Scenario::Hanging => {
            let mut run = answered("s");
            run.streamed = false;
            run.events.clear();
            run.others.clear();
            for delivery in &mut run.deliveries {
                delivery.status = (scenario == Scenario::Refusing).then_some(500);
            }
            change_result(&mut run, |result| {
                result.events_sent = 0;
                result.events_failed = 6;
            });
            run.beats = beats(&["events_sent=0, events_failed=5"]);
            run
        }
        Scenario::Closing | Scenario::NotANumber => answered("s"),
        Scenario::Again => {
            let mut run = answered("s");
            for seen in &mut run.events {
                seen.id = seen.id.map(|id| EventId { run: 2, ..id });
            }
            run
        }
        Scenario::TwoAtOnce => {
            let mut run = answered("one");
            let mut other = answered("two");
            change_result(&mut other, |result| {
                "Rp 2".clone_into(&mut result.final_answer)
            });
            other.events[3].event = token("Rp 2");
            other.events[4].event = token("");
            run.facts.other_run = Some(Box::new(other));
            run.facts.overlapped = true;
            run
        }
        Scenario::Silence => {
            let mut run = waiting(unstreamed());
            run.logged_sql.push(LoggedSql {
                sql: SQL.to_owned(),
                error: Some("canceling statement due to lock timeout".to_owned()),
            });
            run
        }
        Scenario::Cancelled => {
            let mut run = waiting(failed("Cancelled", "the run was cancelled"));
            // Its statement's tool had begun, and heartbeats went on.
            let begun = answered("s").events;
            let all = begun.iter().take(2).chain(&run.events);
            let all: Vec<_> = all.map(|seen| seen.event.clone()).collect();
            run.events = seen(1, 1, &all);
            run.deliveries = posted("s", &run.events);
            run.status = "Canceled".to_owned();
            run.activities[0].ended = "cancelled".to_owned();
            run
        }
        Scenario::Destructive => {
            let mut run = answered("s");
            run.facts.data = Some(("d1".to_owned(), "d1".to_owned()));
            run
        }
        Scenario::TakenOver => {
            let mut run = answered("s");
            let cut = run.events[..1].to_vec();
            let whole: Vec<_> = run.events.iter().map(|seen| seen.event.clone()).collect();
            run.events = [cut, seen(1, 2, &whole)].concat();
            run.deliveries = posted("s", &run.events);
            run.activities[0].attempts = 2;
            run
        }
        Scenario::PollerGone | Scenario::Stopped => {
            let mut run = unstreamed();
            run.facts.process = Some(process());
            run
        }
    }
}

/// Changes the result wherever it stands: as the workflow's, and in `done`.
pub(super) fn change_result(run: &mut RunEvidence, change: impl Fn(&mut ChatResult)) {
    if let Some(result) = &mut run.result {
        change(result);
        run.raw_result = serde_json::to_value(&*result).ok();
    }
    let others = run.others.iter_mut().flat_map(|(_, seen)| seen);
    for seen in run.events.iter_mut().chain(others) {
        if let Event::Done {
            result,
            execution_time_ms,
        } = &mut seen.event
        {
            change(result);
            *execution_time_ms = result.execution_time_ms;
        }
    }
}
