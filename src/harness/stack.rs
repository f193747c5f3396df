//! The services under a harness, owned or attached to.

use std::ops::Deref;

use crate::stack::{OwnedStack, RunningStack, SharedStack};

/// A stack that this process owns, or one that it only uses. Either way it is a [`RunningStack`].
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyStack {
    /// Started for this process; whoever holds it can stop it.
    Owned(OwnedStack),
    /// The machine's; it ends by itself after its last user.
    Shared(SharedStack),
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
