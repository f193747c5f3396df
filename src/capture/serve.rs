//! Connections: accepted one by one, so that stopping can end every one of them.
//!
//! `axum::serve` waits for its connections without a bound and cannot end one whose client does not read.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long a connection may take for a request's head, or stay open between two requests. Longer than clients keep
/// idle connections (reqwest: 90 s), so that none is closed under a client which is about to use it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(120);

/// How long requests that are under way have to finish when the server stops.
const GRACE: Duration = Duration::from_millis(500);

/// The most that is kept of what a client sends or does not read: with the batch of frames that is being written, all
/// that a slow subscriber costs. Also the longest head of a request.
const BUFFER: usize = 64 << 10;

/// How long to wait after the system refused a connection, for want of descriptors for example.
const PAUSE: Duration = Duration::from_millis(20);

/// Serves until `stop`, then ends all connections: at once where they are idle, after [`GRACE`] at the latest.
pub(super) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone(), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let finish = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, finish).await.is_err() {
        connections.shutdown().await;
    }
}

async fn connection(stream: TcpStream, router: Router, stop: CancellationToken) {
    // An event is a small write that must not wait for the next one.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot turn off delayed sending");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients leave streams in the middle all the time.
        tracing::debug!(%error, "a connection ended early");
    }
}
