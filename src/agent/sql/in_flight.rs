//! A statement that is running, and how it is broken off.

use std::time::Duration;

use tokio_postgres::{CancelToken, NoTls};

/// How long telling the server may take.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(2);

/// Breaks the statement off when it is dropped before [`finished`](Self::finished): the caller went away, and nobody
/// else would tell the server.
pub(super) struct InFlight(Option<CancelToken>);

impl InFlight {
    pub(super) fn new(token: CancelToken) -> Self {
        Self(Some(token))
    }

    /// The statement is over.
    pub(super) fn finished(mut self) {
        self.0 = None;
    }

    /// Tells the server to break the statement off. The statement then ends with SQLSTATE 57014, unless it was over
    /// already.
    pub(super) async fn cancel(&mut self) {
        if let Some(token) = self.0.take() {
            cancel(token).await;
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(token) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(cancel(token));
        }
    }
}

async fn cancel(token: CancelToken) {
    match tokio::time::timeout(CANCEL_TIMEOUT, token.cancel_query(NoTls)).await {
        Ok(Ok(())) => {}
        // The statement's own time-out ends it then.
        Ok(Err(error)) => tracing::warn!(%error, "a running statement could not be cancelled"),
        Err(_) => tracing::warn!("a running statement could not be cancelled in time"),
    }
}
