//! What is watched while a run lasts and looked up when it has ended.

use std::time::{Duration, Instant};

use futures::TryStreamExt;
use temporalio_client::tonic::IntoRequest;
use temporalio_client::{Client, UntypedWorkflow, WorkflowHandle, WorkflowListOptions};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::enums::v1::TaskQueueType;
use temporalio_common::protos::temporal::api::taskqueue::v1::TaskQueue;
use temporalio_common::protos::temporal::api::workflow::v1::PendingActivityInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeTaskQueueRequest;

use super::{HarnessError, RunHistory, bounds};
use crate::checks::{Beat, LoggedSql, VisibleWorkflow};
use crate::stack::{
    Backoff, LogPosition, PostgresEndpoint, StatementFilter, StatementKind, StatementLog,
};

/// The handle of a workflow of any type.
pub(super) type Handle = WorkflowHandle<Client, UntypedWorkflow>;

/// The heartbeat of the pending activity, once Temporal shows one that counts events, or the last one when the bound has passed:
/// those that came before the first event count none. Besides, how often Temporal has answered.
pub(super) async fn heartbeat(
    handle: &Handle,
    bound: Duration,
    call_bound: Duration,
) -> Result<(Option<Beat>, usize), HarnessError> {
    let deadline = Instant::now() + bound;
    let mut backoff = Backoff::new();
    let mut answers = 0;
    loop {
        let seen = heartbeat_now(handle, call_bound).await?;
        answers += 1;
        if seen.as_ref().is_some_and(Beat::shows_progress) || !backoff.pause_within(deadline).await
        {
            return Ok((seen, answers));
        }
    }
}

/// Goes on where [`heartbeat`] has `seen` none that counts events, for as long as an activity is pending: a busy server shows one
/// later than a run may be held up for it. Gives the last one.
pub(super) async fn last_heartbeat(
    handle: &Handle,
    mut seen: Option<Beat>,
    call_bound: Duration,
) -> Result<Option<Beat>, HarnessError> {
    let mut backoff = Backoff::new();
    while !seen.as_ref().is_some_and(Beat::shows_progress) {
        let pending = pending_activities(handle, call_bound).await?;
        if pending.is_empty() {
            break;
        }
        seen = beat_of(&pending).or(seen);
        backoff.pause().await;
    }
    Ok(seen)
}

/// The last heartbeat of the pending activity.
pub(super) async fn heartbeat_now(
    handle: &Handle,
    call_bound: Duration,
) -> Result<Option<Beat>, HarnessError> {
    Ok(beat_of(&pending_activities(handle, call_bound).await?))
}

/// The last heartbeat of pending activities.
pub(super) fn beat_of(pending: &[PendingActivityInfo]) -> Option<Beat> {
    pending.iter().find_map(|activity| {
        let details = activity.heartbeat_details.as_ref()?.payloads.first()?;
        Some(Beat {
            at: activity
                .last_heartbeat_time
                .and_then(|time| time.try_into().ok()),
            details: text(details),
        })
    })
}

/// The pending activities, as Temporal shows them. A history tells of an attempt only when it has ended.
pub(super) async fn pending_activities(
    handle: &Handle,
    call_bound: Duration,
) -> Result<Vec<PendingActivityInfo>, HarnessError> {
    let describing = handle.describe(Default::default());
    let described = call("describe", handle, call_bound, describing).await?;
    Ok(described.raw().pending_activities.clone())
}

/// Ends a workflow at once.
pub(super) async fn terminate(handle: &Handle, call_bound: Duration) -> Result<(), HarnessError> {
    let terminating = handle.terminate(Default::default());
    call("terminate", handle, call_bound, terminating).await
}

/// Asks a workflow to end.
pub(super) async fn cancel(handle: &Handle, call_bound: Duration) -> Result<(), HarnessError> {
    let cancelling = handle.cancel(Default::default());
    call("cancel", handle, call_bound, cancelling).await
}

/// A heartbeat's detail as text: KAI's is a JSON string.
fn text(payload: &Payload) -> String {
    serde_json::from_slice::<String>(&payload.data)
        .unwrap_or_else(|_| String::from_utf8_lossy(&payload.data).into_owned())
}

/// Whether a task queue has pollers of both kinds.
pub(super) async fn polled(
    client: &Client,
    namespace: &str,
    task_queue: &str,
    call_bound: Duration,
) -> Result<bool, HarnessError> {
    for kind in [TaskQueueType::Workflow, TaskQueueType::Activity] {
        let request = DescribeTaskQueueRequest {
            namespace: namespace.to_owned(),
            task_queue: Some(TaskQueue {
                name: task_queue.to_owned(),
                ..TaskQueue::default()
            }),
            task_queue_type: kind.into(),
            ..DescribeTaskQueueRequest::default()
        };
        let mut service = client.connection().workflow_service();
        let asked = service.describe_task_queue(request.into_request());
        let failed = |reason: String| HarnessError::Temporal {
            action: "describe the task queue of",
            workflow_id: task_queue.to_owned(),
            reason,
        };
        let described = match tokio::time::timeout(call_bound, asked).await {
            Ok(described) => described.map_err(|status| failed(status.to_string()))?,
            Err(_) => return Err(failed(format!("no answer within {call_bound:?}"))),
        };
        if described.into_inner().pollers.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The state of a workflow in a few words, for messages about time-outs.
pub(super) async fn state(handle: &Handle, call_bound: Duration) -> String {
    let describing = handle.describe(Default::default());
    match call("describe", handle, call_bound, describing).await {
        Err(error) => format!("it cannot be described ({error})"),
        Ok(described) => {
            let activities: Vec<_> = described
                .raw()
                .pending_activities
                .iter()
                .map(|activity| {
                    let name = activity
                        .activity_type
                        .as_ref()
                        .map_or("activity", |kind| kind.name.as_str());
                    let failure = activity
                        .last_failure
                        .as_ref()
                        .map(|failure| format!(", last failure: {}", failure.message));
                    format!(
                        "{name} attempt {}{}",
                        activity.attempt,
                        failure.unwrap_or_default()
                    )
                })
                .collect();
            let pending = match (
                activities.is_empty(),
                described.raw().pending_workflow_task.is_some(),
            ) {
                (false, _) => activities.join("; "),
                (true, true) => format!(
                    "no worker has taken its workflow task from queue `{}`",
                    described.task_queue()
                ),
                (true, false) => "nothing pending".to_owned(),
            };
            format!("{:?}, {pending}", described.status())
        }
    }
}

/// For how much longer a workflow is looked for that a visibility query does not find at all, as a factor: what it is found by
/// is written behind the workflow's back.
const UNFOUND: u32 = 6;

/// What a visibility query finds, once the workflow is shown as ended or the bound has passed; six times the bound where there
/// is nothing at all.
pub(super) async fn visible(
    client: &Client,
    handle: &Handle,
    bound: Duration,
    call_bound: Duration,
) -> Result<Vec<VisibleWorkflow>, HarnessError> {
    let id = handle.info().workflow_id.clone();
    let query = format!("WorkflowId = '{}'", id.replace('\'', ""));
    let began = Instant::now();
    let mut backoff = Backoff::new();
    loop {
        let options = WorkflowListOptions::builder().limit(10usize).build();
        let listing = client.list_workflows(query.clone(), options).try_collect();
        let listed: Vec<_> = call("list", handle, call_bound, listing).await?;
        let found: Vec<_> = listed
            .iter()
            .map(|workflow| VisibleWorkflow {
                workflow_type: workflow.workflow_type().to_owned(),
                status: format!("{:?}", workflow.status()),
                task_queue: workflow.task_queue().to_owned(),
            })
            .collect();
        let ended = found.iter().any(|workflow| workflow.status != "Running");
        let patience = if found.is_empty() { UNFOUND } else { 1 };
        let deadline = began + bound * patience;
        if ended || !backoff.pause_within(deadline).await {
            return Ok(found);
        }
    }
}

/// The whole history.
pub(super) async fn history(
    handle: &Handle,
    call_bound: Duration,
) -> Result<RunHistory, HarnessError> {
    let fetching = handle.fetch_history(Default::default()).into_events();
    let events = call("give the history of", handle, call_bound, fetching).await?;
    Ok(RunHistory::new(events))
}

/// A failed call to Temporal, named.
pub(super) fn temporal(
    action: &'static str,
    handle: &Handle,
    error: &dyn std::error::Error,
) -> HarnessError {
    HarnessError::Temporal {
        action,
        workflow_id: handle.info().workflow_id.clone(),
        reason: crate::contract::error_chain(error),
    }
}

/// One call, given up after a bound: a server that is paused takes requests and never answers.
async fn call<T, E: std::error::Error>(
    action: &'static str,
    handle: &Handle,
    bound: Duration,
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, HarnessError> {
    match tokio::time::timeout(bound, asked).await {
        Ok(answer) => answer.map_err(|error| temporal(action, handle, &error)),
        Err(_) => Err(unanswered(action, &handle.info().workflow_id, bound)),
    }
}

/// A call that Temporal did not answer.
pub(super) fn unanswered(action: &'static str, workflow_id: &str, bound: Duration) -> HarnessError {
    HarnessError::Temporal {
        action,
        workflow_id: workflow_id.to_owned(),
        reason: format!(
            "no answer within {bound:?} (the limit is set by {})",
            bounds::CALL.variable()
        ),
    }
}

/// What Postgres logged for the agent's user and database since a position; waits until every reported statement is
/// there or the bound has passed, because Postgres writes its log from a process of its own.
pub(super) async fn logged(
    log: &StatementLog,
    since: LogPosition,
    postgres: &PostgresEndpoint,
    reported: &[String],
    bound: Duration,
) -> Result<Vec<LoggedSql>, HarnessError> {
    let filter = StatementFilter::all()
        .user(&postgres.reader_user)
        .database(&postgres.database);
    let deadline = Instant::now() + bound;
    let mut backoff = Backoff::new();
    loop {
        let logged = log
            .since(since, &filter)
            .await?
            .into_iter()
            // More rows of one execution are no other execution.
            .filter(|statement| statement.kind != StatementKind::Fetched)
            .map(|statement| LoggedSql {
                sql: statement.sql,
                error: statement.error,
            })
            .collect::<Vec<_>>();
        let complete = reported
            .iter()
            .all(|sql| logged.iter().any(|seen| seen.sql == *sql));
        if complete || !backoff.pause_within(deadline).await {
            return Ok(logged);
        }
    }
}
