//! Whether a service that died explains what went wrong.

use super::{AnyStack, Harness, HarnessError};
use crate::contract::error_chain;
use crate::stack::StackError;

/// The services are asked, and one that is gone comes first: what followed from it is its consequence. When all of them
/// answer, or nobody can be asked, the error stays as it is.
pub(super) async fn explained(stack: &AnyStack, error: HarnessError) -> HarnessError {
    let settled = matches!(
        error,
        HarnessError::ServiceGone { .. }
            | HarnessError::Stack(StackError::Gone { .. })
            | HarnessError::InTest { .. }
            | HarnessError::Settings(_)
            | HarnessError::Fixtures(_)
    );
    if settled {
        return error;
    }
    match gone(stack).await {
        Some(gone) => HarnessError::ServiceGone {
            gone,
            followed: error_chain(&error),
        },
        None => error,
    }
}

/// The service that is gone, if one is.
pub(super) async fn gone(stack: &AnyStack) -> Option<StackError> {
    stack
        .check()
        .await
        .err()
        .filter(|error| matches!(error, StackError::Gone { .. }))
}

impl Harness {
    /// An error as it leaves the harness: explained by the stack, and marked with the artefacts of the test.
    pub(super) async fn failed(&self, error: HarnessError) -> HarnessError {
        self.failures.note();
        self.witness.mark(explained(&self.stack, error).await)
    }
}
