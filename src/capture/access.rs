//! Who may post and read.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use std::sync::Arc;

use super::keys::{Keys, Purpose};
use super::reply::Refused;
use super::routes::{Named, Shared};
use crate::contract::{Secret, SessionId};

/// Who may use a [`CaptureServer`](super::CaptureServer).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Access {
    /// Whoever reaches the address. Only possible on a loopback address.
    #[default]
    Open,
    /// Whoever has a session's key: one to write, another to read, each a part of the URL (`?key=…`), so that any
    /// worker and any client can use the URLs as they are.
    ///
    /// The keys are derived from the operator's token, and the same token gives the same URLs again: after a restart,
    /// or in another process. Whoever has the token gets the URLs of a session from `POST /sessions`.
    Keys(Secret),
}

impl Access {
    /// Keys of a new random token, of 244 random bits.
    pub fn keys() -> Self {
        let halves = [Secret::random(), Secret::random()];
        Self::Keys(Secret::new(
            halves.map(|half| half.reveal().to_owned()).concat(),
        ))
    }

    /// The keys of these, if there are any.
    pub(super) fn to_keys(&self) -> Option<Keys> {
        match self {
            Self::Open => None,
            Self::Keys(token) => Some(Keys::of(token)),
        }
    }
}

/// The session that a path names, to which the client may write.
pub(super) struct Writable(pub(super) SessionId);

/// The session that a path names, which the client may read.
pub(super) struct Readable(pub(super) SessionId);

impl FromRequestParts<Arc<Shared>> for Writable {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Shared>) -> Result<Self, Refused> {
        permitted(parts, state, Purpose::Write).await.map(Self)
    }
}

impl FromRequestParts<Arc<Shared>> for Readable {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Shared>) -> Result<Self, Refused> {
        permitted(parts, state, Purpose::Read).await.map(Self)
    }
}

/// The session, if the URL has its key. The answer does not depend on whether there is such a session.
async fn permitted(
    parts: &mut Parts,
    shared: &Arc<Shared>,
    purpose: Purpose,
) -> Result<SessionId, Refused> {
    let Named(id) = Named::from_request_parts(parts, shared).await?;
    let Some(keys) = &shared.keys else {
        return Ok(id);
    };
    let query = parts.uri.query().unwrap_or_default();
    let given = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "key");
    match given {
        Some((_, key)) if keys.permit(purpose, &id, &key) => Ok(id),
        _ => Err(Refused::new(
            StatusCode::FORBIDDEN,
            "the URL has no `key` of this session, or a wrong one; use the URLs of POST /sessions as they are",
        )),
    }
}

/// Lets pass whoever has the operator's token; everybody, where there are no keys.
pub(super) fn operator(shared: &Shared, headers: &HeaderMap) -> Result<(), Refused> {
    let Some(keys) = &shared.keys else {
        return Ok(());
    };
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match given {
        Some(token) if keys.is_token(token.trim()) => Ok(()),
        _ => Err(Refused::new(
            StatusCode::UNAUTHORIZED,
            "this needs the operator's token: `Authorization: Bearer TOKEN`",
        )),
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
