//! The state directory deleted under a running stack, by a clean-up of temporary files for instance.

use kai_e2e::stack::{OwnedStack, Silent, StackConfig};
use tempfile::TempDir;

use crate::support::{Result, eventually, parts_of};

#[tokio::test]
async fn a_stack_goes_with_its_user_though_its_state_directory_is_gone() -> Result {
    let state = TempDir::new()?;
    let config = StackConfig::from_env()?
        .with_seed_scale("0.05".parse()?)
        .with_state_directory(state.path().join("state"));
    let stack = OwnedStack::start(&config, &Silent).await?;
    let session = stack.session().to_owned();
    assert!(!parts_of(&session).await?.is_empty());

    drop(state);
    drop(stack);

    eventually(
        "the watcher removes what it watched",
        || async { Ok(parts_of(&session).await?.len()) },
        |left| left == 0,
    )
    .await
}
