//! What holds for the receiver whatever it is sent. For the fuzzer of `fuzz/`, and for the tests that read its corpora again.
//!
//! Time is paused: a wait is over when nothing else is left to do, so that an answer which never comes is seen at once.

mod deliveries;
#[cfg(test)]
mod replay;
mod stream;

use std::cell::RefCell;
use std::sync::Arc;

use axum::response::Response;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use super::CaptureConfig;
use super::routes::Shared;

pub use deliveries::deliveries;
pub use stream::stream;

/// What parts the pieces of an input; JSON text never contains it.
const SEPARATOR: u8 = 0x1e;

/// Runs on a runtime of this thread, whose time is paused.
fn in_paused_time(future: impl Future<Output = ()>) {
    thread_local! {
        static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
    }
    RUNTIME.with_borrow_mut(|runtime| {
        let runtime = runtime.get_or_insert_with(|| {
            let mut builder = Builder::new_current_thread();
            let builder = builder.enable_all().start_paused(true);
            builder.build().expect("a runtime")
        });
        runtime.block_on(future);
    });
}

/// A receiver that nobody connects to.
fn receiver(change: impl FnOnce(&mut CaptureConfig)) -> Arc<Shared> {
    let mut config = CaptureConfig::default();
    change(&mut config);
    let base = "http://127.0.0.1:8092".to_owned();
    Arc::new(Shared::new(config, base, None, CancellationToken::new()))
}

/// The whole body of an answer.
async fn body(response: Response) -> Vec<u8> {
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    body.expect("a body from memory").to_vec()
}

/// Checks that a refusal is `{"detail": …}` with a text on one line, and returns the text.
fn detail(body: &[u8]) -> String {
    let said: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let text = said["detail"].as_str().expect("a reason");
    assert!(!text.is_empty());
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    assert!(!text.contains(breaks), "{text:?} is not on one line");
    assert!(text.chars().count() <= 700, "{text:?} is too long");
    text.to_owned()
}
