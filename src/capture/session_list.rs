//! `GET /sessions` and what there is to know of one session: what the page shows.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::access::Readable;
use super::overview::{Overview, RunState};
use super::reply::Refused;
use super::routes::Shared;
use super::session::Session;
use super::store::Store;
use super::survey::Survey;
use super::transcript::Fault;
use crate::contract::SessionId;

/// How many sessions a list has at the most, unless it asks for others.
const USUAL: usize = 200;
/// How many it may ask for.
const MOST: usize = 1_000;
/// How many faults of a session are listed; the rest are counted.
const LISTED_FAULTS: usize = 200;

/// What a list is to have.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    /// Sessions whose ids contain this, in whatever case. Empty: all.
    #[serde(default)]
    search: String,
    /// Sessions in this state.
    state: Option<RunState>,
    /// How many at the most.
    limit: Option<usize>,
}

/// A list, newest activity first.
#[derive(Debug, Serialize)]
struct List {
    /// How many sessions there are.
    total: usize,
    /// How many are as wanted.
    matching: usize,
    /// The first of those.
    sessions: Vec<Overview>,
}

/// `GET /sessions`: never where sessions have keys, since to know of a session is what a key is for.
pub(super) async fn get_sessions(
    State(shared): State<Arc<Shared>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refused> {
    if shared.keys.is_some() {
        return Err(Refused::new(
            StatusCode::FORBIDDEN,
            "sessions that have keys are not listed; open one by the URLs of POST /sessions",
        ));
    }
    let Query(wanted) =
        wanted.map_err(|error| Refused::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    if wanted.limit.is_some_and(|limit| limit > MOST) {
        return Err(Refused::new(
            StatusCode::BAD_REQUEST,
            format!("`limit` may be at most {MOST}; use `search` and `state` to see others"),
        ));
    }
    // One at a time and away from the streams, however many pages ask.
    let turn = shared.listing.acquire().await;
    let of = Arc::clone(&shared);
    let list = tokio::task::spawn_blocking(move || list(&of.store, &wanted))
        .await
        .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    drop(turn);
    Ok(fresh(list))
}

fn list(store: &Store, wanted: &Wanted) -> List {
    let search = wanted.search.to_lowercase();
    let all: Vec<_> = store
        .all()
        .into_iter()
        .filter(|(_, session)| session.is_anything())
        .collect();
    let total = all.len();
    let mut sessions: Vec<Overview> = all
        .into_iter()
        .filter(|(id, _)| search.is_empty() || id.as_str().to_lowercase().contains(&search))
        .map(|(id, session)| session.overview(id))
        .filter(|overview| {
            wanted
                .state
                .is_none_or(|state| state == overview.figures.state)
        })
        .collect();
    let matching = sessions.len();
    sessions.sort_unstable_by(|one, other| {
        let key = |overview: &Overview| Reverse(overview.last_at);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.session_id.cmp(&other.session_id))
    });
    sessions.truncate(wanted.limit.unwrap_or(USUAL));
    List {
        total,
        matching,
        sessions,
    }
}

/// `GET /sessions/{session}`.
pub(super) async fn get_session(
    State(shared): State<Arc<Shared>>,
    Readable(id): Readable,
) -> Result<Response, Refused> {
    let session = there(&shared, &id)?;
    Ok(fresh(session.overview(id)))
}

/// The faults of a session.
#[derive(Debug, Serialize)]
struct Faults {
    session_id: SessionId,
    /// How many there are; refusals beyond those that a transcript lists are not among them.
    total: usize,
    /// The first of them.
    faults: Vec<Fault>,
}

/// `GET /sessions/{session}/faults`: what a transcript says of them, without the events.
pub(super) async fn get_faults(
    State(shared): State<Arc<Shared>>,
    Readable(id): Readable,
) -> Result<Response, Refused> {
    let session = there(&shared, &id)?;
    let turn = shared.transcribing.acquire().await;
    let mut faults = tokio::task::spawn_blocking(move || {
        let (contents, refusals) = session.contents();
        Survey::of(&contents, &refusals).faults
    })
    .await
    .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    drop(turn);
    let total = faults.len();
    faults.truncate(LISTED_FAULTS);
    Ok(fresh(Faults {
        session_id: id,
        total,
        faults,
    }))
}

fn there(shared: &Shared, id: &SessionId) -> Result<Arc<Session>, Refused> {
    shared.store.get(id).ok_or_else(|| {
        Refused::new(
            StatusCode::NOT_FOUND,
            "the session has received nothing here, or was freed",
        )
    })
}

fn fresh(body: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

#[cfg(test)]
#[path = "session_list_tests.rs"]
mod tests;
