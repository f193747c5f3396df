//! Whether another attempt has taken over.
//!
//! An attempt that Temporal has missed, because its heartbeats did not get through, is given to another worker while it still
//! runs. Its stream goes on with the other one: it must not end it (contract §3), though it may come to its end first.

use std::time::Duration;

use temporalio_client::Client;
use temporalio_client::tonic::{Code, IntoRequest};
use temporalio_common::protos::temporal::api::common::v1::WorkflowExecution;
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeWorkflowExecutionRequest;
use temporalio_sdk::activities::ActivityInfo;

/// How long an attempt waits for the answer. Without one it ends its stream: nobody else may be there to do it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it waits until it asks again, when Temporal cannot be reached.
const PAUSE: Duration = Duration::from_millis(200);

/// Asks Temporal about one attempt.
pub(super) struct Supersession {
    client: Client,
    request: DescribeWorkflowExecutionRequest,
    activity_id: String,
    attempt: u32,
}

impl Supersession {
    /// About the attempt that an activity is; none for one that no workflow has scheduled.
    pub(super) fn of(client: &Client, info: &ActivityInfo) -> Option<Self> {
        Some(Self {
            client: client.clone(),
            request: DescribeWorkflowExecutionRequest {
                namespace: info.namespace.clone(),
                execution: Some(WorkflowExecution {
                    workflow_id: info.workflow_id.clone()?,
                    run_id: info.workflow_run_id.clone().unwrap_or_default(),
                }),
            },
            activity_id: info.activity_id.clone(),
            attempt: info.attempt,
        })
    }

    /// Whether a later attempt is under way, or about to be. False where Temporal does not say, and where the workflow has ended:
    /// then no other attempt will end the stream.
    pub(super) async fn is_so(&self) -> bool {
        match tokio::time::timeout(PATIENCE, self.answer()).await {
            Ok(superseded) => superseded,
            Err(_) => {
                tracing::debug!("temporal does not answer whether the attempt is the last one");
                false
            }
        }
    }

    /// What Temporal says, once it says something: one that was out of reach may be back in a moment.
    async fn answer(&self) -> bool {
        let mut service = self.client.connection().workflow_service();
        let described = loop {
            let request = self.request.clone().into_request();
            match service.describe_workflow_execution(request).await {
                Ok(described) => break described.into_inner(),
                Err(status) if status.code() == Code::NotFound => return false,
                Err(status) => {
                    tracing::debug!(%status, "temporal does not say whether the attempt is the last one");
                }
            }
            tokio::time::sleep(PAUSE).await;
        };
        let mut pending = described.pending_activities.iter();
        pending.any(|pending| {
            pending.activity_id == self.activity_id
                && u32::try_from(pending.attempt).is_ok_and(|attempt| attempt > self.attempt)
        })
    }
}

/// The same for an attempt that may be none of a workflow's.
pub(super) async fn is_superseded(supersession: Option<&Supersession>) -> bool {
    match supersession {
        Some(supersession) => {
            let so = supersession.is_so().await;
            if so {
                tracing::warn!("another attempt has taken over: this one does not end the stream");
            }
            so
        }
        None => false,
    }
}
