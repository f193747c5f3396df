//! `/sessions`: the URLs of a session, and what it received.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::access::{self, Readable};
use super::reply::Refused;
use super::routes::{self, Shared};
use super::transcript::Transcript;
use super::urls::Urls;
use crate::contract::{Secret, SessionId};

/// The largest body that asks for a session.
const LARGEST: usize = 4 << 10;

/// What asks for a session. Without a body, or without an id in it, the session gets a new random one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    session_id: Option<String>,
}

/// A session and where it is, keys included.
#[derive(Serialize)]
struct Opened {
    session_id: SessionId,
    callback_url: String,
    stream_url: String,
    transcript_url: String,
    page_url: String,
}

/// `POST /sessions`: hands the URLs of a session to whoever has the operator's token.
pub(super) async fn post_session(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    access::operator(&shared, &headers)?;
    let unprocessable = |detail| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    let body = axum::body::to_bytes(body, LARGEST).await.map_err(|_| {
        Refused::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body has more than {LARGEST} bytes"),
        )
    })?;
    let wanted: Wanted = match body.is_empty() {
        true => Wanted::default(),
        false => serde_json::from_slice(&body).map_err(|error| {
            unprocessable(format!(
                "the body must be `{{\"session_id\": \"…\"}}` or empty: {error}"
            ))
        })?,
    };
    let id = match wanted.session_id {
        Some(id) => routes::usable(id).map_err(unprocessable)?,
        None => SessionId::new(format!("session_{}", Secret::random().reveal())),
    };
    let urls = Urls {
        base: base(&shared, &headers),
        keys: shared.keys.as_ref(),
    };
    let opened = Opened {
        callback_url: urls.callback(&id),
        stream_url: urls.stream(&id),
        transcript_url: urls.transcript(&id),
        page_url: urls.page(&id),
        session_id: id,
    };
    let uncached = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, uncached, Json(opened)).into_response())
}

/// The beginning of the URLs: the public one that was set, else the one that this request came to.
fn base(shared: &Shared, headers: &HeaderMap) -> String {
    let host = || {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        let host: Authority = host.parse().ok()?;
        Some(format!("http://{host}"))
    };
    match &shared.config.public_url {
        Some(_) => shared.base.clone(),
        None => host().unwrap_or_else(|| shared.base.clone()),
    }
}

/// `GET /sessions/{session}/transcript`.
pub(super) async fn get_transcript(
    State(shared): State<Arc<Shared>>,
    Readable(id): Readable,
) -> Result<Response, Refused> {
    let Some(session) = shared.store.get(&id) else {
        return Err(Refused::new(
            StatusCode::NOT_FOUND,
            "the session has received nothing here, or was freed",
        ));
    };
    let failed = |_| {
        Refused::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the transcript could not be written",
        )
    };
    // Two at a time and away from the streams: a large one takes a while.
    let turn = shared.transcribing.acquire().await;
    let json = tokio::task::spawn_blocking(move || {
        let (contents, refusals) = session.contents();
        serde_json::to_vec(&Transcript::of(id, contents, refusals))
    })
    .await
    .map_err(|error| failed(error.to_string()))?
    .map_err(|error| failed(error.to_string()))?;
    drop(turn);
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, json).into_response())
}

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod tests;
