//! `POST /events/{session}`: one delivery.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;

use super::access::Writable;
use super::delivery::Delivery;
use super::misbehave::{Misbehaviour, Rule};
use super::reply::Refused;
use super::routes::Shared;
use crate::contract::{CallbackError, SessionId};

/// How much of a body that is too large is read and thrown away. A client that is still sending when the connection
/// closes sees a reset instead of the answer that tells it why.
const READ_AWAY: usize = 32 << 20;

pub(super) async fn post_event(
    State(shared): State<Arc<Shared>>,
    Writable(id): Writable,
    body: Body,
) -> Result<Response, Refused> {
    if let Some(rule) = shared.misbehaviours.next(&id) {
        return mistreat(&shared, &id, body, &rule).await;
    }
    match accept(&shared, &id, body).await {
        Ok((ordinal, body)) => {
            take_overtaken(&shared, &id);
            shared.gates.pass(&id, ordinal, &body, &shared.stop).await;
            Ok(accepted())
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

fn accepted() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, r#"{"status":"ok"}"#).into_response()
}

/// Does to a request what a test asked for.
async fn mistreat(
    shared: &Shared,
    id: &SessionId,
    body: Body,
    rule: &Rule,
) -> Result<Response, Refused> {
    let limit = shared.config.limits.body_bytes;
    let body = read(body, limit, shared.config.body_timeout).await?;
    let on_purpose = |status| Refused::new(status, "refused on purpose");
    match rule.what {
        Misbehaviour::Status(status) => {
            rule.note(&body, Some(status));
            let status = StatusCode::from_u16(status);
            Err(on_purpose(
                status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            ))
        }
        Misbehaviour::Hang => {
            rule.note(&body, None);
            tokio::select! {
                () = rule.over.cancelled() => {}
                () = shared.stop.cancelled() => {}
            }
            Err(on_purpose(StatusCode::SERVICE_UNAVAILABLE))
        }
        Misbehaviour::HalfAnswer => {
            take(shared, id, &body)?;
            rule.note(&body, None);
            let half = [Ok("{\"status\":"), Err(std::io::Error::other("on purpose"))];
            Ok(Body::from_stream(futures::stream::iter(half)).into_response())
        }
        Misbehaviour::Drop => {
            rule.note(&body, None);
            let nothing = [Err::<&str, _>(std::io::Error::other("on purpose"))];
            Ok(Body::from_stream(futures::stream::iter(nothing)).into_response())
        }
        Misbehaviour::Twice => {
            take(shared, id, &body)?;
            take(shared, id, &body)?;
            rule.note(&body, Some(StatusCode::OK.as_u16()));
            Ok(accepted())
        }
        Misbehaviour::Overtaken => {
            Delivery::read(id, &body).map_err(unreadable)?;
            rule.note(&body, Some(StatusCode::OK.as_u16()));
            rule.set_aside(body);
            Ok(accepted())
        }
        Misbehaviour::Slow(pause) => {
            take(shared, id, &body)?;
            rule.note(&body, Some(StatusCode::OK.as_u16()));
            shared
                .stop
                .run_until_cancelled(tokio::time::sleep(pause))
                .await;
            Ok(accepted())
        }
    }
}

/// Takes the event in and says which delivery of its session it was.
async fn accept(shared: &Shared, id: &SessionId, body: Body) -> Result<(u64, Vec<u8>), Refused> {
    let limit = shared.config.limits.body_bytes;
    let body = read(body, limit, shared.config.body_timeout).await?;
    Ok((take(shared, id, &body)?, body))
}

/// Takes in what was set aside until something else came.
fn take_overtaken(shared: &Shared, id: &SessionId) {
    for body in shared.misbehaviours.overtaken(id) {
        // It was read before it was set aside.
        let _ = take(shared, id, &body);
    }
}

pub(super) fn take(shared: &Shared, id: &SessionId, body: &[u8]) -> Result<u64, Refused> {
    let delivery = Delivery::read(id, body).map_err(unreadable)?;
    Ok(shared.store.append(id, delivery)?.ordinal)
}

fn unreadable(error: CallbackError) -> Refused {
    Refused::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
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
