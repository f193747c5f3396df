//! Ctrl-c and SIGTERM end a command in order.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

use super::Exit;

/// Waits for SIGINT, SIGTERM or SIGHUP and names it.
pub(super) async fn stop_signal() -> Result<&'static str, Exit> {
    let on = |kind| {
        signal(kind)
            .map_err(|error| Exit::Environment(format!("signals cannot be received: {error}")))
    };
    let mut interrupt = on(SignalKind::interrupt())?;
    let mut terminate = on(SignalKind::terminate())?;
    let mut hang_up = on(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => Ok("SIGINT"),
        _ = terminate.recv() => Ok("SIGTERM"),
        _ = hang_up.recv() => Ok("SIGHUP"),
    }
}

/// Does the work, unless a signal comes first.
pub(super) async fn unless_stopped<T>(
    work: impl Future<Output = Result<T, Exit>>,
) -> Result<T, Exit> {
    tokio::select! {
        done = work => done,
        signal = stop_signal() => Err(Exit::Signal(signal?)),
    }
}
