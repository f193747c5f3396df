//! Requests with any path, query and headers.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::{body, detail, in_paused_time, receiver};
use crate::capture::delivery::Delivery;
use crate::capture::routes::{self, Shared};
use crate::capture::{Access, EventId, Overflow};
use crate::contract::SessionId;
use crate::contract::sse::Parser;

/// Longer than any stream may be silent.
const FOR_EVER: std::time::Duration = std::time::Duration::from_secs(3_600);

/// Sends a request: the input's first line is a method and a target, each further one a header. A `k` before the method asks a
/// receiver whose sessions have keys.
///
/// # Panics
/// When the answer is none of the contract's, is a failure of the receiver's own, does not come or does not end; when a
/// stream's ids do not rise, or it does not go on where it was asked to.
pub fn stream(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let (locked, first) = match first.strip_prefix(b"k") {
        Some(first) => (true, first),
        None => (false, first),
    };
    // What is no request at all is hyper's to refuse.
    let Some(request) = request(first, lines) else {
        return;
    };
    in_paused_time(async {
        let answer = tokio::time::timeout(FOR_EVER, ask(locked, request));
        answer.await.expect("an answer that ends");
    });
}

fn request<'a>(first: &[u8], headers: impl Iterator<Item = &'a [u8]>) -> Option<Request<Body>> {
    let at = first.iter().position(|byte| *byte == b' ')?;
    let (method, target) = (&first[..at], &first[at + 1..]);
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::from_bytes(method).ok()?;
    *request.uri_mut() = Uri::try_from(target).ok()?;
    for line in headers.take(16) {
        let at = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii()).ok()?;
        request.headers_mut().append(name, value);
    }
    Some(request)
}

/// A receiver with a session that has ended, one that goes on, one of two attempts, and one that dropped its beginning.
fn filled(locked: bool) -> Arc<Shared> {
    let shared = receiver(|config| {
        config.limits.session_events = 4;
        config.limits.overflow = Overflow::DropOldest;
        if locked {
            config.access = Access::Keys("0123456789abcdef0123456789abcdef".into());
        }
    });
    let put = |id: &str, attempt: u32, seq: u64, kind: &str| {
        let body = format!(
            r#"{{"session_id":"s","event":{{"type":"{kind}"}},"attempt":{attempt},"seq":{seq}}}"#
        );
        let id = SessionId::new(id);
        let delivery = Delivery::read(&id, body.as_bytes()).expect("a good body");
        shared.store.append(&id, delivery).expect("room");
    };
    for seq in 1..=3 {
        put("done", 1, seq, if seq == 3 { "done" } else { "token" });
        put("open", 1, seq, "token");
        put("two", 1, seq, "token");
    }
    put("two", 2, 1, "done");
    for seq in 1..=9 {
        put("dropped", 1, seq, if seq == 9 { "done" } else { "token" });
    }
    shared
}

async fn ask(locked: bool, request: Request<Body>) {
    let shared = filled(locked);
    let router = routes::router(Arc::clone(&shared));
    let target = request.uri().clone();
    let wanted = request.headers().get("last-event-id").cloned();
    let answer = TowerToHyperService::new(router).call(request).await;
    let answer = answer.expect("a router always answers");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let is = |wanted: &str| {
        let kind = headers.get(header::CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(wanted.as_bytes()))
    };
    let bytes = body(answer).await;
    match status {
        200 if is("text/event-stream") => rises(&bytes, wanted.as_ref(), target.path()),
        200 if is("application/json") && !bytes.is_empty() => {
            serde_json::from_slice::<serde_json::Value>(&bytes).expect("JSON");
        }
        // The page, and answers to HEAD.
        200 => {}
        201 => {
            serde_json::from_slice::<serde_json::Value>(&bytes).expect("JSON");
        }
        204 => assert!(bytes.is_empty()),
        // The answer to HEAD has no body.
        400 | 401 | 403 | 404 | 405 | 413 | 422 | 429 if !bytes.is_empty() => {
            detail(&bytes);
        }
        400..=429 => {}
        status => panic!("{target} is answered with {status}"),
    }
}

/// The ids of a stream only rise, and begin after the one that was named where the session has it.
fn rises(text: &[u8], wanted: Option<&HeaderValue>, path: &str) {
    let mut frames = std::collections::VecDeque::new();
    Parser::new(usize::MAX, None)
        .push(text, &mut frames)
        .expect("no limit");
    let ids: Vec<EventId> = frames
        .iter()
        .filter_map(|frame| frame.id.as_ref()?.parse().ok())
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    let wanted = wanted.and_then(|wanted| wanted.to_str().ok()?.parse::<EventId>().ok());
    let Some(wanted) = wanted else { return };
    let told = frames
        .front()
        .is_some_and(|first| first.kind == "history_dropped");
    let after = ids.first().is_none_or(|first| *first > wanted);
    assert!(after || told, "{path} after {wanted}: {ids:?}");
}
