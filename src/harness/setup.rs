//! Makes a database known to the worker, through the worker's own activities.

use serde_json::{Value, json};
use temporalio_client::{Client, UntypedWorkflow, WorkflowStartOptions};
use temporalio_common::data_converters::{PayloadConverter, RawValue};

use super::HarnessError;
use super::patience::patiently;
use super::run::WorkflowFailure;
use crate::agent::{Agent, Catalogue};
use crate::contract::{SCAN_SCHEMA_ACTIVITY, STORE_CONNECTION_ACTIVITY};
use crate::worker::SETUP_WORKFLOW;

/// How one harness prepares connections.
pub(super) struct Setup<'a> {
    pub(super) client: &'a Client,
    pub(super) task_queue: &'a str,
    pub(super) agent: &'a Agent,
}

impl Setup<'_> {
    /// Stores the connection, scans its schema, and loads the catalogue for it.
    pub(super) async fn connection(
        &self,
        connection_id: &str,
        uri: &str,
        catalogue: &Catalogue,
    ) -> Result<(), HarnessError> {
        self.run(
            connection_id,
            STORE_CONNECTION_ACTIVITY,
            json!([connection_id, uri, "koperasi"]),
        )
        .await?;
        self.run(
            connection_id,
            SCAN_SCHEMA_ACTIVITY,
            json!([connection_id, null]),
        )
        .await?;
        patiently(|| self.agent.load_catalogue(connection_id, catalogue))
            .await
            .map_err(HarnessError::Catalogue)?;
        Ok(())
    }

    async fn run(
        &self,
        connection_id: &str,
        activity: &'static str,
        arguments: Value,
    ) -> Result<(), HarnessError> {
        let failed = |reason: String| HarnessError::Setup {
            connection_id: connection_id.to_owned(),
            activity,
            reason,
        };
        let argument = json!({ "activity": activity, "arguments": arguments });
        let options = WorkflowStartOptions::new(
            self.task_queue,
            format!("kai-e2e-setup-{}", uuid::Uuid::new_v4().simple()),
        )
        .build();
        let handle = self
            .client
            .start_workflow(
                UntypedWorkflow::new(SETUP_WORKFLOW),
                json_argument(&argument),
                options,
            )
            .await
            .map_err(|error| failed(crate::contract::error_chain(&error)))?;
        match handle.get_result(Default::default()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(failed(WorkflowFailure::of(&error).map_or_else(
                || crate::contract::error_chain(&error),
                |failure| failure.to_string(),
            ))),
        }
    }
}

/// One JSON value as a workflow's argument.
pub(super) fn json_argument(value: &Value) -> RawValue {
    RawValue::from_value(value, &PayloadConverter::default())
}
