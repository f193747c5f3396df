//! https, against a server with a certificate of its own.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

const CONNECT: Duration = Duration::from_secs(5);

/// A server that answers every request with `ok`, and its certificate.
async fn server(name: &str) -> (Endpoint, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let der = cert.der().clone();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            config
                .with_no_client_auth()
                .with_single_cert(vec![der.clone()], key)
        })
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust the certificate goes away.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await;
        }
    });
    let endpoint = Endpoint::new(&format!("https://localhost:{port}/v1")).expect("a base URL");
    (endpoint, der)
}

#[tokio::test]
async fn a_server_is_spoken_to_when_its_certificate_is_trusted() {
    let (endpoint, certificate) = server("localhost").await;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a certificate");
    let http = Http::with_roots(&endpoint, CONNECT, roots).expect("a client");
    let answer = http
        .post(Bytes::from_static(b"{}"))
        .await
        .expect("an answer");
    let body = answer.into_body().collect().await.expect("a body");
    assert_eq!(body.to_bytes(), "ok");
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_refused() {
    let (endpoint, _) = server("localhost").await;
    let http = Http::with_roots(&endpoint, CONNECT, RootCertStore::empty()).expect("a client");
    let said = http
        .post(Bytes::from_static(b"{}"))
        .await
        .expect_err("refused");
    assert!(said.contains("UnknownIssuer"), "{said}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (endpoint, certificate) = server("other.example").await;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a certificate");
    let http = Http::with_roots(&endpoint, CONNECT, roots).expect("a client");
    let said = http
        .post(Bytes::from_static(b"{}"))
        .await
        .expect_err("refused");
    assert!(said.contains("not valid for name"), "{said}");
}
