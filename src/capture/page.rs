//! `GET /`: the page that shows sessions while they run.
//!
//! Its files are a part of the program: plain HTML, CSS and ECMAScript modules, served as they lie in `page/`. It shows
//! what workers send, and workers are not trusted: the page writes nothing but text (`textContent`), and the policy below
//! lets the browser refuse everything else, scripts in texts and addresses elsewhere first.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Access;
use super::reply::Refused;
use super::routes::Shared;

const INDEX: &str = include_str!("page/index.html");

/// The files under `/page/`: name, type, content.
const FILES: [(&str, &str, &str); 18] = [
    ("style.css", "text/css", include_str!("page/style.css")),
    ("icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    script("address.js", include_str!("page/address.js")),
    script("answer_view.js", include_str!("page/answer_view.js")),
    script("connection.js", include_str!("page/connection.js")),
    script("dom.js", include_str!("page/dom.js")),
    script("event_id.js", include_str!("page/event_id.js")),
    script("fault_view.js", include_str!("page/fault_view.js")),
    script("format.js", include_str!("page/format.js")),
    script("json_text.js", include_str!("page/json_text.js")),
    script("main.js", include_str!("page/main.js")),
    script("result_view.js", include_str!("page/result_view.js")),
    script("rows.js", include_str!("page/rows.js")),
    script("run_model.js", include_str!("page/run_model.js")),
    script("session_list.js", include_str!("page/session_list.js")),
    script("session_view.js", include_str!("page/session_view.js")),
    script("sse.js", include_str!("page/sse.js")),
    script("timeline_view.js", include_str!("page/timeline_view.js")),
];

const fn script(
    name: &'static str,
    content: &'static str,
) -> (&'static str, &'static str, &'static str) {
    (name, "text/javascript", content)
}

/// What the page may load and do: its own files and this receiver, and no text becomes markup or script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The page. What it cannot know by itself stands in attributes of its body.
pub(super) async fn get_page(State(shared): State<Arc<Shared>>) -> Response {
    let access = match shared.config.access {
        Access::Open => "open",
        Access::Keys(_) => "keys",
    };
    let keep_alive = shared.config.keep_alive.as_millis().to_string();
    let html = INDEX
        .replace("{access}", access)
        .replace("{keep_alive}", &keep_alive);
    file("text/html", html)
}

/// A file of the page.
pub(super) async fn get_file(
    wanted: Result<Path<String>, PathRejection>,
) -> Result<Response, Refused> {
    // What cannot be decoded names no file either.
    let wanted = wanted.map_or_else(|_| String::new(), |Path(wanted)| wanted);
    let mut files = FILES.iter();
    match files.find(|(name, ..)| *name == wanted) {
        Some((_, kind, content)) => Ok(file(kind, *content)),
        None => Err(Refused::new(
            StatusCode::NOT_FOUND,
            "the page has no such file; it is at /",
        )),
    }
}

fn file(kind: &str, content: impl IntoResponse) -> Response {
    let mut response = content.into_response();
    let kind = HeaderValue::try_from(format!("{kind}; charset=utf-8"));
    let fixed = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    let headers = response.headers_mut();
    if let Ok(kind) = kind {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Keeps browsers from taking what is read here for anything but what it says it is.
pub(super) async fn typed(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
