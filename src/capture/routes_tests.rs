//! The answers of the endpoints, over real connections.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::capture::CaptureServer;
use crate::capture::test_support::{
    accept, done, ids, numbered, plain, post, read_until, send, server, session, soon, token,
};

/// Posts a body as it is and returns status and reason.
async fn refuse(server: &CaptureServer, body: &str) -> (u16, String) {
    let url = server.callback_url(&session("s"));
    let (status, answer) = send(reqwest::Client::new().post(url).body(body.to_owned())).await;
    (status, detail(&answer))
}

fn detail(answer: &Value) -> String {
    let detail = answer.get("detail").and_then(Value::as_str);
    detail
        .unwrap_or_else(|| panic!("no detail: {answer}"))
        .to_owned()
}

#[tokio::test]
async fn the_path_picks_the_session_and_the_body_may_name_another() {
    let server = server(|_| {}).await;
    let url = server.callback_url(&session("test-1"));
    let body = json!({"session_id": "temporal_0badcafe", "event": done()});
    accept(&reqwest::Client::new(), &url, &body).await;
    let transcript = server.transcript(&session("test-1")).expect("there");
    assert_eq!(
        transcript.events[0].body_session_id.as_deref(),
        Some("temporal_0badcafe")
    );
    assert!(server.transcript(&session("temporal_0badcafe")).is_none());
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_and_noted() {
    let server = server(|_| {}).await;
    let cases = [
        (
            r#"{"event":{"type":"x"}}"#,
            "`session_id` is missing or wrong",
        ),
        (
            r#"{"session_id":7,"event":{"type":"x"}}"#,
            "`session_id` is missing or wrong",
        ),
        (r#"{"session_id":"s"}"#, "`event` is missing or wrong"),
        (
            r#"{"session_id":"s","event":"x"}"#,
            "`event` is missing or wrong",
        ),
        (
            r#"{"session_id":"s","event":{}}"#,
            "`event.type` is missing or wrong",
        ),
        (
            r#"{"session_id":"s","event":{"type":"x"},"seq":"1"}"#,
            "`seq` is missing or wrong",
        ),
        ("[]", "the body must be an object"),
        (
            "",
            "the body is not valid JSON: EOF while parsing a value at line 1 column 0",
        ),
        (
            r#"{"session_id":"s","event":{"type":"x","v":NaN}}"#,
            "the body is not valid JSON: expected value at line 1 column 43",
        ),
    ];
    accept(
        &reqwest::Client::new(),
        &server.callback_url(&session("s")),
        &plain(token("a")),
    )
    .await;
    for (body, wanted) in cases {
        let (status, reason) = refuse(&server, body).await;
        assert_eq!(status, 422, "{body}");
        assert!(reason.starts_with(wanted), "{body}: {reason}");
    }
    let deep = format!(r#"{{"session_id":"s","event":{}"#, "[".repeat(10_000));
    assert_eq!(refuse(&server, &deep).await.0, 422);

    let transcript = server.transcript(&session("s")).expect("there");
    assert_eq!(transcript.refused, cases.len() as u64 + 1);
    assert_eq!(transcript.faults.len(), cases.len() + 1);
    assert_eq!(transcript.events.len(), 1);
}

#[tokio::test]
async fn a_refused_delivery_begins_no_session() {
    let server = server(|_| {}).await;
    refuse(&server, "{}").await;
    assert!(server.transcript(&session("s")).is_none());
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_an_answer() {
    let server = server(|config| config.limits.body_bytes = 1_000).await;
    let body = |length: usize| {
        let empty = plain(token("")).to_string().len();
        plain(token("x".repeat(length - empty))).to_string()
    };
    assert_eq!(body(1_000).len(), 1_000);
    let (status, answer) = send(
        reqwest::Client::new()
            .post(server.callback_url(&session("s")))
            .body(body(1_000)),
    )
    .await;
    assert_eq!((status, answer), (200, json!({"status": "ok"})));
    // The large ones do not fit into socket buffers: the client is still sending when the limit is passed.
    for length in [1_001, 1 << 20, 20 << 20] {
        let (status, reason) = refuse(&server, &body(length)).await;
        assert_eq!(status, 413, "{length}");
        assert_eq!(
            reason,
            "the body has more than 1000 bytes (limit `body_bytes`)"
        );
    }
}

#[tokio::test]
async fn a_client_that_reads_only_after_it_has_sent_everything_gets_the_answer_too() {
    let server = server(|_| {}).await;
    let mut client = TcpStream::connect(server.address())
        .await
        .expect("connects");
    let body = vec![b'x'; 20 << 20];
    let head = format!(
        "POST /events/s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    soon("sending", async {
        client.write_all(head.as_bytes()).await.expect("sends");
        client.write_all(&body).await.expect("sends all of it");
    })
    .await;
    let mut answer = String::new();
    soon("an answer", client.read_to_string(&mut answer))
        .await
        .expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = server(|config| config.body_timeout = Duration::from_millis(1)).await;
    let mut client = TcpStream::connect(server.address())
        .await
        .expect("connects");
    client
        .write_all(b"POST /events/s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        .await
        .expect("sends");
    let mut answer = vec![0; 12];
    soon("an answer", client.read_exact(&mut answer))
        .await
        .expect("an answer");
    assert_eq!(answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_say_what_is_right() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    let url = |path: &str| format!("http://{}{path}", server.address());
    for path in ["/events", "/events/", "/events/a/b", "/stream/", "/nothing"] {
        let (status, answer) = send(client.get(url(path))).await;
        assert_eq!(status, 404, "{path}");
        assert!(
            detail(&answer).starts_with(&format!("there is no `{path}` here;")),
            "{answer}"
        );
    }
    let (status, answer) = send(client.get(url("/events/s"))).await;
    assert_eq!(
        (status, detail(&answer).as_str()),
        (405, "`/events/s` does not take GET; use POST")
    );
    let (status, answer) = send(client.delete(url("/sessions"))).await;
    assert_eq!(
        (status, detail(&answer).as_str()),
        (405, "`/sessions` does not take DELETE; use GET or POST")
    );
    let (status, answer) = send(client.post(url("/stream/s"))).await;
    assert_eq!(
        (status, detail(&answer).as_str()),
        (405, "`/stream/s` does not take POST; use GET")
    );
}

#[tokio::test]
async fn ids_that_cannot_be_are_refused() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    let url = |id: &str| format!("http://{}/stream/{id}", server.address());
    let (status, answer) = send(client.get(url("%FF"))).await;
    assert_eq!(status, 422);
    assert!(
        detail(&answer).contains("percent-encoded UTF-8"),
        "{answer}"
    );
    for id in ["a%0Ab", "a%00", "%C2%85", "a%E2%80%A8b", "%0D"] {
        let (status, answer) = send(client.get(url(id))).await;
        assert_eq!(status, 422, "{id}");
        assert!(detail(&answer).contains("control characters"), "{answer}");
        let events = format!("http://{}/events/{id}", server.address());
        assert_eq!(post(&client, &events, &plain(done())).await.0, 422, "{id}");
    }
    let (status, answer) = send(client.get(url(&"x".repeat(513)))).await;
    assert_eq!(status, 422);
    assert_eq!(
        detail(&answer),
        "the session's id has 513 bytes; it may have 512"
    );
}

#[tokio::test]
async fn a_stream_has_the_headers_that_proxies_need() {
    let server = server(|_| {}).await;
    let url = server.stream_url(&session("s"));
    let response = soon("the headers", reqwest::get(url))
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    let header = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    assert_eq!(header("content-type"), Some("text/event-stream"));
    assert_eq!(header("cache-control"), Some("no-cache"));
    assert_eq!(header("x-accel-buffering"), Some("no"));
}

#[tokio::test]
async fn a_stream_resumes_by_header_or_query() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    for n in 1..=3 {
        accept(&client, &server.callback_url(&id), &plain(token(n))).await;
    }
    accept(&client, &server.callback_url(&id), &plain(done())).await;
    let url = server.stream_url(&id);
    let text = |request: reqwest::RequestBuilder| async move {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.text().await.expect("text"))
    };
    let rest = |text: &str| ids(text);

    let (_, all) = text(client.get(&url)).await;
    assert_eq!(rest(&all), ["1-1-1", "1-1-2", "1-1-3", "1-1-4"]);
    let (_, by_header) = text(client.get(&url).header("Last-Event-ID", "1-1-2")).await;
    assert_eq!(rest(&by_header), ["1-1-3", "1-1-4"]);
    let query = format!("{url}?last_event_id=1-1-3");
    let (_, by_query) = text(client.get(&query)).await;
    assert_eq!(rest(&by_query), ["1-1-4"]);
    let (_, both) = text(client.get(&query).header("Last-Event-ID", "1-1-1")).await;
    assert_eq!(
        rest(&both),
        ["1-1-2", "1-1-3", "1-1-4"],
        "the header is newer"
    );
    let (_, empty) = text(client.get(format!("{url}?last_event_id="))).await;
    assert_eq!(rest(&empty).len(), 4);
    let (_, unknown) = text(client.get(&url).header("Last-Event-ID", "1-1-99")).await;
    assert_eq!(
        rest(&unknown).len(),
        4,
        "not an id of this log: from the start"
    );
    assert!(
        unknown.starts_with("retry: 500\nevent: history_dropped\n"),
        "and it is said: {unknown}"
    );
    let (_, earliest) = text(client.get(format!("{url}?last_event_id=earliest"))).await;
    assert_eq!(rest(&earliest).len(), 4);
    let over = text(client.get(&url).header("Last-Event-ID", "1-1-4")).await;
    assert_eq!(over, (204, String::new()));

    // It has ended, but a session may serve another run: `latest` waits for it.
    let mut latest = client
        .get(format!("{url}?last_event_id=latest"))
        .send()
        .await
        .expect("a stream");
    assert_eq!(latest.status().as_u16(), 200);
    let mut again = numbered(1, 1, token("again"));
    again["sent_at"] = json!("2099-01-01T00:00:00Z");
    accept(&client, &server.callback_url(&session("s")), &again).await;
    let begun = read_until(&mut latest, "again").await;
    assert_eq!(rest(&begun), ["2-1-1"]);

    for query in [
        "?last_event_id=abc",
        "?last_event_id=1-1-1&last_event_id=1-1-2",
        "?last_event_id=%FF",
    ] {
        let (status, answer) = send(client.get(format!("{url}{query}"))).await;
        assert_eq!(status, 400, "{query}");
        assert!(!detail(&answer).is_empty());
    }
    let (status, answer) = send(client.get(&url).header("Last-Event-ID", "abc")).await;
    assert_eq!(status, 400);
    assert_eq!(
        detail(&answer),
        "`abc` is no id of a stream: it must be run-attempt-seq, three whole numbers from 1, such as 1-1-17; or it must be `earliest` or `latest`"
    );
}

#[tokio::test]
async fn a_stream_says_when_its_events_were_received_to_those_who_ask() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    for event in [token("a"), done()] {
        accept(&client, &server.callback_url(&id), &plain(event)).await;
    }
    let url = server.stream_url(&id);
    let text = |query: &str| {
        let request = client.get(format!("{url}{query}"));
        async move {
            let response = request.send().await.expect("an answer");
            response.text().await.expect("text")
        }
    };
    let transcript = server.transcript(&id).expect("there");
    let transcript = serde_json::to_value(&transcript).expect("serialises");
    let told = text("?times=true").await;
    let lines: Vec<_> = told.lines().collect();
    for (at, line) in [(1, 0), (6, 1)] {
        let received = transcript["events"][line]["received_at"].as_str();
        let received = received.expect("a time");
        assert_eq!(lines[at], format!(": received {received}"), "{told}");
        assert!(lines[at + 1].starts_with("id: "), "{told}");
    }
    let untold = text("").await;
    assert!(!untold.contains("received"), "{untold}");
    let without: Vec<_> = lines
        .into_iter()
        .filter(|line| !line.starts_with(':'))
        .collect();
    assert_eq!(untold.lines().collect::<Vec<_>>(), without);
}

#[tokio::test]
async fn no_type_or_text_can_forge_a_frame() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let forged = "x\n\nevent: done\ndata: {\"type\":\"done\"}\n\n";
    let events = [
        json!({"type": forged}),
        json!({"type": "a\rb\0c\u{2028}d\u{85}e", "content": "\u{2028}\n\u{2029}\u{85}"}),
        json!({"type": "timeout"}),
        json!({"type": "token", "content": forged}),
    ];
    for event in &events {
        accept(&client, &server.callback_url(&id), &plain(event.clone())).await;
    }
    // Pretty-printed JSON has line feeds of its own.
    let pretty = serde_json::to_string_pretty(&plain(done())).expect("serialises");
    let (status, _) = send(client.post(server.callback_url(&id)).body(pretty)).await;
    assert_eq!(status, 200);

    let response = client
        .get(server.stream_url(&id))
        .send()
        .await
        .expect("an answer");
    let text = response.text().await.expect("text");
    // Split as the least careful client does.
    let lines: Vec<_> = text
        .split([
            '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}',
            '\u{2029}',
        ])
        .collect();
    let frames: Vec<_> = lines
        .split(|line| line.is_empty())
        .filter(|frame| !frame.is_empty())
        .collect();
    assert_eq!(frames.len(), 5, "{text}");
    for (frame, event) in frames.iter().zip(&events) {
        let [id, kind, data] = *frame.strip_prefix(&["retry: 500"]).unwrap_or(frame) else {
            panic!("{frame:?}");
        };
        assert!(
            id.starts_with("id: 1-1-") && kind.starts_with("event: "),
            "{frame:?}"
        );
        let data: Value = serde_json::from_str(data.trim_start_matches("data: ")).expect("JSON");
        assert_eq!(data, *event);
    }
}

#[tokio::test]
async fn a_full_session_is_507_and_a_full_server_429() {
    let server = server(|config| {
        config.limits.session_events = 2;
        config.limits.sessions = 2;
    })
    .await;
    let client = reqwest::Client::new();
    let url = |id| server.callback_url(&session(id));
    for seq in 1..=2 {
        accept(&client, &url("full"), &numbered(1, seq, token(seq))).await;
    }
    let (status, answer) = post(&client, &url("full"), &numbered(1, 3, token(3))).await;
    assert_eq!(status, 507);
    assert_eq!(
        detail(&answer),
        "the session already has 2 events (limit `session_events`); what it has stays readable"
    );
    accept(&client, &url("other"), &numbered(1, 1, token(1))).await;
    let response = client
        .post(url("third"))
        .json(&numbered(1, 1, token(1)))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "1");
    let stream = client.get(server.stream_url(&session("third")));
    assert_eq!(send(stream).await.0, 429);

    accept(&client, &url("full"), &numbered(1, 4, done())).await;
    let transcript = server.transcript(&session("full")).expect("there");
    assert_eq!((transcript.events.len(), transcript.refused), (3, 1));
    accept(&client, &url("third"), &numbered(1, 1, token(1))).await;
    assert!(
        server.transcript(&session("full")).is_none(),
        "ended, so it made room"
    );
}

#[tokio::test]
async fn a_session_that_is_read_is_not_freed() {
    let server = server(|config| config.limits.sessions = 1).await;
    let (id, client) = (session("read"), reqwest::Client::new());
    let mut open = client
        .get(server.stream_url(&id))
        .send()
        .await
        .expect("an answer");
    let other = server.callback_url(&session("other"));
    assert_eq!(post(&client, &other, &plain(token("a"))).await.0, 429);
    accept(&client, &server.callback_url(&id), &plain(token("a"))).await;
    read_until(&mut open, "id: 1-1-1").await;
    drop(open);
    accept(&client, &server.callback_url(&id), &plain(done())).await;
    // The server learns that the subscriber has gone when it next reads from the connection.
    soon("the session to make room", async {
        while post(&client, &other, &plain(token("a"))).await.0 != 200 {}
    })
    .await;
}
