//! Stacks that stay: bringing one up and taking it down.

use super::{
    Progress, SharedStack, StackConfig, StackError, provider,
    session::{Standing, StateRoot, survey},
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
    /// How many services that were, in containers or as processes.
    pub services: usize,
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
        removed.services += session.services();
        session.remove().await?;
    }
    root.remove_if_empty();
    Ok(removed)
}
