//! The runtime on which containers are started.

use std::{future::Future, io, sync::OnceLock};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// `testcontainers` keeps one engine client per process, and the connections of that client belong to the runtime that
/// opened them. Each `#[tokio::test]` has a runtime of its own, so a request of one test could travel over a connection
/// that dies with another test. Therefore every call into `testcontainers` runs here, on a runtime that is never dropped.
fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("kai-e2e-engine")
                .enable_all()
                .build()
                .map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(|reason| io::Error::other(reason.clone()))
}

/// Runs a future on that runtime; dropping the returned future aborts it.
pub(in crate::stack) async fn run<F>(future: F) -> io::Result<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut task = AbortOnDrop(runtime()?.spawn(future));
    (&mut task.0).await.map_err(io::Error::other)
}

struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_survives_the_runtime_that_asked_for_it() {
        let ask = || {
            Builder::new_current_thread()
                .build()
                .unwrap()
                .block_on(run(async {
                    std::thread::current().name().map(str::to_owned)
                }))
                .unwrap()
        };

        assert_eq!(ask().as_deref(), Some("kai-e2e-engine"));
        assert_eq!(ask().as_deref(), Some("kai-e2e-engine"));
    }
}
