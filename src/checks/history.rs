//! What Temporal itself says of the run.

use super::check::{Check, Finding, Judge, Severity};
use super::{ActivityEvidence, RunEvidence, Scenario};
use crate::contract::{CHAT_STREAMING_ACTIVITY, CHAT_WORKFLOW, FailureType};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "temporal.visible",
        asserts: "the workflow is found in Temporal by a visibility query",
        why: "operators find runs that way, by type and by id",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Answered, visible),
    },
    Check {
        id: "history.one-activity",
        asserts: "the workflow scheduled chat_streaming once, and its first attempt completed",
        why: "a second activity or attempt asks the model, and bills the user, twice",
        severity: Severity::Major,
        judge: Judge::Run(Scenario::Answered, one_activity),
    },
    Check {
        id: "history.no-failed-workflow-tasks",
        asserts: "no workflow task has failed",
        why: "a workflow task that fails is retried for ever while the caller hangs",
        severity: Severity::Critical,
        judge: Judge::Every(no_failed_tasks),
    },
    Check {
        id: "history.task-queue",
        asserts: "the workflow ran on the task queue that it was started on",
        why: "organisations are kept apart by their task queues",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, task_queue),
    },
    Check {
        id: "history.timeouts",
        asserts: "the activity has a start-to-close and a heartbeat time-out",
        why: "without them the run of a worker that died is never given to another one",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, timeouts),
    },
    Check {
        id: "history.replays",
        asserts: "the history replays against the workflow's own code",
        why: "code that decides differently the second time fails every run that it has to take up again",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, replays),
    },
    Check {
        id: "retry.bounded",
        asserts: "the activity's retry policy ends",
        why: "a failure that does not pass is retried for ever, and the caller hangs",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::Answered, bounded),
    },
    Check {
        id: "retry.permanent-error-once",
        asserts: "an unknown connection fails the workflow after one attempt, by name",
        why: "a wrong id is wrong again each time: retrying it hides the mistake from whoever made it",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::UnknownConnection, unknown_connection),
    },
    Check {
        id: "retry.wrong-input-once",
        asserts: "an argument without a prompt fails the workflow after at most one attempt",
        why: "a wrong argument is wrong again each time, and a failed workflow task is retried for ever",
        severity: Severity::Critical,
        judge: Judge::Run(Scenario::WrongInput, wrong_input),
    },
];

fn visible(run: &RunEvidence) -> Finding {
    match run.visible.as_slice() {
        [] => Finding::broken(format!(
            "a query for WorkflowId = '{}' found nothing",
            run.workflow_id
        )),
        [workflow] if workflow.workflow_type == CHAT_WORKFLOW => Finding::held(format!(
            "{} {} on {}",
            workflow.workflow_type, workflow.status, workflow.task_queue
        )),
        [workflow] => Finding::broken(format!(
            "its type is {}, not {CHAT_WORKFLOW}",
            workflow.workflow_type
        )),
        more => Finding::broken(format!(
            "{} workflows have the id {}",
            more.len(),
            run.workflow_id
        )),
    }
}

/// The activity that answers, if it is the only one.
pub(super) fn the_activity(run: &RunEvidence) -> Result<&ActivityEvidence, Finding> {
    match run.activities.as_slice() {
        [one] if one.name == CHAT_STREAMING_ACTIVITY => Ok(one),
        [] => Err(Finding::broken("no activity was scheduled")),
        others => {
            let names: Vec<_> = others.iter().map(|one| one.name.as_str()).collect();
            Err(Finding::broken(format!(
                "it scheduled {}",
                names.join(", ")
            )))
        }
    }
}

fn one_activity(run: &RunEvidence) -> Finding {
    match the_activity(run) {
        Err(finding) => finding,
        Ok(activity) if activity.attempts == 1 && activity.ended == "completed" => {
            Finding::held("1 activity, 1 attempt")
        }
        Ok(activity) => Finding::broken(format!(
            "{} attempts, {}",
            activity.attempts,
            match activity.ended.as_str() {
                "" => "not ended",
                ended => ended,
            }
        )),
    }
}

fn no_failed_tasks(run: &RunEvidence) -> Finding {
    if let Some(lost) = run.lost_task() {
        return Finding::not_judged(format!(
            "event {}: {}, and the next one was: a busy Temporal may have handed it to nobody",
            lost.id, lost.detail
        ));
    }
    let failed: Vec<_> = run
        .history
        .iter()
        .filter(|step| step.is_failed_task())
        .collect();
    match failed.first() {
        None => Finding::held(format!("{} history events", run.history.len())),
        Some(first) => Finding::broken(format!(
            "{} failed, the first at event {}: {}",
            failed.len(),
            first.id,
            first.detail
        )),
    }
}

fn task_queue(run: &RunEvidence) -> Finding {
    match run.visible.first() {
        None => Finding::not_judged("the workflow was not found"),
        Some(workflow) if workflow.task_queue == run.task_queue => {
            Finding::held(workflow.task_queue.clone())
        }
        Some(workflow) => Finding::broken(format!(
            "it ran on {}, not on {}",
            workflow.task_queue, run.task_queue
        )),
    }
}

fn timeouts(run: &RunEvidence) -> Finding {
    let activity = match the_activity(run) {
        Ok(activity) => activity,
        Err(finding) => return finding,
    };
    match (activity.start_to_close, activity.heartbeat) {
        (Some(close), Some(heartbeat)) => Finding::held(format!(
            "start-to-close {} s, heartbeat {} s",
            close.as_secs_f64(),
            heartbeat.as_secs_f64()
        )),
        (None, _) => Finding::broken("it has no start-to-close time-out"),
        (_, None) => Finding::broken("it has no heartbeat time-out"),
    }
}

fn replays(run: &RunEvidence) -> Finding {
    match &run.facts.replay {
        None => Finding::not_judged("it was not replayed: that takes the workflow's own code"),
        Some(Ok(())) => Finding::held(format!("{} history events", run.history.len())),
        Some(Err(why)) => Finding::broken(why.clone()),
    }
}

fn bounded(run: &RunEvidence) -> Finding {
    match the_activity(run) {
        Err(finding) => finding,
        Ok(activity) if activity.maximum_attempts > 0 => {
            Finding::held(format!("at most {} attempts", activity.maximum_attempts))
        }
        Ok(_) => Finding::broken("its retry policy sets no maximum of attempts"),
    }
}

fn unknown_connection(run: &RunEvidence) -> Finding {
    let Some(activity) = run.activities.first() else {
        return Finding::broken("no activity was scheduled");
    };
    if run.status == "Running" {
        return Finding::broken(format!(
            "the workflow had not ended after {} attempts",
            activity.attempts
        ));
    }
    if let Some(result) = &run.result {
        return Finding::broken(format!(
            "the workflow completed, with the status {:?}",
            result.status
        ));
    }
    if activity.attempts != 1 {
        return Finding::broken(format!("it was tried {} times", activity.attempts));
    }
    let wanted = FailureType::UnknownConnection.as_str();
    match &activity.failure {
        Some((kind, said)) if kind == wanted => Finding::held(format!("{kind}: {said}")),
        Some((kind, said)) => {
            Finding::broken(format!("the failure is {kind:?}, not {wanted}: {said}"))
        }
        None => Finding::broken("the activity has no failure"),
    }
}

fn wrong_input(run: &RunEvidence) -> Finding {
    if run.status == "Running" {
        return Finding::broken(format!(
            "the workflow had not ended after {:.1} s",
            run.duration.as_secs_f64()
        ));
    }
    if run.result.is_some() {
        return Finding::broken("the workflow completed");
    }
    let attempts: i32 = run
        .activities
        .iter()
        .map(|activity| activity.attempts)
        .sum();
    match attempts {
        0 | 1 => Finding::held(run.failure.clone().unwrap_or_default()),
        many => Finding::broken(format!("it was tried {many} times")),
    }
}
