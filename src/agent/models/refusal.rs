//! What a server said instead of an answer.

use std::time::{Duration, SystemTime};

use hyper::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use hyper::http::response::Parts;
use serde_json::Value;

use super::redact::redacted;
use super::retry::retry_after;
use super::wire::{ServerError, is_permanent};

/// How much of a server's words is quoted. A recording that has no answer explains at length what is nearest.
const QUOTED: usize = 2_000;

/// An answer with another status than 2xx.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// In one line, without secrets.
    pub(super) reason: String,
    /// Whether the same request may be answered later: 408, 429 and 5xx.
    pub(super) is_transient: bool,
    /// How long the server asked to wait.
    pub(super) retry_after: Option<Duration>,
}

impl Refusal {
    pub(super) fn new(parts: &Parts, body: &[u8], key: Option<&str>) -> Self {
        let header = |name| {
            let value = parts.headers.get(name)?;
            value.to_str().ok()
        };
        let status = parts.status;
        let words = match status.is_redirection() {
            true => redirect(header(LOCATION)),
            false => words(body, header(CONTENT_TYPE)),
        };
        Self {
            reason: redacted(&format!("it said {status}: {words}"), key),
            is_transient: !is_permanent(status.as_u16()),
            retry_after: header(RETRY_AFTER)
                .and_then(|value| retry_after(value, SystemTime::now())),
        }
    }
}

/// Following would send the conversation, and the key, to a host that nobody configured.
fn redirect(location: Option<&str>) -> String {
    let to = location
        .and_then(|location| url::Url::parse(location).ok())
        .map(|url| format!(" to {}", url.origin().ascii_serialization()))
        .unwrap_or_default();
    format!("a redirect{to}, which is not followed: configure the server's own address")
}

fn words(body: &[u8], content_type: Option<&str>) -> String {
    if let Ok(Value::Object(object)) = serde_json::from_slice(body) {
        let error = object.get("error").cloned();
        let error = ServerError::of(&error.unwrap_or(Value::Object(object)));
        return shortened(&error.message);
    }
    let kind = content_type
        .and_then(|kind| kind.split(';').next())
        .unwrap_or("no content type");
    match String::from_utf8_lossy(body).trim() {
        "" => "no reason".to_owned(),
        // A page says nothing in its first lines.
        text if text.starts_with('<') => {
            format!(
                "a page of {} bytes instead of an answer ({kind})",
                body.len()
            )
        }
        text => shortened(text),
    }
}

/// On few lines, and not too long.
pub(super) fn shortened(text: &str) -> String {
    let text = text.trim();
    let short: String = text.chars().take(QUOTED).collect();
    match short.len() < text.len() {
        true => format!("{short}…"),
        false => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Response;

    fn refusal(status: u16, headers: &[(&str, &str)], body: &str) -> Refusal {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let (parts, ()) = response.body(()).expect("a response").into_parts();
        Refusal::new(&parts, body.as_bytes(), Some("hunter2"))
    }

    #[test]
    fn the_servers_words_are_quoted_without_secrets() {
        let body = r#"{"error": {"message": "Incorrect API key provided: hunter2, not sk-0123456789abcdef0123456789.", "code": 401}}"#;
        assert_eq!(
            refusal(401, &[], body),
            Refusal {
                reason: "it said 401 Unauthorized: Incorrect API key provided: [redacted], not [redacted]"
                    .to_owned(),
                is_transient: false,
                retry_after: None,
            }
        );
        assert_eq!(
            refusal(400, &[], "plain words\n").reason,
            "it said 400 Bad Request: plain words"
        );
        assert_eq!(
            refusal(404, &[], "").reason,
            "it said 404 Not Found: no reason"
        );
    }

    #[test]
    fn a_page_is_not_quoted() {
        let page = refusal(
            502,
            &[("content-type", "text/html; charset=utf-8")],
            "<html><h1>Bad Gateway</h1></html>",
        );
        assert_eq!(
            page.reason,
            "it said 502 Bad Gateway: a page of 33 bytes instead of an answer (text/html)"
        );
        assert!(page.is_transient);
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        let transient = |status| refusal(status, &[], "").is_transient;
        for status in [408, 429, 500, 502, 503, 504, 529] {
            assert!(transient(status), "{status}");
        }
        for status in [301, 307, 400, 401, 403, 404, 413, 422] {
            assert!(!transient(status), "{status}");
        }
        let busy = refusal(429, &[("retry-after", "7")], "{}");
        assert_eq!(busy.retry_after, Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_redirect_names_only_the_host() {
        let location = [("location", "https://other.example/v1?token=abc")];
        assert_eq!(
            refusal(307, &location, "").reason,
            "it said 307 Temporary Redirect: a redirect to https://other.example, which is not followed: configure \
             the server's own address"
        );
    }
}
