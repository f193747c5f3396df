//! What Temporal itself says of the run.

use super::{Finding, RunEvidence};
use crate::contract::CHAT_WORKFLOW;

pub(super) fn visible(run: &RunEvidence) -> Finding {
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

pub(super) fn heartbeat_progress(run: &RunEvidence) -> Finding {
    let counted = run
        .progress
        .iter()
        .rev()
        .find(|details| events_counted(details).is_some_and(|events| events > 0));
    match (counted, run.progress.last()) {
        (Some(details), _) => {
            Finding::held(format!("\"{details}\" while the activity was pending"))
        }
        (None, Some(details)) => Finding::broken(format!(
            "heartbeats came, but none reports progress: last \"{details}\""
        )),
        (None, None) if !run.streamed => Finding::broken(
            "no heartbeat was seen: without a callback there is no event to hold the activity at",
        ),
        (None, None) => Finding::broken("no heartbeat was seen while the activity was pending"),
    }
}

/// The events that heartbeat details count: `events_sent=N, events_failed=M` (contract §3).
fn events_counted(details: &str) -> Option<u64> {
    let (sent, failed) = details.split_once(", ")?;
    let sent: u64 = sent.strip_prefix("events_sent=")?.parse().ok()?;
    let failed: u64 = failed.strip_prefix("events_failed=")?.parse().ok()?;
    sent.checked_add(failed)
}
