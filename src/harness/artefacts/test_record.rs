//! What is remembered of one test, for all of its harnesses together.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use super::collect;
use super::place::{directory_of, test_name};
use super::record::HarnessRecord;

/// The tests of this process that use a harness, by name.
static TESTS: LazyLock<Mutex<HashMap<String, Weak<TestRecord>>>> = LazyLock::new(Mutex::default);

/// One test that uses a harness.
#[derive(Debug)]
pub(super) struct TestRecord {
    name: String,
    directory: PathBuf,
    began: SystemTime,
    state: Mutex<State>,
    /// One more than there are errors that would make the test fail.
    alive: Arc<()>,
    shown: AtomicBool,
    /// How many failures there were, and how many of them the artefacts on disk are about.
    failures: AtomicUsize,
    written: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    /// The harnesses that are in use.
    live: Vec<Arc<HarnessRecord>>,
    /// Those that were given up but whose runs may still be looked at.
    former: Vec<Weak<HarnessRecord>>,
    failures: Vec<String>,
}

impl TestRecord {
    /// The record of the test that runs on this thread, which is made if there is none yet; `None` when no test does.
    pub(super) fn current_or_new() -> Option<Arc<Self>> {
        let name = test_name()?;
        let mut tests = TESTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(test) = tests.get(&name).and_then(Weak::upgrade) {
            return Some(test);
        }
        let test = Arc::new(Self {
            directory: directory_of(&name)?,
            name: name.clone(),
            began: SystemTime::now(),
            state: Mutex::default(),
            alive: Arc::default(),
            shown: AtomicBool::new(false),
            failures: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
        });
        tests.retain(|_, test| test.strong_count() > 0);
        tests.insert(name, Arc::downgrade(&test));
        Some(test)
    }

    /// The record of the test that runs on this thread. It does not wait: a panic may come at any moment.
    pub(super) fn current() -> Option<Arc<Self>> {
        let tests = TESTS.try_lock().ok()?;
        tests.get(&test_name()?).and_then(Weak::upgrade)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn began(&self) -> SystemTime {
        self.began
    }

    pub(super) fn alive(&self) -> Arc<()> {
        Arc::clone(&self.alive)
    }

    pub(super) fn shown(&self) {
        self.shown.store(true, Ordering::Relaxed);
    }

    pub(super) fn enter(&self, harness: Arc<HarnessRecord>) {
        self.state().live.push(harness);
    }

    /// Takes a harness out of use, and writes the artefacts first when the test is failing.
    pub(super) fn leave(&self, harness: &Arc<HarnessRecord>) {
        if std::thread::panicking() {
            self.failures.fetch_max(1, Ordering::Relaxed);
        }
        let failing = std::thread::panicking()
            || Arc::strong_count(&self.alive) > 1
            || self.shown.load(Ordering::Relaxed);
        if failing {
            self.write();
        }
        let mut state = self.state();
        state.live.retain(|live| !Arc::ptr_eq(live, harness));
        state.former.retain(|former| former.strong_count() > 0);
        state.former.push(Arc::downgrade(harness));
    }

    /// Takes note of a failure. Without a harness in use nobody would write the artefacts later, so that is done now.
    pub(super) fn failed(&self, text: String) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let nobody = {
            let mut state = self.state();
            state.failures.push(text);
            state.live.is_empty()
        };
        if nobody {
            self.write();
        }
    }

    /// The harnesses whose evidence there is.
    pub(super) fn harnesses(&self) -> Vec<Arc<HarnessRecord>> {
        let state = self.state();
        let former = state.former.iter().filter_map(Weak::upgrade);
        former.chain(state.live.iter().cloned()).collect()
    }

    /// The texts of the failures so far.
    pub(super) fn failures(&self) -> Vec<String> {
        self.state().failures.clone()
    }

    /// Writes the artefacts, unless those on disk are about the same failure: the first harness that goes sees the most.
    fn write(&self) {
        let failures = self.failures.load(Ordering::Relaxed);
        if failures <= self.written.swap(failures, Ordering::Relaxed) {
            return;
        }
        if let Err(error) = collect::write(self) {
            // There is nobody to return it to, and the text of the failure names the directory.
            eprintln!(
                "the artefacts could not be written to {}: {error}",
                self.directory.display()
            );
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
