//! Stacks that stay: bringing one up, looking at what there is, taking it down.

use std::path::PathBuf;

use super::{
    Endpoints, PerService, Progress, Service, SharedStack, StackConfig, StackError, provider,
    session::{LeftOver, Standing, StateRoot, survey},
    shared::{STATE_FILE, read_state_file},
};

/// Starts a stack that stays when this process ends, or marks the one that runs as one that stays.
///
/// # Errors
///
/// As [`SharedStack::attach`].
pub async fn up(config: &StackConfig, progress: &dyn Progress) -> Result<SharedStack, StackError> {
    SharedStack::attach(&config.clone().with_keep(true), progress).await
}

/// What [`down`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// How many stacks were removed, whole or what was left of them.
    pub stacks: usize,
    /// How many containers that made.
    pub containers: usize,
    /// How many stacks were left alone, because they are in use and were not started to stay.
    pub in_use: usize,
}

/// Removes every stack of this user that was started to stay, and whatever former sessions left behind, whichever
/// configuration they were started with. Stacks that belong to running processes, and everything of other users, stay.
///
/// # Errors
///
/// When the engine does not answer or refuses.
pub async fn down(config: &StackConfig) -> Result<Removed, StackError> {
    let providers = provider::reachable(config).await?;
    let root = StateRoot::at(config.state_directory());
    let mut removed = Removed::default();
    for session in survey(&providers, &root).await? {
        if matches!(session.standing, Standing::InUse) {
            removed.in_use += 1;
            continue;
        }
        removed.stacks += 1;
        removed.containers += session.parts.len();
        session.remove().await?;
    }
    root.remove_if_empty();
    Ok(removed)
}

/// One stack of this user, as [`status`] finds it.
#[derive(Debug, Clone)]
pub struct StackStatus {
    /// The directory of its locks.
    pub directory: PathBuf,
    /// Whether it was started to stay.
    pub kept: bool,
    /// Whether nobody uses it and nobody will: the next start removes it.
    pub left_over: bool,
    /// The engine's word for the state of each service's container (`running`, `exited`, …); `None` for one that is missing.
    pub services: PerService<Option<String>>,
    /// How it is reached, when that is known: shared stacks only.
    pub endpoints: Option<Endpoints>,
}

/// Every stack of this user. Nothing is changed.
///
/// # Errors
///
/// When the engine does not answer.
pub async fn status(config: &StackConfig) -> Result<Vec<StackStatus>, StackError> {
    let providers = provider::reachable(config).await?;
    let root = StateRoot::at(config.state_directory());
    let found = survey(&providers, &root).await?;
    root.remove_if_empty();
    found.into_iter().map(StackStatus::of).collect()
}

impl StackStatus {
    fn of(session: LeftOver) -> Result<Self, StackError> {
        let mut services = PerService::<Option<String>>::default();
        for part in &session.parts {
            if let Some(service) = part.service() {
                *services.get_mut(service) = Some(part.state.clone());
            }
        }
        let state = read_state_file(&session.directory.join(STATE_FILE))?;
        Ok(Self {
            kept: matches!(session.standing, Standing::Kept),
            left_over: matches!(session.standing, Standing::Deserted(_)),
            endpoints: state.map(|running| running.endpoints),
            directory: session.directory,
            services,
        })
    }

    /// Whether all three services run.
    pub fn is_whole(&self) -> bool {
        Service::ALL
            .into_iter()
            .all(|service| self.services.get(service).as_deref() == Some("running"))
    }
}
