//! A worker's life as its control plane sees it; the control plane is a server of the test's.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::contract::Secret;

/// Longer than anything here takes.
const BOUND: Duration = Duration::from_secs(20);

/// How the plane answers a request, by the number of requests before it.
type Answers = fn(usize, &str) -> Option<Response>;

#[derive(Clone)]
struct Plane {
    answers: Answers,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
    more: Arc<Notify>,
}

impl Plane {
    /// Waits until so many requests were made, and gives them.
    async fn seen(&self, count: usize) -> Vec<(String, Value)> {
        let waiting = async {
            loop {
                let more = self.more.notified();
                let seen = self.seen.lock().expect("no panic").clone();
                if seen.len() >= count {
                    return seen;
                }
                more.await;
            }
        };
        let last = || self.seen.lock().expect("no panic").clone();
        tokio::time::timeout(BOUND, waiting)
            .await
            .unwrap_or_else(|_| panic!("{count} requests were awaited, seen: {:?}", last()))
    }
}

async fn take(
    State(plane): State<Plane>,
    Path(path): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    assert_eq!(headers["x-org-api-key"], "hunter2");
    let before = {
        let mut seen = plane.seen.lock().expect("no panic");
        seen.push((path.clone(), body));
        seen.len() - 1
    };
    plane.more.notify_waiters();
    match (plane.answers)(before, &path) {
        Some(answer) => answer,
        // Never.
        None => std::future::pending().await,
    }
}

async fn plane(answers: Answers) -> (Plane, ControlPlane) {
    let plane = Plane {
        answers,
        seen: Arc::default(),
        more: Arc::default(),
    };
    let app = Router::new()
        .route("/api/v4/kai/worker/{*path}", post(take))
        .with_state(plane.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let base = format!("http://{}/api", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let settings = ControlPlane {
        interval: Duration::from_millis(20),
        ..ControlPlane::at(base, Secret::new("hunter2"))
    };
    (plane, settings)
}

fn facts() -> Facts {
    Facts {
        task_queue: "kai-acme-queue".to_owned(),
        hostname: "host".to_owned(),
        identity: "kai-worker-host-1".to_owned(),
        temporal_host: "temporal:7233".to_owned(),
    }
}

fn begun(settings: ControlPlane, sessions: &ActiveSessions) -> Registration {
    Registration::begin(settings, facts(), sessions.clone()).expect("a client")
}

fn well(_: usize, path: &str) -> Option<Response> {
    Some(match path {
        "register" => Json(json!({"worker_id": "w-1"})).into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    })
}

#[tokio::test]
async fn a_worker_registers_says_how_much_it_does_and_says_farewell() {
    let (plane, settings) = plane(well).await;
    let sessions = ActiveSessions::default();
    let session = sessions.begin();
    let registration = begun(settings, &sessions);
    let seen = plane.seen(2).await;
    assert_eq!(seen[0].0, "register");
    assert_eq!(
        seen[0].1,
        json!({
            "task_queue": "kai-acme-queue",
            "hostname": "host",
            "worker_identity": "kai-worker-host-1",
            "metadata": {"temporal_host": "temporal:7233"},
        })
    );
    assert_eq!(
        seen[1],
        ("w-1/heartbeat".to_owned(), json!({"active_sessions": 1}))
    );
    drop(session);
    let now = plane.seen.lock().expect("no panic").len();
    let later = plane.seen(now + 2).await;
    assert_eq!(later.last().expect("one").1, json!({"active_sessions": 0}));
    registration.end().await;
    let seen = plane.seen.lock().expect("no panic").clone();
    assert_eq!(seen.last().expect("one").0, "w-1/disconnect");
}

#[tokio::test]
async fn a_control_plane_that_refuses_is_asked_again() {
    fn answers(before: usize, path: &str) -> Option<Response> {
        match before {
            0 => Some(StatusCode::UNAUTHORIZED.into_response()),
            1 => Some(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
            2 => Some("no JSON".into_response()),
            3 => Some(Json(json!({"worker_id": "../../admin"})).into_response()),
            _ => well(before, path),
        }
    }
    let (plane, settings) = plane(answers).await;
    let registration = begun(settings, &ActiveSessions::default());
    let seen = plane.seen(6).await;
    let paths: Vec<_> = seen.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths[..5], ["register"; 5]);
    assert_eq!(paths[5], "w-1/heartbeat");
    registration.end().await;
}

#[tokio::test]
async fn a_worker_that_was_forgotten_registers_again() {
    fn answers(before: usize, path: &str) -> Option<Response> {
        match before {
            // A heartbeat that fails otherwise is no reason.
            1 => Some(StatusCode::BAD_GATEWAY.into_response()),
            2 => Some(StatusCode::NOT_FOUND.into_response()),
            _ => well(before, path),
        }
    }
    let (plane, settings) = plane(answers).await;
    let registration = begun(settings, &ActiveSessions::default());
    let seen = plane.seen(5).await;
    let paths: Vec<_> = seen.iter().map(|(path, _)| path.as_str()).collect();
    let wanted = [
        "register",
        "w-1/heartbeat",
        "w-1/heartbeat",
        "register",
        "w-1/heartbeat",
    ];
    assert_eq!(paths[..5], wanted);
    registration.end().await;
}

#[tokio::test]
async fn a_control_plane_that_is_away_holds_no_worker_up() {
    // A port that nobody listens on.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let settings = ControlPlane::at(base, Secret::new("hunter2"));
    let registration = begun(settings, &ActiveSessions::default());
    tokio::time::timeout(BOUND, registration.end())
        .await
        .expect("nobody is waited for");
}

#[tokio::test]
async fn one_that_never_answers_is_given_up_and_the_farewell_with_it() {
    fn answers(before: usize, path: &str) -> Option<Response> {
        match before {
            0 => None,
            _ => well(before, path).filter(|_| path != "w-1/disconnect"),
        }
    }
    let (plane, settings) = plane(answers).await;
    let settings = ControlPlane {
        request_timeout: Duration::from_millis(100),
        ..settings
    };
    let registration = begun(settings, &ActiveSessions::default());
    let seen = plane.seen(3).await;
    assert_eq!((&*seen[0].0, &*seen[1].0), ("register", "register"));
    tokio::time::timeout(BOUND, registration.end())
        .await
        .expect("it ends without an answer");
}
