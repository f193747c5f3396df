//! The endpoints, and what they share.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::archive::Outbox;
use super::config::CaptureConfig;
use super::gate::Gates;
use super::keys::Keys;
use super::misbehave::Misbehaviours;
use super::reply::Refused;
use super::store::Store;
use super::{hosts, ingest, origins, page, session_list, sessions, stream};
use crate::contract::SessionId;

/// The longest session id, in bytes. An id is kept as long as its session, and nobody's is near this.
const LONGEST_ID: usize = 512;

/// What all requests of a server share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: CaptureConfig,
    pub(super) store: Store,
    pub(super) gates: Gates,
    pub(super) misbehaviours: Misbehaviours,
    /// The beginning of the URLs that this server gives out.
    pub(super) base: String,
    /// None where everybody may post and read.
    pub(super) keys: Option<Keys>,
    /// How many transcripts may be made for requests at once.
    pub(super) transcribing: Semaphore,
    /// How many lists of sessions may be made at once.
    pub(super) listing: Semaphore,
    /// Cancelled when the server stops.
    pub(super) stop: CancellationToken,
}

impl Shared {
    /// A receiver without anything in it.
    pub(super) fn new(
        config: CaptureConfig,
        base: String,
        outbox: Option<Outbox>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            store: Store::new(config.clone(), outbox),
            gates: Gates::default(),
            misbehaviours: Misbehaviours::default(),
            base,
            keys: config.access.to_keys(),
            transcribing: Semaphore::new(2),
            listing: Semaphore::new(1),
            stop,
            config,
        }
    }
}

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let read = Router::new()
        .route("/", get(page::get_page))
        .route("/page/{file}", get(page::get_file))
        .route("/stream/{session}", get(stream::get_stream))
        .route(
            "/sessions",
            get(session_list::get_sessions).post(sessions::post_session),
        )
        .route("/sessions/{session}", get(session_list::get_session))
        .route("/sessions/{session}/faults", get(session_list::get_faults))
        .route(
            "/sessions/{session}/transcript",
            get(sessions::get_transcript),
        )
        .layer(from_fn_with_state(Arc::clone(&shared), hosts::guard))
        .layer(from_fn(page::typed));
    Router::new()
        .route("/events/{session}", post(ingest::post_event))
        .merge(read)
        .route("/healthz", get(healthz))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&shared), origins::guard))
        .with_state(shared)
}

async fn healthz() -> Json<Value> {
    Json(json!({ "status": "healthy" }))
}

async fn unknown_path(uri: Uri) -> Refused {
    let path: String = uri.path().chars().take(256).collect();
    Refused::new(
        StatusCode::NOT_FOUND,
        format!(
            "there is no `{path}` here; events go to /events/{{session}}, streams are at /stream/{{session}}, the page is at /"
        ),
    )
}

async fn wrong_method(method: Method, uri: Uri) -> Refused {
    let (path, method) = (uri.path(), method.as_str());
    let wanted = match path {
        "/sessions" => "GET or POST",
        path if path.starts_with("/events/") => "POST",
        _ => "GET",
    };
    let path: String = path.chars().take(256).collect();
    Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("`{path}` does not take {method}; use {wanted}"),
    )
}

/// The session that a path names.
pub(super) struct Named(pub(super) SessionId);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let id: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, state).await;
        let unprocessable = |detail: String| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
        let Path(id) = id.map_err(|error| {
            unprocessable(format!(
                "the session's id in the path must be percent-encoded UTF-8: {}",
                error.body_text()
            ))
        })?;
        usable(id).map(Self).map_err(unprocessable)
    }
}

/// An id that a session may have; else why it may not.
pub(super) fn usable(id: String) -> Result<SessionId, String> {
    if id.is_empty() {
        return Err("the session's id is empty".to_owned());
    }
    if id.len() > LONGEST_ID {
        return Err(format!(
            "the session's id has {} bytes; it may have {LONGEST_ID}",
            id.len()
        ));
    }
    let breaks_lines = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if id.contains(breaks_lines) {
        // It would break lines in logs, and no worker has one.
        return Err("the session's id has control characters or line separators in it".to_owned());
    }
    Ok(SessionId::new(id))
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
