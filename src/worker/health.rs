//! `GET /healthz` and `GET /readyz` (contract §6): green only while the worker polls.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::WorkerError;
use crate::mutants::{self, Mutant};

/// The state before the first poll is 0.
const POLLING: u8 = 1;
const STOPPING: u8 = 2;
const STOPPED: u8 = 3;

/// What a worker says of itself; cheap to clone, shared by everything that watches it.
#[derive(Debug, Clone, Default)]
pub struct Health {
    state: Arc<AtomicU8>,
}

impl Health {
    pub(super) fn polling(&self) {
        self.state.store(POLLING, Ordering::Release);
    }

    pub(super) fn stopping(&self) {
        // A worker that has stopped by itself stays stopped.
        let _ = self
            .state
            .compare_exchange(POLLING, STOPPING, Ordering::AcqRel, Ordering::Acquire);
    }

    pub(super) fn stopped(&self) {
        self.state.store(STOPPED, Ordering::Release);
    }

    /// Whether the process is worth keeping: it has not stopped polling.
    pub fn is_healthy(&self) -> bool {
        self.state.load(Ordering::Acquire) != STOPPED
    }

    /// Whether new prompts are taken.
    pub fn is_ready(&self) -> bool {
        self.state.load(Ordering::Acquire) == POLLING
    }
}

/// The health endpoints of one worker; they end when `stop` is cancelled.
pub(super) async fn serve(
    address: SocketAddr,
    health: Health,
    stop: CancellationToken,
) -> Result<SocketAddr, WorkerError> {
    let failed = |source| WorkerError::Health {
        address: address.to_string(),
        source,
    };
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let app = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .with_state(health);
    tokio::spawn(async move {
        let served = axum::serve(listener, app)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the health server ended");
        }
    });
    Ok(bound)
}

async fn healthz(State(health): State<Health>) -> (StatusCode, Json<Value>) {
    let healthy = mutants::is(Mutant::AlwaysHealthy)
        || (health.is_healthy() && !mutants::is(Mutant::NeverHealthy));
    answer(healthy, "healthy", "unhealthy")
}

async fn readyz(State(health): State<Health>) -> (StatusCode, Json<Value>) {
    answer(health.is_ready(), "ready", "not ready")
}

fn answer(good: bool, yes: &str, no: &str) -> (StatusCode, Json<Value>) {
    let (code, status) = if good {
        (StatusCode::OK, yes)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, no)
    };
    (code, Json(json!({ "status": status })))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn status(address: SocketAddr, path: &str) -> (u16, Value) {
        let reply = reqwest::get(format!("http://{address}{path}"))
            .await
            .expect("an answer");
        (reply.status().as_u16(), reply.json().await.expect("JSON"))
    }

    #[tokio::test]
    async fn says_what_the_worker_does() {
        let health = Health::default();
        let stop = CancellationToken::new();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let address = serve(any, health.clone(), stop.clone())
            .await
            .expect("a free port");
        assert_eq!(
            status(address, "/readyz").await,
            (503, json!({"status": "not ready"}))
        );
        health.polling();
        assert_eq!(
            status(address, "/healthz").await,
            (200, json!({"status": "healthy"}))
        );
        assert_eq!(
            status(address, "/readyz").await,
            (200, json!({"status": "ready"}))
        );
        health.stopped();
        assert_eq!(
            status(address, "/healthz").await,
            (503, json!({"status": "unhealthy"}))
        );
        stop.cancel();
    }

    #[tokio::test]
    async fn a_taken_port_is_named() {
        let taken = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = taken.local_addr().expect("bound");
        let error = serve(address, Health::default(), CancellationToken::new())
            .await
            .expect_err("the port is taken");
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    }
}
