//! A stack for the length of one command.

use std::sync::Arc;

use super::Exit;
use super::console::StandardError;
use super::signals::unless_stopped;
use crate::contract::error_chain;
use crate::harness::{AnyStack, Harness, HarnessSettings, Isolation};
use crate::stack::{OwnedStack, StackConfig};

/// Starts a stack and a harness on it, does the work, and removes everything again, whatever happened. A signal ends
/// the work; cleaning up goes on.
pub(super) async fn on_own_stack<T>(
    config: &StackConfig,
    settings: HarnessSettings,
    work: impl AsyncFnOnce(&Harness) -> Result<T, Exit>,
) -> Result<T, Exit> {
    // Nobody else is on this stack: there is nothing to be kept apart from.
    let settings = HarnessSettings {
        isolation: Isolation::Master,
        ..settings
    };
    with_own_stack(config, async move |stack| {
        let harness = Harness::on(stack, settings).await?;
        let done = work(&harness).await.map_err(after_the_start);
        let stopped = harness.stop().await;
        let done = done?;
        stopped?;
        Ok(done)
    })
    .await
}

/// As [`on_own_stack`], without a harness. The work gives the stack back, by dropping it.
pub(super) async fn with_own_stack<T>(
    config: &StackConfig,
    work: impl AsyncFnOnce(Arc<AnyStack>) -> Result<T, Exit>,
) -> Result<T, Exit> {
    let owned =
        unless_stopped(async { Ok(OwnedStack::start(config, &StandardError).await?) }).await?;
    let stack = Arc::new(AnyStack::Owned(owned));
    let done = unless_stopped(work(Arc::clone(&stack))).await;
    let died = match &done {
        Ok(_) | Err(Exit::Signal(_)) => None,
        // What died explains more than what followed from it.
        Err(_) => stack.check().await.err().map(|error| error_chain(&error)),
    };
    let removed = match Arc::into_inner(stack) {
        Some(AnyStack::Owned(stack)) => stack.stop().await,
        _ => Ok(()),
    };
    match (done, died, removed) {
        (Ok(done), _, Ok(())) => Ok(done),
        (Ok(_), _, Err(error)) => Err(error.into()),
        (Err(exit), died, removed) => Err(with_causes(
            exit,
            died,
            removed.err().map(|error| error.to_string()),
        )),
    }
}

/// Exit code 3 says that the environment could not be started. What breaks later is a run that did not hold.
fn after_the_start(exit: Exit) -> Exit {
    match exit {
        Exit::Environment(text) => Exit::NotHeld(text),
        other => other,
    }
}

/// The failure with what explains it, and with what went wrong while cleaning up after it.
fn with_causes(exit: Exit, died: Option<String>, removal: Option<String>) -> Exit {
    let said = exit.to_string();
    let more: String = [
        died.filter(|died| !said.contains(died.as_str())),
        removal.map(|error| format!("cleaning up failed too: {error}")),
    ]
    .into_iter()
    .flatten()
    .map(|text| format!("\n{text}"))
    .collect();
    match exit {
        Exit::NotHeld(text) => Exit::NotHeld(text + &more),
        Exit::Usage(text) => Exit::Usage(text + &more),
        Exit::Environment(text) => Exit::Environment(text + &more),
        signal => signal,
    }
}
