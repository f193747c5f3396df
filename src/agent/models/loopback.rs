//! A server on this machine that answers chat completions: what replays, records and scripts are served by.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::post;
use axum::serve::ListenerExt;
use futures::stream::BoxStream;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The largest request: a conversation of four megabytes may take twice as much as JSON in JSON.
const LARGEST: usize = 32 * 1024 * 1024;

/// What was asked.
pub(super) struct Asked {
    pub(super) authorization: Option<HeaderValue>,
    pub(super) body: Bytes,
}

/// What is answered. An error in the body breaks the connection off.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: BoxStream<'static, io::Result<Bytes>>,
}

impl Answered {
    /// An error in OpenAI's form.
    pub(super) fn error(status: u16, kind: &str, message: &str) -> Self {
        let body = serde_json::json!({"error": {"message": message, "type": kind}}).to_string();
        Self {
            status,
            headers: vec![(CONTENT_TYPE, "application/json".to_owned())],
            body: Box::pin(futures::stream::iter([Ok(Bytes::from(body))])),
        }
    }
}

/// Whoever answers.
#[async_trait]
pub(super) trait Answers: Send + Sync + 'static {
    async fn answer(&self, asked: Asked) -> Answered;
}

/// A server on 127.0.0.1. It stops when it is dropped.
#[derive(Debug)]
pub(super) struct Loopback {
    address: SocketAddr,
    _stop: DropGuard,
}

impl Loopback {
    /// Listens on a free port, and serves on the current Tokio runtime.
    pub(super) async fn start(answers: Arc<dyn Answers>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        // A chunk that waits for the next one would arrive as one with it.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "chunks may be joined on their way");
            }
        });
        let router = Router::new()
            .route("/v1/chat/completions", post(answer))
            .layer(DefaultBodyLimit::max(LARGEST))
            .with_state(answers);
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
            if let Err(error) = serving.await {
                tracing::error!(%error, "a loopback server ended");
            }
        });
        Ok(Self {
            address,
            _stop: stop.drop_guard(),
        })
    }

    /// The base URL.
    pub(super) fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

async fn answer(
    State(answers): State<Arc<dyn Answers>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Infallible> {
    let asked = Asked {
        authorization: headers.get(AUTHORIZATION).cloned(),
        body,
    };
    let answered = answers.answer(asked).await;
    let mut response = Response::new(Body::from_stream(answered.body));
    *response.status_mut() =
        hyper::StatusCode::from_u16(answered.status).unwrap_or(hyper::StatusCode::BAD_GATEWAY);
    for (name, value) in answered.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}
