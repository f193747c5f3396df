//! Work that outlives the runtime of the test that began it.

use std::{future::Future, sync::OnceLock, thread};

use tokio::runtime::{Builder, Runtime};

/// Removing a world takes as long as making one, and the runtime of a test ends with the test: so what is dropped is removed
/// here, on a runtime that is never dropped. What it has not done when the process ends is left to the watcher.
fn runtime() -> Option<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("kai-e2e-worlds")
                .enable_all()
                .build()
                .inspect_err(|error| tracing::warn!(%error, "no runtime for removing worlds"))
                .ok()
        })
        .as_ref()
}

/// Carries a future to its end on a thread of this room's own, whatever becomes of the caller and its runtime.
pub fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    if thread::panicking() {
        // A second panic would abort the process and hide the first.
        if let Ok(Some(runtime)) = std::panic::catch_unwind(runtime) {
            runtime.spawn(work);
        }
    } else if let Some(runtime) = runtime() {
        runtime.spawn(work);
    }
}
