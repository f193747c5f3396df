use serde_json::json;

use crate::capture::test_support::{
    accept, done, ids, plain, post, send, server, session, soon, token,
};
use crate::capture::{Access, CaptureServer, StreamEnd, Subscriber};
use crate::contract::SessionId;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

async fn locked() -> CaptureServer {
    server(|config| config.access = Access::Keys(TOKEN.into())).await
}

fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(start, _)| start)
}

fn query(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}

#[tokio::test]
async fn the_urls_work_as_they_are() {
    let server = locked().await;
    let (id, client) = (session("a/b c"), reqwest::Client::new());
    let mut subscriber = Subscriber::connect(&server.stream_url(&id))
        .await
        .expect("connects");
    accept(&client, &server.callback_url(&id), &plain(token("a"))).await;
    accept(&client, &server.callback_url(&id), &plain(done())).await;
    let events = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    assert_eq!((events.len(), subscriber.end()), (2, Some(StreamEnd::Done)));
    let (status, transcript) = send(client.get(server.transcript_url(&id))).await;
    assert_eq!(
        (status, transcript["finished"].as_bool()),
        (200, Some(true))
    );
    // Together with the other parameter.
    let rest = format!("{}&last_event_id=1-1-1", server.stream_url(&id));
    let text = client
        .get(rest)
        .send()
        .await
        .expect("an answer")
        .text()
        .await;
    assert_eq!(ids(&text.expect("text")), ["1-1-2"]);
}

#[tokio::test]
async fn nothing_else_opens_a_session_and_no_answer_says_whether_there_is_one() {
    let server = locked().await;
    let (id, client) = (session("there"), reqwest::Client::new());
    let (write, read) = (server.callback_url(&id), server.stream_url(&id));
    accept(&client, &write, &plain(token("a"))).await;

    let mut refusals = Vec::new();
    for known in ["there", "not-there"] {
        let known = SessionId::new(known);
        let events = without_query(&server.callback_url(&known)).to_owned();
        let stream = without_query(&server.stream_url(&known)).to_owned();
        let transcript = without_query(&server.transcript_url(&known)).to_owned();
        let other = query(&server.stream_url(&session("other"))).to_owned();
        for key in [
            "",
            "key=",
            "key=abc",
            TOKEN,
            &format!("key={TOKEN}"),
            &other,
            query(&write),
        ] {
            for url in [&stream, &transcript] {
                refusals.push(send(client.get(format!("{url}?{key}"))).await);
            }
        }
        for key in ["", "key=abc", &other, query(&read)] {
            refusals.push(post(&client, &format!("{events}?{key}"), &plain(done())).await);
            let wrong = format!("{events}?{key}");
            refusals.push(send(client.post(wrong).body("not JSON")).await);
        }
    }
    assert_eq!(refusals.len(), 44);
    let wanted = json!({
        "detail": "the URL has no `key` of this session, or a wrong one; use the URLs of POST /sessions as they are"
    });
    for refusal in refusals {
        assert_eq!(refusal, (403, wanted.clone()));
    }
    let transcript = server.transcript(&id).expect("there");
    assert_eq!((transcript.events.len(), transcript.refused), (1, 0));
    assert!(server.transcript(&session("not-there")).is_none());
}

#[tokio::test]
async fn the_operator_gets_the_urls_of_a_session() {
    let server = locked().await;
    let client = reqwest::Client::new();
    let url = format!("http://{}/sessions", server.address());
    let ask = |token: &str| client.post(&url).header("authorization", token.to_owned());

    let (status, opened) =
        send(ask(&format!("Bearer {TOKEN}")).json(&json!({"session_id": "s"}))).await;
    assert_eq!(status, 201);
    let id = session("s");
    let wanted = json!({
        "session_id": "s",
        "callback_url": server.callback_url(&id),
        "stream_url": server.stream_url(&id),
        "transcript_url": server.transcript_url(&id),
        "page_url": server.page_url(&id),
    });
    assert_eq!(opened, wanted);

    let (_, one) = send(ask(&format!("Bearer {TOKEN}"))).await;
    let (_, other) = send(ask(&format!("Bearer {TOKEN}"))).await;
    assert_ne!(one["session_id"], other["session_id"]);
    let callback = one["callback_url"].as_str().expect("a URL");
    accept(&client, callback, &plain(done())).await;

    let wrong_key = query(&server.callback_url(&id))
        .trim_start_matches("key=")
        .to_owned();
    for token in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer abc",
        TOKEN,
        &format!("Bearer {wrong_key}"),
    ] {
        assert_eq!(send(ask(token)).await.0, 401, "{token}");
    }
    assert_eq!(send(client.post(&url)).await.0, 401);
    for (body, wanted) in [
        ("[]", 422),
        (r#"{"session_id": ""}"#, 422),
        (r#"{"session_id": "a\nb"}"#, 422),
        (r#"{"other": 1}"#, 422),
        (&"x".repeat(5_000), 413),
    ] {
        let (status, answer) = send(ask(&format!("Bearer {TOKEN}")).body(body.to_owned())).await;
        assert_eq!(status, wanted, "{answer}");
    }
}

#[tokio::test]
async fn without_keys_the_urls_are_had_in_the_same_way() {
    let server =
        server(|config| config.public_url = Some("https://kai.example/capture/".to_owned())).await;
    let url = format!("http://{}/sessions", server.address());
    let (status, opened) = send(
        reqwest::Client::new()
            .post(url)
            .json(&json!({"session_id": "s"})),
    )
    .await;
    assert_eq!(status, 201);
    assert_eq!(opened["stream_url"], "https://kai.example/capture/stream/s");
    assert_eq!(
        opened["callback_url"],
        "https://kai.example/capture/events/s"
    );
    assert_eq!(opened["page_url"], "https://kai.example/capture/#/stream/s");
}

#[tokio::test]
async fn keys_are_in_no_error() {
    let server = locked().await;
    let url = server.stream_url(&session("s"));
    let wrong = format!("{url}x");
    let refused = Subscriber::connect(&wrong).await.expect_err("a wrong key");
    server.shutdown().await.expect("stops");
    let gone = Subscriber::connect(&url).await.expect_err("gone");
    let key = query(&url).trim_start_matches("key=").to_owned();
    for error in [refused, gone] {
        let said = format!("{} {error:?}", crate::contract::error_chain(&error));
        assert!(
            said.contains("key=[redacted]") && !said.contains(&key),
            "{said}"
        );
    }
}

async fn from_page(
    request: reqwest::RequestBuilder,
    origin: &str,
) -> (u16, reqwest::header::HeaderMap) {
    let response = request
        .header("origin", origin)
        .send()
        .await
        .expect("an answer");
    (response.status().as_u16(), response.headers().clone())
}

#[tokio::test]
async fn pages_of_other_origins_are_kept_out() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    let id = session("s");
    let body = plain(token("a")).to_string();
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1", ""] {
        // As a page's form or fetch sends it without asking first.
        let post = client
            .post(server.callback_url(&id))
            .header("content-type", "text/plain");
        let (status, headers) = from_page(post.body(body.clone()), origin).await;
        assert_eq!(status, 403, "{origin}");
        assert!(!headers.contains_key("access-control-allow-origin"));
        let (status, _) = from_page(client.get(server.stream_url(&id)), origin).await;
        assert_eq!(status, 403, "{origin}");
    }
    assert!(server.transcript(&id).is_none());
    // Our own page may.
    let own = format!("http://{}", server.address());
    let (status, _) = from_page(client.post(server.callback_url(&id)).body(body), &own).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn pages_that_were_let_in_are_told_so() {
    let server = server(|config| config.origins = vec!["HTTPS://App.example:443".to_owned()]).await;
    let client = reqwest::Client::new();
    let id = session("s");
    let allowed = |headers: &reqwest::header::HeaderMap| {
        let value = headers.get("access-control-allow-origin");
        value.map(|value| value.to_str().expect("ASCII").to_owned())
    };
    let asks = client
        .request(reqwest::Method::OPTIONS, server.callback_url(&id))
        .header("access-control-request-method", "POST");
    let (status, headers) = from_page(asks, "https://app.example").await;
    assert_eq!(
        (status, allowed(&headers).as_deref()),
        (204, Some("https://app.example"))
    );
    assert!(headers.contains_key("access-control-allow-headers"));
    let post = client.post(server.callback_url(&id)).json(&plain(done()));
    let (status, headers) = from_page(post, "https://app.example").await;
    assert_eq!(
        (status, allowed(&headers).as_deref()),
        (200, Some("https://app.example"))
    );
    assert_eq!(
        headers.get("vary").map(|value| value.as_bytes()),
        Some(&b"Origin"[..])
    );
    let (status, _) = from_page(
        client.get(server.stream_url(&id)),
        "https://app.example.evil",
    )
    .await;
    assert_eq!(status, 403);
}
