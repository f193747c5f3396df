//! What stacks there are.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use super::{
    PerService, RunningStack, Service, StackConfig, StackError,
    provider::{self, Found},
    session::read_state_file,
    session::{LeftOver, Standing, StateRoot, survey},
    shared::STATE_FILE,
};

/// One stack of this user, as [`status`] finds it. It holds no secrets.
#[derive(Debug, Clone, Serialize)]
pub struct StackStatus {
    /// Whether it stays, is used, or waits to be removed.
    pub standing: StackStanding,
    /// The directory of its locks.
    pub directory: PathBuf,
    /// When its first service was begun; `None` when it has none.
    #[serde(serialize_with = "seconds")]
    pub since: Option<SystemTime>,
    /// Its services.
    pub services: PerService<ServiceStatus>,
    /// The URL of Temporal's web interface, when it was asked for; known of shared stacks only.
    pub temporal_ui: Option<String>,
}

/// What is to become of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StackStanding {
    /// It was started to stay, until [`down`](super::down).
    Kept,
    /// A process uses it, or its watcher is about to see to it.
    InUse,
    /// Nobody uses it and nobody will: the next start removes it.
    LeftOver,
}

/// One service of a stack.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ServiceStatus {
    /// The provider's word for its state (`running`, `paused`, `exited`, …); `None` when there is nothing of it.
    pub state: Option<String>,
    /// Where it is reached, as `host:port`, while it runs.
    pub address: Option<String>,
}

/// Every stack of this user, the oldest first. Nothing is changed.
///
/// # Errors
///
/// When the engine does not answer.
pub async fn status(config: &StackConfig) -> Result<Vec<StackStatus>, StackError> {
    let providers = provider::reachable(config).await?;
    let root = StateRoot::at(config.state_directory());
    let found = survey(&providers, &root).await?;
    root.remove_if_empty();
    let mut stacks = found
        .into_iter()
        .map(StackStatus::of)
        .collect::<Result<Vec<_>, _>>()?;
    stacks.sort_by_key(|stack| (stack.since, stack.directory.clone()));
    Ok(stacks)
}

impl StackStatus {
    fn of(session: LeftOver) -> Result<Self, StackError> {
        let mut services = PerService::<ServiceStatus>::default();
        for part in &session.parts {
            if let Some(service) = part.service() {
                *services.get_mut(service) = ServiceStatus::of(service, part);
            }
        }
        let state = read_state_file::<RunningStack>(&session.directory.join(STATE_FILE))?;
        let created = session.parts.iter().map(|part| part.created).min();
        Ok(Self {
            standing: match session.standing {
                Standing::Kept => StackStanding::Kept,
                Standing::InUse => StackStanding::InUse,
                Standing::Deserted(_) => StackStanding::LeftOver,
            },
            since: created
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds)),
            temporal_ui: state.and_then(|running| running.endpoints.temporal_ui),
            directory: session.directory,
            services,
        })
    }

    /// Whether all three services run.
    pub fn is_whole(&self) -> bool {
        self.services
            .iter()
            .all(|(_, service)| service.state.as_deref() == Some("running"))
    }
}

impl ServiceStatus {
    fn of(service: Service, found: &Found) -> Self {
        Self {
            state: Some(found.state.clone()),
            address: found.addresses.get(&service.container_port()).cloned(),
        }
    }
}

/// A time as whole seconds since 1970, as `docker inspect` and `date +%s` understand it.
fn seconds<S: serde::Serializer>(
    time: &Option<SystemTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map(|since| since.as_secs())
        .serialize(serializer)
}
