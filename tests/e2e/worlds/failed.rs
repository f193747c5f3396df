//! The world of a failed test stays when that is asked for.

use std::sync::Arc;

use kai_e2e::harness::{AnyStack, Harness, HarnessSettings};
use kai_e2e::stack::{self, SharedStack, Silent};

use super::{left_on, small};
use crate::support::{Result, eventually};

#[tokio::test]
async fn what_a_failed_check_leaves_is_kept_and_nothing_else() -> Result {
    let state = tempfile::tempdir()?;
    let config = small()?.with_state_directory(state.path());
    let shared = SharedStack::attach(&config, &Silent).await?;
    assert!(!shared.is_kept());
    let endpoints = shared.endpoints().clone();
    let stack = Arc::new(AnyStack::Shared(shared));
    let keeping = || {
        let settings = HarnessSettings {
            keep_failed: true,
            ..HarnessSettings::default()
        };
        Harness::on(Arc::clone(&stack), settings)
    };
    let (good, bad) = (keeping().await?, keeping().await?);
    let database = bad.postgres().database.clone();
    good.ask("Berapa jumlah koperasi?").await?.check()?;
    let run = bad.ask("Siapa presiden Prancis?").await?;
    run.check().expect_err("nobody knows");
    drop((good, bad));

    let kept = || async { Ok(left_on(&endpoints).await?.len()) };
    // A database, six collections, and the memory of what was asked.
    eventually("one of two worlds is left", kept, |left| left == 8).await?;
    for name in left_on(&endpoints).await? {
        assert!(name.starts_with(&database), "{name}");
    }
    // The stack stays too: what is in it would be of little use otherwise.
    let Some(AnyStack::Shared(shared)) = Arc::into_inner(stack) else {
        return Err("a harness still holds the stack".into());
    };
    assert!(shared.is_kept());
    drop(shared);
    assert_eq!(stack::down(&config).await?.stacks, 1);
    Ok(())
}
