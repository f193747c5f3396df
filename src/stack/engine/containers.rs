//! Containers by id and by label.

use std::collections::HashMap;

use bollard::{
    errors::Error,
    models::{ContainerCreateBody, ContainerSummary, PortBinding},
    query_parameters::{
        CreateContainerOptions, KillContainerOptionsBuilder, ListContainersOptionsBuilder,
        RemoveContainerOptionsBuilder, StartContainerOptions, StopContainerOptionsBuilder,
        WaitContainerOptionsBuilder,
    },
};
use futures::{StreamExt, future::try_join_all};

use super::Engine;
use crate::stack::{StackError, error::ExitCode};

/// A container that carries a label that was looked for.
#[derive(Debug, Clone)]
pub(in crate::stack) struct FoundContainer {
    pub(in crate::stack) id: String,
    pub(in crate::stack) labels: HashMap<String, String>,
    /// The engine's word for its state: created, running, paused, restarting, exited, dead.
    pub(in crate::stack) state: String,
    /// When it was created, in seconds since 1970.
    pub(in crate::stack) created: i64,
    /// The ports of the host that lead to its own.
    pub(in crate::stack) ports: PublishedPorts,
}

impl FoundContainer {
    pub(in crate::stack) fn is_running(&self) -> bool {
        matches!(self.state.as_str(), "running" | "paused" | "restarting")
    }
}

impl From<ContainerSummary> for FoundContainer {
    fn from(summary: ContainerSummary) -> Self {
        Self {
            id: summary.id.unwrap_or_default(),
            labels: summary.labels.unwrap_or_default(),
            state: summary
                .state
                .map(|state| state.to_string())
                .unwrap_or_default(),
            created: summary.created.unwrap_or_default(),
            ports: summary
                .ports
                .unwrap_or_default()
                .into_iter()
                .filter_map(|port| Some((port.private_port, port.public_port?)))
                .collect(),
        }
    }
}

/// The ports of the host on which a container's ports are published.
pub(in crate::stack) type PublishedPorts = HashMap<u16, u16>;

impl Engine {
    /// All containers, running or not, that carry every one of the labels (`key=value`).
    pub(in crate::stack) async fn containers(
        &self,
        labels: &[String],
    ) -> Result<Vec<FoundContainer>, StackError> {
        let filters = HashMap::from([("label", labels.to_vec())]);
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(&filters)
            .build();
        self.docker
            .list_containers(Some(options))
            .await
            .map(|found| found.into_iter().map(FoundContainer::from).collect())
            .map_err(StackError::engine_call("list containers"))
    }

    /// Removes containers with their anonymous volumes, whatever they are doing. One that is gone already is no error.
    pub(in crate::stack) async fn remove(&self, ids: &[String]) -> Result<(), StackError> {
        try_join_all(ids.iter().map(|id| self.remove_one(id)))
            .await
            .map(drop)
    }

    async fn remove_one(&self, id: &str) -> Result<(), StackError> {
        let options = RemoveContainerOptionsBuilder::new()
            .force(true)
            .v(true)
            .build();
        match self.docker.remove_container(id, Some(options)).await {
            Ok(()) => Ok(()),
            // 404: gone. 409: its removal is under way, by the watcher for instance.
            Err(Error::DockerResponseServerError {
                status_code: 404 | 409,
                ..
            }) => Ok(()),
            Err(error) => Err(StackError::engine_call(format!("remove container {id}"))(
                error,
            )),
        }
    }

    /// Creates a container and starts it; gives its id.
    pub(in crate::stack) async fn start(
        &self,
        body: ContainerCreateBody,
    ) -> Result<String, StackError> {
        let created = self
            .docker
            .create_container(None::<CreateContainerOptions>, body)
            .await
            .map_err(StackError::engine_call("create a container"))?;
        self.docker
            .start_container(&created.id, None::<StartContainerOptions>)
            .await
            .map_err(StackError::engine_call(format!(
                "start container {}",
                created.id
            )))?;
        Ok(created.id)
    }

    /// Starts a container that has ended once more, on its own files.
    pub(in crate::stack) async fn start_again(&self, id: &str) -> Result<(), StackError> {
        self.docker
            .start_container(id, None::<StartContainerOptions>)
            .await
            .map_err(StackError::engine_call(format!("start container {id}")))
    }

    /// Ends a container's process in its own way; with SIGKILL when it has not ended within `seconds`.
    pub(in crate::stack) async fn stop(&self, id: &str, seconds: i32) -> Result<(), StackError> {
        let options = StopContainerOptionsBuilder::new().t(seconds).build();
        self.docker
            .stop_container(id, Some(options))
            .await
            .map_err(StackError::engine_call(format!("stop container {id}")))
    }

    /// Ends a container's process with SIGKILL; the container itself stays.
    pub(in crate::stack) async fn kill(&self, id: &str) -> Result<(), StackError> {
        let options = KillContainerOptionsBuilder::new().signal("SIGKILL").build();
        self.docker
            .kill_container(id, Some(options))
            .await
            .map_err(StackError::engine_call(format!("kill container {id}")))
    }

    /// Freezes a container's processes.
    pub(in crate::stack) async fn pause(&self, id: &str) -> Result<(), StackError> {
        self.docker
            .pause_container(id)
            .await
            .map_err(StackError::engine_call(format!("pause container {id}")))
    }

    /// Lets a container's frozen processes go on.
    pub(in crate::stack) async fn resume(&self, id: &str) -> Result<(), StackError> {
        self.docker
            .unpause_container(id)
            .await
            .map_err(StackError::engine_call(format!("resume container {id}")))
    }

    /// Waits until the container has ended, and gives its exit code. One that does not exist was killed and removed.
    pub(in crate::stack) async fn ended(&self, id: &str) -> Result<ExitCode, StackError> {
        let options = WaitContainerOptionsBuilder::new()
            .condition("not-running")
            .build();
        let mut waiting = self.docker.wait_container(id, Some(options));
        match waiting.next().await {
            Some(Ok(answer)) => Ok(ExitCode(answer.status_code)),
            // The client reports every exit code but 0 as an error.
            Some(Err(Error::DockerContainerWaitError { code, .. })) => Ok(ExitCode(code)),
            Some(Err(Error::DockerResponseServerError {
                status_code: 404, ..
            })) => Ok(ExitCode(137)),
            Some(Err(error)) => Err(StackError::engine_call(format!(
                "wait for the end of container {id}"
            ))(error)),
            None => Ok(ExitCode(-1)),
        }
    }

    /// The ports of the host that lead to a container.
    pub(in crate::stack) async fn published_ports(
        &self,
        id: &str,
    ) -> Result<PublishedPorts, StackError> {
        let details = self
            .docker
            .inspect_container(id, None)
            .await
            .map_err(StackError::engine_call(format!("inspect container {id}")))?;
        let ports = details
            .network_settings
            .and_then(|settings| settings.ports)
            .unwrap_or_default();
        Ok(ports
            .into_iter()
            .filter_map(|(inside, bindings)| {
                Some((container_port(&inside)?, host_port(&bindings?)?))
            })
            .collect())
    }
}

/// `5432/tcp` → 5432.
fn container_port(text: &str) -> Option<u16> {
    text.split('/').next()?.parse().ok()
}

fn host_port(bindings: &[PortBinding]) -> Option<u16> {
    bindings
        .iter()
        .filter_map(|binding| binding.host_port.as_deref())
        .find_map(|port| port.parse().ok())
}
