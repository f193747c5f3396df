//! A refusal as the HTTP answer that says why.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::store::NoRoom;

/// A status and a reason; the body is `{"detail": reason}`, KAI's form.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) detail: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
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
