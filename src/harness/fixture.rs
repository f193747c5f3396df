//! The harness as an rstest fixture.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::Harness;
use crate::stack::Progress;

/// A harness on the machine's shared stack: `#[future(awt)] harness: Harness`.
///
/// # Panics
/// When the stack or the harness cannot be set up: a test without its services has failed, it is not to be skipped.
#[rstest::fixture]
pub async fn harness() -> Harness {
    match Harness::shared(&StandardError).await {
        Ok(harness) => harness,
        Err(error) => panic!(
            "the harness cannot be set up: {}",
            crate::contract::error_chain(&error)
        ),
    }
}

/// Progress on standard error itself, past the test runner's capture: a first start may build images for half a minute,
/// and whoever waits is to see why at once. Tests that wait for the same thing in one process say it once.
#[derive(Debug)]
struct StandardError;

impl Progress for StandardError {
    fn line(&self, text: &str) {
        static SAID: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
        let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
        if said.insert(text.to_owned()) {
            // A closed standard error is no reason to fail a test.
            let _ = writeln!(std::io::stderr(), "· {text}");
        }
    }
}
