//! A refusal as the HTTP answer that says why.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::store::NoRoom;

/// The longest reason, in characters. What a client sent may be a part of it.
const LONGEST: usize = 600;

/// A status and a reason; the body is `{"detail": reason}`, KAI's form.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) detail: String,
}

impl Refused {
    /// The reason is put on one line and cut where it is long: it stands in logs, transcripts and on pages.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if detail.len() > LONGEST || detail.contains(breaks) {
            let safe = |c| {
                if breaks(c) {
                    char::REPLACEMENT_CHARACTER
                } else {
                    c
                }
            };
            let cut = detail.chars().nth(LONGEST).map(|_| '…');
            detail = detail.chars().take(LONGEST).map(safe).chain(cut).collect();
        }
        Self { status, detail }
    }
}

impl From<NoRoom> for Refused {
    fn from(full: NoRoom) -> Self {
        let status = match full.passes() {
            true => StatusCode::TOO_MANY_REQUESTS,
            false => StatusCode::INSUFFICIENT_STORAGE,
        };
        Self::new(status, full.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = Json(json!({ "detail": self.detail }));
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            // Seconds. Sessions end at any time, so there is no better estimate than soon.
            let soon = HeaderValue::from_static("1");
            response.headers_mut().insert(header::RETRY_AFTER, soon);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_that_is_not_too_long() {
        let said = |text: &str| Refused::new(StatusCode::BAD_REQUEST, text).detail;
        assert_eq!(said("as it is: é 漢"), "as it is: é 漢");
        assert_eq!(
            said("a\nb\r\u{85}c\u{2028}d\0"),
            "a\u{fffd}b\u{fffd}\u{fffd}c\u{fffd}d\u{fffd}"
        );
        assert_eq!(said(&"é".repeat(600)), "é".repeat(600));
        assert_eq!(said(&"é".repeat(601)), format!("{}…", "é".repeat(600)));
    }
}
