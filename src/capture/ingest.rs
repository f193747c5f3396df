//! `POST /events/{session}`: one delivery.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use futures::StreamExt;
use serde_json::{Value, json};

use super::access::Writable;
use super::delivery::Delivery;
use super::reply::Refused;
use super::routes::Shared;
use crate::contract::SessionId;

/// How much of a body that is too large is read and thrown away. A client that is still sending when the connection
/// closes sees a reset instead of the answer that tells it why.
const READ_AWAY: usize = 32 << 20;

pub(super) async fn post_event(
    State(shared): State<Arc<Shared>>,
    Writable(id): Writable,
    body: Body,
) -> Result<Json<Value>, Refused> {
    match accept(&shared, &id, body).await {
        Ok(ordinal) => {
            shared.gates.pass(&id, ordinal, &shared.stop).await;
            Ok(Json(json!({ "status": "ok" })))
        }
        Err(refused) => {
            tracing::warn!(session = %id, status = refused.status.as_u16(), reason = %refused.detail, "refused an event");
            if let Some(session) = shared.store.get(&id) {
                session.note_refusal(refused.status.as_u16(), &refused.detail);
            }
            Err(refused)
        }
    }
}

/// Takes the event in and says which delivery of its session it was.
async fn accept(shared: &Shared, id: &SessionId, body: Body) -> Result<u64, Refused> {
    let limit = shared.config.limits.body_bytes;
    let body = read(body, limit, shared.config.body_timeout).await?;
    let delivery = Delivery::read(id, &body)
        .map_err(|error| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    Ok(shared.store.append(id, delivery)?.ordinal)
}

/// Reads a whole body within a limit and a time.
async fn read(body: Body, limit: usize, within: Duration) -> Result<Vec<u8>, Refused> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut size = 0_usize;
    let reading = async {
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| {
                Refused::new(
                    StatusCode::BAD_REQUEST,
                    format!("the body broke off after {size} bytes: {error}"),
                )
            })?;
            size = size.saturating_add(chunk.len());
            if size <= limit {
                bytes.extend_from_slice(&chunk);
            } else if size > limit.saturating_add(READ_AWAY) {
                break;
            }
        }
        Ok(())
    };
    let in_time = tokio::time::timeout(within, reading).await;
    if size > limit {
        return Err(Refused::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body has more than {limit} bytes (limit `body_bytes`)"),
        ));
    }
    match in_time {
        Ok(read) => read.map(|()| bytes),
        Err(_) => Err(Refused::new(
            StatusCode::REQUEST_TIMEOUT,
            format!("only {size} bytes of the body arrived within {within:?}"),
        )),
    }
}
