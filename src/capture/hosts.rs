//! Names of this receiver: what a browser may have called it by.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Access;
use super::reply::Refused;
use super::routes::Shared;

/// Refuses to let anybody read who came by a foreign name, where there are no keys.
///
/// A page can have its own name resolve to a loopback address once it is loaded (DNS rebinding). To the browser what it
/// then reads here is of the page's own origin, and the name in `Host` is all that tells. Keys make the question moot.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    match foreign_name(&shared, request.uri(), request.headers()) {
        None => next.run(request).await,
        Some(name) => Refused::new(
            StatusCode::FORBIDDEN,
            format!(
                "`{name}` is no name of this receiver, and without keys it is read by its own names alone: use {}, or set `public_url` to the address that clients use",
                shared.base
            ),
        )
        .into_response(),
    }
}

/// The name that a request came by, where that is not one of ours and it matters.
///
/// Ours are loopback addresses and `localhost`, with any port (the receiver may be reached through a tunnel, and only
/// this machine can be meant), and the host of `public_url`. A client that names none at all is no browser.
pub(super) fn foreign_name(shared: &Shared, uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if shared.config.access != Access::Open {
        return None;
    }
    let named = headers.get_all(header::HOST).iter();
    let named = named.map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    // A request line may carry an address too, and that is the one that counts (RFC 9112, 3.2.2).
    let mut names = uri
        .authority()
        .map(Authority::to_string)
        .into_iter()
        .chain(named);
    let foreign = names.find(|name| !is_ours(shared, name))?;
    Some(foreign.chars().take(256).collect())
}

fn is_ours(shared: &Shared, name: &str) -> bool {
    // A user's name before the host is in no `Host` (RFC 9110, 7.2).
    let Some(authority) = name
        .parse::<Authority>()
        .ok()
        .filter(|_| !name.contains('@'))
    else {
        return false;
    };
    let host = authority.host().trim_end_matches('.');
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>()
        && ip.to_canonical().is_loopback()
    {
        return true;
    }
    let public = shared.config.public_url.as_deref();
    let public = public.and_then(|url| url::Url::parse(url).ok());
    host.eq_ignore_ascii_case("localhost")
        || public
            .as_ref()
            .and_then(url::Url::host_str)
            .is_some_and(|public| public.eq_ignore_ascii_case(host))
}

#[cfg(test)]
#[path = "hosts_tests.rs"]
mod tests;
