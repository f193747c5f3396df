//! The harness as an rstest fixture.

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

/// Progress on standard error, where the test runner shows it with the test that it belongs to.
#[derive(Debug)]
struct StandardError;

impl Progress for StandardError {
    fn line(&self, text: &str) {
        eprintln!("{text}");
    }
}
