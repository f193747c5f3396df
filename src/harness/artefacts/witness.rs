//! What a harness and its runs hold of the test that they belong to.

use std::sync::Arc;

use super::record::{HarnessRecord, RunRecord};
use super::test_record::TestRecord;
use super::{Artefacts, hook};
use crate::harness::{AnyStack, HarnessError, HarnessSettings};

/// The eye of one harness on its test. When it is dropped while the test is failing, the artefacts are written.
#[derive(Debug, Default)]
pub(in crate::harness) struct Witness {
    of: Option<RunWitness>,
}

impl Witness {
    /// Begins to watch. Outside of a test there is nothing to watch, and nothing is remembered.
    pub(in crate::harness) fn begin(stack: &AnyStack, settings: &HarnessSettings) -> Self {
        let of = watched_test().map(|test| {
            let harness = Arc::new(HarnessRecord::of(stack, settings));
            test.enter(Arc::clone(&harness));
            RunWitness { test, harness }
        });
        Self { of }
    }

    /// What the runs of this harness hold.
    pub(in crate::harness) fn of_runs(&self) -> Option<RunWitness> {
        self.of.clone()
    }

    /// Says that prompts may be about this database, whose statements are then of interest.
    pub(in crate::harness) fn uses_database(&self, name: &str) {
        if let Some(of) = &self.of {
            of.harness.uses_database(name);
        }
    }

    /// Marks an error as one that makes the test fail.
    pub(in crate::harness) fn mark(&self, error: HarnessError) -> HarnessError {
        mark(self.of.as_ref().map(|of| &of.test), error)
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if let Some(RunWitness { test, harness }) = &self.of {
            test.leave(harness);
        }
    }
}

/// Marks an error that came before there was any harness.
pub(in crate::harness) fn mark_without_harness(error: HarnessError) -> HarnessError {
    mark(watched_test().as_ref(), error)
}

/// Takes note of a failure in the test that runs on this thread, if it uses a harness.
pub(in crate::harness) fn failed_here(error: &dyn std::error::Error) -> Option<Artefacts> {
    let test = TestRecord::current()?;
    let artefacts = Artefacts::of(Arc::clone(&test));
    test.failed(crate::contract::error_chain(error));
    Some(artefacts)
}

fn watched_test() -> Option<Arc<TestRecord>> {
    let test = TestRecord::current_or_new()?;
    hook::install();
    Some(test)
}

fn mark(test: Option<&Arc<TestRecord>>, error: HarnessError) -> HarnessError {
    match test {
        Some(test) if !matches!(error, HarnessError::InTest { .. }) => {
            let artefacts = Artefacts::of(Arc::clone(test));
            test.failed(crate::contract::error_chain(&error));
            HarnessError::InTest {
                error: Box::new(error),
                artefacts,
            }
        }
        _ => error,
    }
}

/// What a run holds of its test.
#[derive(Debug, Clone)]
pub(in crate::harness) struct RunWitness {
    test: Arc<TestRecord>,
    harness: Arc<HarnessRecord>,
}

impl RunWitness {
    /// Remembers a run from its start on.
    pub(in crate::harness) fn add(&self, run: Arc<RunRecord>) {
        self.harness.add(run);
    }

    /// Takes note of a failure of the test; what is returned belongs into its error.
    pub(in crate::harness) fn failed(&self, text: impl Into<String>) -> Artefacts {
        let artefacts = Artefacts::of(Arc::clone(&self.test));
        self.test.failed(text.into());
        artefacts
    }
}
