//! The services under a harness, owned or attached to.

use std::future::Future;
use std::ops::Deref;

use serde::{Serialize, de::DeserializeOwned};

use crate::stack::{OwnedStack, RunningStack, SharedStack, StackError, World};

/// A stack that this process owns, or one that it only uses. Either way it is a [`RunningStack`].
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyStack {
    /// Started for this process; whoever holds it can stop it.
    Owned(OwnedStack),
    /// The machine's; it ends by itself after its last user.
    Shared(SharedStack),
}

impl AnyStack {
    /// A new private world.
    pub(super) async fn new_world(&self) -> Result<World, StackError> {
        match self {
            Self::Owned(stack) => stack.new_world().await,
            Self::Shared(stack) => stack.new_world().await,
        }
    }

    /// What one user of the stack does for all.
    pub(super) async fn once<T, E, W>(
        &self,
        key: &'static str,
        work: impl FnOnce() -> W + Send,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + Send,
        E: From<StackError> + Send,
        W: Future<Output = Result<T, E>> + Send,
    {
        match self {
            Self::Owned(stack) => stack.once(key, work).await,
            Self::Shared(stack) => stack.once(key, work).await,
        }
    }
}

impl Deref for AnyStack {
    type Target = RunningStack;

    fn deref(&self) -> &RunningStack {
        match self {
            Self::Owned(stack) => stack,
            Self::Shared(stack) => stack,
        }
    }
}
