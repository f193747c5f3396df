//! HTTP to one server, and to no other: redirects are not followed, and proxy variables are not read.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

use super::endpoint::Endpoint;
use crate::contract::error_chain;

/// A connection that was silent for longer may have been closed by the server.
const IDLE: Duration = Duration::from_secs(20);

/// Sends requests to one endpoint.
#[derive(Debug)]
pub(super) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    address: Uri,
    authorization: Option<HeaderValue>,
}

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The key has characters that no header can carry.
    #[error("the key cannot be sent: it must consist of visible ASCII characters")]
    Key,
    /// The address is no address for HTTP.
    #[error("the address cannot be used: {0}")]
    Address(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

impl Http {
    /// Prepares to speak to the endpoint; nothing is sent yet.
    pub(super) fn new(endpoint: &Endpoint, connect: Duration) -> Result<Self, HttpError> {
        let roots = match endpoint.url().scheme() {
            "https" => system_roots()?,
            // Nothing to check.
            _ => RootCertStore::empty(),
        };
        Self::with_roots(endpoint, connect, roots)
    }

    /// As [`Http::new`], with these certificates instead of the system's.
    pub(super) fn with_roots(
        endpoint: &Endpoint,
        connect: Duration,
        roots: RootCertStore,
    ) -> Result<Self, HttpError> {
        let address = endpoint
            .chat_completions()
            .as_str()
            .parse()
            .map_err(|error| HttpError::Address(format!("{error}")))?;
        let authorization = match endpoint.key() {
            None => None,
            Some(key) => {
                let mut value = HeaderValue::from_str(&format!("Bearer {}", key.reveal()))
                    .map_err(|_| HttpError::Key)?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| HttpError::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(connect));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        // A request that met a closing connection is sent again on a new one by this client; it had not been sent before.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self {
            client,
            address,
            authorization,
        })
    }

    /// Sends a body with the endpoint's key and waits for the head of the answer.
    pub(super) async fn post(&self, body: Bytes) -> Result<Response<Incoming>, String> {
        self.post_as(body, self.authorization.clone()).await
    }

    /// Sends a body with somebody else's credentials.
    pub(super) async fn post_as(
        &self,
        body: Bytes,
        authorization: Option<HeaderValue>,
    ) -> Result<Response<Incoming>, String> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.address.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream, application/json")
            .header(USER_AGENT, concat!("kai-e2e/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| error.to_string())?;
        self.client
            .request(request)
            .await
            .map_err(|error| error_chain(&error))
    }
}

fn system_roots() -> Result<RootCertStore, HttpError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        return Err(HttpError::Tls(format!(
            "no certificates are installed on this system, and SSL_CERT_FILE names none {}",
            why.join("; ")
        )));
    }
    Ok(roots)
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
