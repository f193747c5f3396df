//! Pages of other origins: kept out unless they were let in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::reply::Refused;
use super::routes::Shared;
use super::{hosts, urls};

/// An origin of pages in the form that browsers send (RFC 6454, 6.2: scheme and host in lower case, no default port),
/// or `*` for all.
pub(super) fn as_sent(origin: &str) -> Option<String> {
    if origin == "*" {
        return Some(origin.to_owned());
    }
    let url = urls::of_setting(origin)?;
    let after_scheme = origin.split_once("://")?.1;
    let is_more = after_scheme.contains(['/', '?', '#', '*']);
    (!is_more).then(|| url.origin().ascii_serialization())
}

/// Refuses what a browser sends for a page of an origin that is neither ours nor permitted, and tells browsers which
/// are.
///
/// Not to answer with permission would keep such a page from reading, and not from posting: a plain-text POST needs no
/// permission (Fetch, "CORS-safelisted request-header"). So the request itself is refused.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return next.run(request).await;
    };
    if is_own(&shared, &origin, &request) {
        return next.run(request).await;
    }
    let permitted =
        |permitted: &String| permitted == "*" || permitted.as_bytes() == origin.as_bytes();
    if !shared.config.origins.iter().any(permitted) {
        let origin: String = String::from_utf8_lossy(origin.as_bytes())
            .chars()
            .take(256)
            .collect();
        return Refused::new(
            StatusCode::FORBIDDEN,
            format!("pages of `{origin}` may not use this receiver (setting `origins`)"),
        )
        .into_response();
    }
    let asks_first = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match asks_first {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if asks_first {
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "authorization, content-type, last-event-id",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// Whether a page of this server sent the request: one that came by the name that the request names, where that is ours.
fn is_own(shared: &Shared, origin: &HeaderValue, request: &Request) -> bool {
    let headers = request.headers();
    if hosts::foreign_name(shared, request.uri(), headers).is_some() {
        return false;
    }
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    let origin = origin.as_bytes();
    [&b"http://"[..], b"https://"]
        .iter()
        .filter_map(|scheme| origin.strip_prefix(*scheme))
        .any(|authority| Some(authority) == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_as_browsers_send_it() {
        for (given, sent) in [
            ("https://app.example", "https://app.example"),
            ("HTTPS://App.Example", "https://app.example"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("https://app.example:443", "https://app.example"),
            ("http://[::1]:80", "http://[::1]"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("*", "*"),
        ] {
            assert_eq!(as_sent(given).as_deref(), Some(sent), "{given}");
        }
    }

    #[test]
    fn what_no_browser_sends_is_no_origin() {
        for given in [
            "",
            "foo",
            "null",
            "app.example",
            "https:app.example",
            "https://",
            "https:///app.example",
            "https://h/",
            "https://h/path",
            "https://h?a",
            "https://h#a",
            "https://a b",
            " https://h",
            "https://h\n",
            "https://h\\",
            "https://h:0",
            "https://h:99999",
            "https://user:secret@h",
            "https://*.example",
            "ftp://h",
        ] {
            assert_eq!(as_sent(given), None, "{given}");
        }
    }
}
