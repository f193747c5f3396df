use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::capture::test_support::{accept, done, plain, send, server, session, soon, token};
use crate::capture::{Access, CaptureServer};

/// Everything that can be read.
const READ: [&str; 7] = [
    "/",
    "/page/main.js",
    "/sessions",
    "/sessions/s",
    "/sessions/s/faults",
    "/sessions/s/transcript",
    "/stream/s?last_event_id=1-1-1",
];

/// Sends a request as it is, and returns the status.
async fn status(address: SocketAddr, request: String) -> u16 {
    let mut connection = TcpStream::connect(address).await.expect("connects");
    connection
        .write_all(request.as_bytes())
        .await
        .expect("sends");
    let mut answer = [0; 12];
    soon("an answer", connection.read_exact(&mut answer))
        .await
        .expect("an answer");
    let answer = String::from_utf8_lossy(&answer);
    answer[9..].parse().expect("a status")
}

async fn read(server: &CaptureServer, path: &str, host: &str) -> u16 {
    status(
        server.address(),
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    )
    .await
}

/// A server whose session `s` has ended.
async fn ended(change: impl FnOnce(&mut crate::capture::CaptureConfig)) -> CaptureServer {
    let server = server(change).await;
    let url = server.callback_url(&session("s"));
    let url = url.replacen(
        &server.shared.base,
        &format!("http://{}", server.address()),
        1,
    );
    accept(&reqwest::Client::new(), &url, &plain(done())).await;
    server
}

#[tokio::test]
async fn nobody_reads_who_came_by_a_foreign_name() {
    let server = ended(|_| {}).await;
    let port = server.address().port();
    for name in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "192.168.1.5",
        "[2001:db8::1]",
        "0.0.0.0",
        "evil.example@127.0.0.1",
        "xn--lcalhost-8xa",
        "",
    ] {
        for path in READ {
            let host = format!("{name}:{port}");
            assert_eq!(read(&server, path, &host).await, 403, "{host} {path}");
        }
    }
    // Whichever of the names counts, none may be foreign.
    for request in [
        "GET http://evil.example/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        "POST /sessions HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n",
    ] {
        assert_eq!(
            status(server.address(), request.to_owned()).await,
            403,
            "{request}"
        );
    }
    let url = format!("http://{}/sessions", server.address());
    let (_, answer) = send(
        reqwest::Client::new()
            .get(url)
            .header("host", "evil.example"),
    )
    .await;
    let wanted = format!(
        "`evil.example` is no name of this receiver, and without keys it is read by its own names alone: use http://{}, or set `public_url` to the address that clients use",
        server.address()
    );
    assert_eq!(answer, json!({ "detail": wanted }));
}

#[tokio::test]
async fn own_names_are_loopback_and_the_public_one() {
    let server =
        ended(|config| config.public_url = Some("https://KAI.example/receiver".to_owned())).await;
    let port = server.address().port();
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        "LOCALHOST".to_owned(),
        "localhost.:80".to_owned(),
        // Through a tunnel.
        "localhost:9000".to_owned(),
        "127.8.9.10".to_owned(),
        "[::1]:80".to_owned(),
        "[::ffff:127.0.0.1]:80".to_owned(),
        "kai.example".to_owned(),
        "Kai.Example:443".to_owned(),
    ] {
        for path in READ {
            let wanted = if path.starts_with("/stream") {
                204
            } else {
                200
            };
            assert_eq!(read(&server, path, &host).await, wanted, "{host} {path}");
        }
    }
    // No browser leaves it out.
    let nameless = "GET /sessions HTTP/1.0\r\n\r\n".to_owned();
    assert_eq!(status(server.address(), nameless).await, 200);
}

#[tokio::test]
async fn workers_post_by_any_name_and_pages_of_foreign_names_do_not() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    let url = server.callback_url(&session("s"));
    let post = || {
        let body = plain(token("a"));
        client
            .post(&url)
            .header("host", "proxy.example:8080")
            .json(&body)
    };
    assert_eq!(send(post()).await.0, 200);
    let (status, _) = send(post().header("origin", "http://proxy.example:8080")).await;
    assert_eq!(status, 403, "a page whose name was bound anew");
    let health = client.get(format!("http://{}/healthz", server.address()));
    assert_eq!(send(health.header("host", "probe.example")).await.0, 200);
    assert_eq!(
        server
            .transcript(&session("s"))
            .expect("there")
            .events
            .len(),
        1
    );
}

#[tokio::test]
async fn with_keys_every_name_is_good() {
    let server = ended(|config| config.access = Access::keys()).await;
    let url = server.transcript_url(&session("s"));
    let request = reqwest::Client::new()
        .get(url)
        .header("host", "anything.example");
    assert_eq!(send(request).await.0, 200);
    assert_eq!(read(&server, "/", "anything.example").await, 200);
}
