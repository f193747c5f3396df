//! A Temporal namespace of a harness's own.

use std::time::Instant;

use temporalio_client::tonic::{IntoRequest, Status};
use temporalio_client::{Client, RegisterNamespaceOptions};
use temporalio_common::protos::temporal::api::operatorservice::v1::DeleteNamespaceRequest;
use temporalio_common::protos::temporal::api::taskqueue::v1::TaskQueue;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeTaskQueueRequest, RegisterNamespaceRequest,
};

use super::HarnessError;
use super::bounds;
use super::wiring::Wiring;
use crate::stack::Backoff;
use crate::worker::connect;

/// Registers a namespace and waits until the server answers a request about a task queue in it.
pub(super) async fn register(wiring: &Wiring, name: &str) -> Result<(), HarnessError> {
    let client = connect(&wiring.temporal(), "kai-e2e-namespace").await?;
    let failed = |reason: String| HarnessError::Namespace {
        namespace: name.to_owned(),
        reason,
    };
    let options = RegisterNamespaceOptions::builder()
        .namespace(name)
        .description("of one kai-e2e harness")
        .build();
    client
        .connection()
        .workflow_service()
        .register_namespace(RegisterNamespaceRequest::from(options).into_request())
        .await
        .map_err(|status| failed(said(&status)))?;
    let bound = bounds::NAMESPACE.get();
    let deadline = Instant::now() + bound;
    let mut backoff = Backoff::new();
    while let Err(status) = probe(&client, name).await {
        if !backoff.pause_within(deadline).await {
            let seen = said(&status);
            return Err(failed(format!(
                "it could not be used within {bound:?}; last seen: {seen}"
            )));
        }
    }
    Ok(())
}

async fn probe(client: &Client, namespace: &str) -> Result<(), Status> {
    let request = DescribeTaskQueueRequest {
        namespace: namespace.to_owned(),
        task_queue: Some(TaskQueue {
            name: "kai-e2e-probe".to_owned(),
            ..TaskQueue::default()
        }),
        ..DescribeTaskQueueRequest::default()
    };
    client
        .connection()
        .workflow_service()
        .describe_task_queue(request.into_request())
        .await
        .map(drop)
}

/// Asks the server to delete a namespace with everything in it; it does so in its own time.
pub(super) async fn delete(wiring: &Wiring) -> Result<(), HarnessError> {
    let client = connect(&wiring.temporal(), "kai-e2e-namespace").await?;
    let request = DeleteNamespaceRequest {
        namespace: wiring.namespace.clone(),
        ..DeleteNamespaceRequest::default()
    };
    client
        .connection()
        .operator_service()
        .delete_namespace(request.into_request())
        .await
        .map(drop)
        .map_err(|status| HarnessError::Namespace {
            namespace: wiring.namespace.clone(),
            reason: said(&status),
        })
}

fn said(status: &Status) -> String {
    format!("{:?}: {}", status.code(), status.message())
}
