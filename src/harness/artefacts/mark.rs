//! The part of an error that says where the artefacts lie.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::test_record::TestRecord;

/// Where the artefacts of a failing test lie: the last line of the errors that make it fail.
///
/// As long as one of these is alive the test counts as failed; so they are written when its harness is dropped while the
/// error is on its way out of the test.
#[derive(Clone)]
pub struct Artefacts {
    test: Arc<TestRecord>,
    // Held to be counted.
    _alive: Arc<()>,
}

impl Artefacts {
    pub(super) fn of(test: Arc<TestRecord>) -> Self {
        let alive = test.alive();
        Self {
            test,
            _alive: alive,
        }
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        self.test.directory()
    }
}

/// Shows as two lines that end a text: a heading and the path.
impl fmt::Display for Artefacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A text that names a directory must not outlive the error and find nothing there.
        self.test.shown();
        write!(f, "{HEADING}\n{}", self.directory().display())
    }
}

/// The line before the path.
pub(super) const HEADING: &str = "artefacts of this test:";

impl fmt::Debug for Artefacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Artefacts").field(&self.directory()).finish()
    }
}

impl PartialEq for Artefacts {
    fn eq(&self, other: &Self) -> bool {
        self.directory() == other.directory()
    }
}

impl Eq for Artefacts {}

/// The artefacts, if there will be any, as the end of an error's text.
pub(in crate::harness) fn ending(artefacts: &Option<Artefacts>) -> String {
    artefacts
        .as_ref()
        .map(|artefacts| format!("\n{artefacts}"))
        .unwrap_or_default()
}
