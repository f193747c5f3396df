//! A control plane that is away, refuses, never answers, and comes back: the worker works all the while.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use kai_e2e::harness::Harness;
use kai_e2e::stack::free_port;
use serde_json::json;

use super::scene::{SOON, settings, shared, worker};
use crate::support::{CANONICAL, Result, eventually};

const WELL: u8 = 0;
const REFUSING: u8 = 1;
const SILENT: u8 = 2;

#[derive(Clone, Default)]
struct Plane {
    mood: Arc<AtomicU8>,
    registered: Arc<AtomicUsize>,
    heartbeats: Arc<AtomicUsize>,
    farewells: Arc<AtomicUsize>,
}

async fn take(State(plane): State<Plane>, Path(path): Path<String>) -> Response {
    match plane.mood.load(Ordering::Acquire) {
        REFUSING => return StatusCode::FORBIDDEN.into_response(),
        SILENT => return std::future::pending().await,
        _ => {}
    }
    let count = match path.rsplit('/').next() {
        Some("register") => &plane.registered,
        Some("heartbeat") => &plane.heartbeats,
        _ => &plane.farewells,
    };
    count.fetch_add(1, Ordering::AcqRel);
    Json(json!({"worker_id": "w-1"})).into_response()
}

#[tokio::test]
async fn whatever_the_control_plane_does_the_worker_answers() -> Result {
    // Nobody listens there yet.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
    let harness = Harness::on(shared().await?, settings()).await?;
    let command = worker()
        .variable("ORG_ID", "acme")
        .variable("KAI_API_KEY", "hunter2-of-acme")
        .variable("CONTROL_PLANE_URL", format!("http://{address}"))
        .variable("HEARTBEAT_INTERVAL_SECONDS", "0.2");
    let mut process = harness.start_worker(&command, SOON).await?;
    harness.ask(CANONICAL).await?.check()?;

    let plane = Plane::default();
    plane.mood.store(REFUSING, Ordering::Release);
    let app = Router::new()
        .route("/services/kcenter/v4/kai/worker/{*path}", post(take))
        .with_state(plane.clone());
    let listener = tokio::net::TcpListener::bind(address).await?;
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    harness.ask(CANONICAL).await?.check()?;
    assert_eq!(plane.registered.load(Ordering::Acquire), 0);

    plane.mood.store(WELL, Ordering::Release);
    let beats = || async { Ok(plane.heartbeats.load(Ordering::Acquire)) };
    eventually("heartbeats come", beats, |beats| beats >= 2).await?;
    assert_eq!(plane.registered.load(Ordering::Acquire), 1);

    plane.mood.store(SILENT, Ordering::Release);
    harness.ask(CANONICAL).await?.check()?;

    process.terminate();
    let ended = process.ended(SOON).await;
    let in_order = ended.is_some_and(|status| status.success());
    assert!(in_order, "{ended:?}\n{}", process.output());
    let output = process.kill().await;
    assert!(!output.contains("hunter2"), "the output has the key");
    serving.abort();
    Ok(harness.stop().await?)
}
