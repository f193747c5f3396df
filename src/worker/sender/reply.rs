//! What became of one request, and whether another may go better.

use std::time::Duration;

use reqwest::{Response, StatusCode, header};

use crate::mutants::{self, Mutant};

/// The outcome of one request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The receiver has the event.
    Delivered,
    /// It has not, and trying again may help: after this long, when the receiver says so.
    Again(String, Option<Duration>),
    /// It has not, and will not.
    Refused(String),
}

/// Reads a reply, to its end: only then can the connection be used again.
pub(super) async fn read(reply: reqwest::Result<Response>) -> Reply {
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => return unanswered(error),
    };
    let status = reply.status();
    let retry_after = retry_after(&reply);
    let whole = drain(reply).await;
    if !status.is_success() {
        mutants::strike(Mutant::RefusalKills);
    }
    if status.is_success() || mutants::is(Mutant::RefusalsCountAsSent) {
        return match whole {
            Ok(()) => Reply::Delivered,
            Err(error) => unanswered(error),
        };
    }
    let said = format!("the receiver answered {status}");
    match may_change(status) {
        true => Reply::Again(said, retry_after),
        false => Reply::Refused(said),
    }
}

/// Reads a body and keeps nothing of it.
async fn drain(mut reply: Response) -> reqwest::Result<()> {
    while reply.chunk().await?.is_some() {}
    Ok(())
}

fn unanswered(error: reqwest::Error) -> Reply {
    if !error.is_timeout() {
        mutants::strike(Mutant::ClosedSocketKills);
    }
    Reply::Again(crate::contract::error_chain(&error.without_url()), None)
}

/// Whether the same request may be answered otherwise soon (RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2).
fn may_change(status: StatusCode) -> bool {
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::NOT_IMPLEMENTED => false,
        status => status.is_server_error(),
    }
}

/// The seconds of `Retry-After`; its other form, a date, is taken for none.
fn retry_after(reply: &Response) -> Option<Duration> {
    let text = reply.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_change_is_not_tried_again() {
        for status in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert!(
                may_change(StatusCode::from_u16(status).expect("a status")),
                "{status}"
            );
        }
        for status in [301, 307, 400, 401, 403, 404, 410, 413, 422, 501] {
            assert!(
                !may_change(StatusCode::from_u16(status).expect("a status")),
                "{status}"
            );
        }
    }
}
