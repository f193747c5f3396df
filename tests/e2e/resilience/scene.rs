//! What the faults have in common: a stack, workers as processes, and what must be kept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kai_e2e::capture::Fault;
use kai_e2e::checks::Standing;
use kai_e2e::harness::faults::Point;
use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, Outcome, Run, WorkerCommand};
use kai_e2e::stack::{OwnedStack, SharedStack, Silent, StackConfig};
use kai_e2e::worker::SenderSettings;

use crate::support::{Result, patient_sender};

/// The bound on everything that is waited for, far beyond what is needed.
pub const SOON: Duration = Duration::from_secs(60);

/// The stack of the whole suite.
pub async fn shared() -> Result<Arc<AnyStack>> {
    let stack = SharedStack::attach(&StackConfig::from_env()?, &Silent).await?;
    Ok(Arc::new(AnyStack::Shared(stack)))
}

/// A stack of a test's own, whose services may be killed and started again.
pub async fn restartable() -> Result<Arc<AnyStack>> {
    let config = StackConfig::from_env()?
        .with_seed_scale("0.05".parse()?)
        .with_restarts(true);
    let owned = OwnedStack::start(&config, &Silent).await?;
    Ok(Arc::new(AnyStack::Owned(owned)))
}

pub fn owner(stack: &AnyStack) -> Result<&OwnedStack> {
    match stack {
        AnyStack::Owned(owned) => Ok(owned),
        _ => Err("the stack is not this test's".into()),
    }
}

/// A worker whose agent waits for each event's delivery: a receiver that is held holds it exactly there.
pub fn in_step() -> SenderSettings {
    SenderSettings {
        queue: 0,
        ..patient_sender()
    }
}

/// A harness behind links, without a worker.
pub fn settings() -> HarnessSettings {
    HarnessSettings {
        worker: false,
        links: true,
        sender: in_step(),
        // The stream of a run that was ended from outside ends when its worker has noticed.
        settle_timeout: Duration::from_secs(30),
        // Nobody looks for dead services where they are killed on purpose.
        look_after: Duration::from_secs(600),
        ..HarnessSettings::from_env().unwrap_or_default()
    }
}

/// This crate's worker, which is missed soon after its death.
pub fn worker() -> WorkerCommand {
    WorkerCommand::own(env!("CARGO_BIN_EXE_kai-e2e"))
        .variable("ACTIVITY_HEARTBEAT_TIMEOUT", "5")
        .variable("CALLBACK_QUEUE", "0")
        .variable("CALLBACK_TIMEOUT", "30")
        .variable("CALLBACK_BUDGET", "120")
}

/// The first event of every kind, and of every tool, that a run had: the moments at which something may fail.
pub fn points(run: &Run) -> Vec<Point> {
    let mut points = Vec::new();
    for seen in run.events() {
        let event = seen.event.to_object();
        let point = Point::event(seen.event.kind());
        let point = match event.get("tool").and_then(|tool| tool.as_str()) {
            Some(tool) => point.of_tool(tool),
            None => point,
        };
        if !points.contains(&point) {
            points.push(point);
        }
    }
    points
}

/// What is asserted of a run after a fault.
pub struct Kept<'a> {
    /// The attempts that its transcript must have.
    pub attempts: &'a [u32],
    /// The checks that cannot hold after this fault, all of which do not.
    pub but: &'a [&'a str],
    /// The checks that may not hold, as it happens.
    pub may: &'a [&'a str],
    /// Faults that the receiver may have noted, by name.
    pub noted: &'a [&'a str],
}

impl Default for Kept<'_> {
    fn default() -> Self {
        Self {
            attempts: &[1],
            but: &[],
            may: &[],
            noted: &[],
        }
    }
}

impl Kept<'_> {
    /// A run that another worker has taken over: its first attempt did not complete it.
    pub fn taken_over() -> Self {
        Self {
            attempts: &[1, 2],
            but: &["history.one-activity"],
            ..Self::default()
        }
    }

    /// What was not kept, a line each.
    pub fn broken_by(&self, harness: &Harness, run: &Run) -> Vec<String> {
        let mut broken = Vec::new();
        for verdict in run.verdicts() {
            let expected = self.but.contains(&verdict.id);
            if verdict.is_broken() && !expected && !self.may.contains(&verdict.id) {
                broken.push(format!("{}: {}", verdict.id, verdict.evidence));
            }
            if verdict.standing == Standing::Held && expected {
                broken.push(format!("{} holds, which was not expected", verdict.id));
            }
        }
        broken.extend(self.transcript(harness, run));
        if run.evidence().alone {
            broken.extend(self.statements(run));
        }
        broken
    }

    fn transcript(&self, harness: &Harness, run: &Run) -> Vec<String> {
        let mut broken = Vec::new();
        let session = kai_e2e::contract::SessionId::new(run.session());
        let Some(transcript) = harness.capture().transcript(&session) else {
            return match self.attempts {
                [] => Vec::new(),
                _ => vec!["there is no transcript".to_owned()],
            };
        };
        let attempts: Vec<u32> = transcript
            .attempts
            .iter()
            .map(|mark| mark.attempt)
            .collect();
        if attempts != self.attempts {
            broken.push(format!("the transcript has the attempts {attempts:?}"));
        }
        if !transcript.finished {
            broken.push("the transcript is not finished".to_owned());
        }
        for fault in &transcript.faults {
            let name = match fault {
                Fault::Gap { .. } => "gap",
                Fault::Conflict { .. } => "conflict",
                Fault::Late { .. } => "late",
                Fault::Dropped { .. } => "dropped",
                Fault::Refused { .. } => "refused",
                _ => "unknown",
            };
            if !self.noted.contains(&name) {
                broken.push(format!("the receiver noted {fault:?}"));
            }
        }
        let done = |attempt: u32| {
            let of_it = transcript
                .events
                .iter()
                .filter(|event| event.attempt == attempt);
            of_it
                .filter(|event| event.streamed && event.event["type"] == "done")
                .count()
        };
        let ends: Vec<usize> = attempts.iter().map(|attempt| done(*attempt)).collect();
        if ends.iter().sum::<usize>() != 1 || ends.last() != Some(&1) {
            broken.push(format!("the attempts {attempts:?} have {ends:?} done"));
        }
        broken
    }

    /// No statement more often than there were attempts to run it.
    fn statements(&self, run: &Run) -> Vec<String> {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        let reported = run
            .result()
            .map(|result| &result.sql_queries[..])
            .unwrap_or_default();
        let on_data = |sql: &&str| {
            reported
                .iter()
                .any(|reported| sql.contains(reported.as_str()))
        };
        let began = run
            .logged_sql()
            .iter()
            .filter(|logged| logged.error.is_none());
        for sql in began.map(|logged| &*logged.sql).filter(on_data) {
            *times.entry(sql).or_default() += 1;
        }
        let allowed = self.attempts.len().max(1);
        times
            .into_iter()
            .filter(|(_, times)| *times > allowed)
            .map(|(sql, times)| format!("ran {times} times in {allowed} attempts: {sql}"))
            .collect()
    }
}

/// The answer of a run that completed.
pub fn answer(run: &Run) -> Result<&str> {
    match run.outcome() {
        Outcome::Completed(result) if result.error.is_none() => Ok(&result.final_answer),
        other => Err(format!("the run ended as {other:?}").into()),
    }
}

/// Fails with all that was not kept.
pub fn all_kept(broken: Vec<String>) -> Result {
    match broken.is_empty() {
        true => Ok(()),
        false => Err(broken.join("\n").into()),
    }
}
