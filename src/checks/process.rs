//! What a worker shows of itself as a process.

use std::process::ExitStatus;
use std::time::Duration;

use super::check::{Check, Finding, Judge, Severity};
use super::{RunEvidence, Scenario};

/// What was seen of a worker's process and its health endpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessEvidence {
    /// What `GET /healthz` answered while the worker polled; none when nothing answered.
    pub healthy: Option<u16>,
    /// What `GET /readyz` answered while the worker polled.
    pub ready: Option<u16>,
    /// What `GET /healthz` answered last after polling had become impossible; none when nothing answered any more.
    pub healthy_without_polling: Option<u16>,
    /// For how long it was looked at then.
    pub looked_for: Duration,
    /// How it ended after SIGTERM; none when it did not.
    pub ended: Option<ExitStatus>,
}

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "process.healthy-while-polling",
        asserts: "/healthz and /readyz answer 200 while the worker polls",
        why: "an orchestrator would restart a worker that works, or send prompts to one that does not",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Stopped, healthy),
    },
    Check {
        id: "process.unhealthy-without-poller",
        asserts: "/healthz is no longer 200 once the worker cannot poll any more",
        why: "a worker whose poller has died looks alive for ever, and its prompts wait for ever",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::PollerGone, unhealthy),
    },
    Check {
        id: "process.stops-in-order",
        asserts: "SIGTERM lets the run that is under way end, and the process exits with 0",
        why: "every deployment would cut off the runs of the moment",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Stopped, stops),
    },
];

fn process(run: &RunEvidence) -> Result<&ProcessEvidence, Finding> {
    run.facts
        .process
        .as_ref()
        .ok_or_else(|| Finding::not_judged("the worker is no process of this battery"))
}

fn healthy(run: &RunEvidence) -> Finding {
    let process = match process(run) {
        Ok(process) => process,
        Err(finding) => return finding,
    };
    match (process.healthy, process.ready) {
        (Some(200), Some(200)) => Finding::held("both answered 200"),
        (healthy, ready) => Finding::broken(format!(
            "/healthz {}, /readyz {}",
            answered(healthy),
            answered(ready)
        )),
    }
}

fn unhealthy(run: &RunEvidence) -> Finding {
    let process = match process(run) {
        Ok(process) => process,
        Err(finding) => return finding,
    };
    match process.healthy_without_polling {
        Some(200) => Finding::broken(format!(
            "/healthz still answered 200 after {:.0?}",
            process.looked_for
        )),
        other => Finding::held(format!("/healthz {}", answered(other))),
    }
}

fn stops(run: &RunEvidence) -> Finding {
    let process = match process(run) {
        Ok(process) => process,
        Err(finding) => return finding,
    };
    if run.result.is_none() {
        let why = run.failure.as_deref().unwrap_or("no reason was given");
        return Finding::broken(format!("the run that was under way gave no result: {why}"));
    }
    match super::history::the_activity(run) {
        Err(finding) => return finding,
        Ok(activity) if activity.attempts != 1 => {
            return Finding::broken(format!(
                "the run that was under way was cut off: it took {} attempts",
                activity.attempts
            ));
        }
        Ok(_) => {}
    }
    match process.ended {
        Some(status) if status.success() => Finding::held("the run ended, and the process with 0"),
        Some(status) => Finding::broken(format!("the process ended with {status}")),
        None => Finding::broken("the process did not end"),
    }
}

fn answered(status: Option<u16>) -> String {
    match status {
        Some(status) => format!("answered {status}"),
        None => "did not answer".to_owned(),
    }
}
