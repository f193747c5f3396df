use serde_json::{Value, json};

use crate::capture::test_support::{
    accept, done, numbered, plain, post, send, server, session, soon, token,
};
use crate::capture::{Access, CaptureServer, Pace};

async fn list(server: &CaptureServer, query: &[(&str, &str)]) -> Value {
    let url = format!("http://{}/sessions", server.address());
    let url = url::Url::parse_with_params(&url, query).expect("a URL");
    let (status, list) = send(reqwest::Client::new().get(url)).await;
    assert_eq!(status, 200, "{list}");
    list
}

async fn put(server: &CaptureServer, id: &str, body: &Value) {
    let url = server.callback_url(&session(id));
    accept(&reqwest::Client::new(), &url, body).await;
}

fn ids(list: &Value) -> Vec<&str> {
    let sessions = list["sessions"].as_array().expect("a list").iter();
    sessions
        .map(|session| session["session_id"].as_str().expect("an id"))
        .collect()
}

fn failed() -> Value {
    json!({"type": "done", "result": {"status": "failed"}, "execution_time_ms": 1})
}

#[tokio::test]
async fn the_newest_activity_comes_first() {
    let server = server(|_| {}).await;
    assert_eq!(
        list(&server, &[]).await,
        json!({"total": 0, "matching": 0, "sessions": []})
    );
    for id in ["a", "b", "c"] {
        put(&server, id, &plain(token("x"))).await;
    }
    put(&server, "a", &plain(token("y"))).await;
    let all = list(&server, &[]).await;
    assert_eq!(ids(&all), ["a", "c", "b"]);
    assert_eq!((&all["total"], &all["matching"]), (&json!(3), &json!(3)));
}

#[tokio::test]
async fn a_session_says_how_it_stands() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    for body in [
        numbered(1, 1, token("a")),
        numbered(1, 1, token("a")),
        numbered(1, 1, token("other")),
        numbered(2, 1, token("b")),
        numbered(1, 2, token("too late")),
        numbered(2, 2, failed()),
    ] {
        put(&server, "s", &body).await;
    }
    post(&client, &server.callback_url(&session("s")), &json!({})).await;
    let mut one = list(&server, &[]).await["sessions"][0].take();
    let (began, last) = (one["began_at"].take(), one["last_at"].take());
    let time = |time: &Value| {
        time.as_str()
            .expect("a time")
            .parse::<jiff::Timestamp>()
            .expect("RFC 3339")
    };
    assert!(time(&began) <= time(&last));
    let wanted = json!({
        "session_id": "s",
        "state": "failed",
        "run": 1,
        "attempt": 2,
        "events": 4,
        "last_event_id": "1-2-2",
        "duplicates": 1,
        "conflicts": 1,
        "late": 1,
        "dropped": 0,
        "refused": 1,
        "subscribers": 0,
        "began_at": null,
        "last_at": null,
    });
    assert_eq!(one, wanted);
    let (status, mut alone) =
        send(client.get(format!("http://{}/sessions/s", server.address()))).await;
    assert_eq!(status, 200);
    assert_eq!(alone["last_at"].take(), last);
    assert_eq!(alone["began_at"].take(), began);
    assert_eq!(alone, wanted);
}

#[tokio::test]
async fn states_follow_the_newest_attempt() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    let state = async || list(&server, &[]).await["sessions"][0]["state"].take();
    let stream = server.stream_url(&session("s"));
    let waiting = soon("the headers", client.get(stream).send())
        .await
        .expect("an answer");
    assert_eq!(state().await, "waiting");
    assert_eq!(list(&server, &[]).await["sessions"][0]["subscribers"], 1);
    put(&server, "s", &numbered(1, 1, token("a"))).await;
    assert_eq!(state().await, "running");
    put(&server, "s", &numbered(1, 2, failed())).await;
    assert_eq!(state().await, "failed");
    put(&server, "s", &numbered(2, 1, token("again"))).await;
    assert_eq!(state().await, "running");
    put(&server, "s", &numbered(2, 2, done())).await;
    assert_eq!(state().await, "done");
    drop(waiting);
}

#[tokio::test]
async fn what_says_failed_elsewhere_has_not_failed() {
    let server = server(|_| {}).await;
    for (id, event) in [
        (
            "other type",
            json!({"type": "x", "result": {"status": "failed"}}),
        ),
        ("other place", json!({"type": "done", "status": "failed"})),
        ("no object", json!({"type": "done", "result": "failed"})),
        (
            "partial",
            json!({"type": "done", "result": {"status": "partial"}}),
        ),
    ] {
        put(&server, id, &plain(event)).await;
    }
    assert_eq!(list(&server, &[("state", "failed")]).await["matching"], 0);
    assert_eq!(
        ids(&list(&server, &[("state", "running")]).await),
        ["other type"]
    );
    assert_eq!(list(&server, &[("state", "done")]).await["matching"], 3);
}

#[tokio::test]
async fn a_replayed_session_stands_as_it_stood() {
    let first = server(|_| {}).await;
    put(&first, "s", &numbered(1, 1, token("a"))).await;
    put(&first, "s", &numbered(1, 2, failed())).await;
    let transcript = first.transcript(&session("s")).expect("there");
    let second = server(|_| {}).await;
    second.replay(&transcript, Pace::Full).await.expect("plays");
    let one = &list(&second, &[]).await["sessions"][0];
    assert_eq!(
        (&one["state"], &one["events"], &one["last_event_id"]),
        (&json!("failed"), &json!(2), &json!("1-1-2"))
    );
}

#[tokio::test]
async fn a_list_is_bounded_and_searched() {
    let server = server(|_| {}).await;
    for n in 0..250 {
        put(&server, &format!("Conv-{n:03} \"<é>"), &plain(token("x"))).await;
    }
    let all = list(&server, &[]).await;
    assert_eq!((&all["total"], ids(&all).len()), (&json!(250), 200));
    let some = list(&server, &[("search", "cONV-24"), ("limit", "5")]).await;
    assert_eq!(
        (&some["total"], &some["matching"], ids(&some).len()),
        (&json!(250), &json!(10), 5)
    );
    assert_eq!(ids(&some)[0], "Conv-249 \"<é>");
    assert_eq!(list(&server, &[("search", "\"<É>")]).await["matching"], 250);
    assert_eq!(list(&server, &[("search", "nothing")]).await["matching"], 0);
    let url = format!("http://{}/sessions", server.address());
    for (query, wanted) in [
        (
            "limit=1001",
            "`limit` may be at most 1000; use `search` and `state` to see others",
        ),
        (
            "limit=-1",
            "Failed to deserialize query string: limit: invalid digit found in string",
        ),
        (
            "state=gone",
            "unknown variant `gone`, expected one of `waiting`, `running`, `done`, `failed`",
        ),
    ] {
        let (status, answer) = send(reqwest::Client::new().get(format!("{url}?{query}"))).await;
        assert_eq!(status, 400, "{query}");
        let said = answer["detail"].as_str().expect("a reason");
        assert!(said.ends_with(wanted), "{said}");
    }
}

#[tokio::test]
async fn what_was_only_looked_for_is_not_listed() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    let stream = client
        .get(server.stream_url(&session("mistyped")))
        .send()
        .await
        .expect("an answer");
    drop(stream);
    soon("the subscriber to be gone", async {
        while list(&server, &[]).await["total"] != 0 {}
    })
    .await;
}

#[tokio::test]
async fn the_faults_are_those_of_the_transcript() {
    let server = server(|_| {}).await;
    let client = reqwest::Client::new();
    put(&server, "s", &numbered(1, 1, token("a"))).await;
    for seq in 3..=300 {
        put(&server, "s", &numbered(1, 3, token(seq))).await;
    }
    put(&server, "s", &numbered(2, 1, done())).await;
    let url = format!("http://{}/sessions/s/faults", server.address());
    let (status, faults) = send(client.get(url)).await;
    assert_eq!(status, 200);
    let transcript = server.transcript(&session("s")).expect("there");
    let whole = serde_json::to_value(&transcript.faults).expect("serialises");
    let whole = whole.as_array().expect("a list");
    assert_eq!(whole.len(), 298, "a gap and 297 conflicts");
    assert_eq!(faults["total"], json!(298));
    assert_eq!(
        faults["faults"].as_array().map(Vec::as_slice),
        Some(&whole[..200])
    );
}

#[tokio::test]
async fn a_session_that_is_not_there_is_not_found() {
    let server = server(|_| {}).await;
    for path in ["sessions/s", "sessions/s/faults"] {
        let url = format!("http://{}/{path}", server.address());
        let (status, answer) = send(reqwest::Client::new().get(url)).await;
        assert_eq!(status, 404);
        assert_eq!(
            answer["detail"],
            "the session has received nothing here, or was freed"
        );
    }
}

#[tokio::test]
async fn sessions_with_keys_are_not_listed_and_open_to_their_own_key_alone() {
    let server =
        server(|config| config.access = Access::Keys("0123456789abcdef0123456789abcdef".into()))
            .await;
    put(&server, "s", &plain(done())).await;
    let client = reqwest::Client::new();
    let url = format!("http://{}/sessions", server.address());
    for token in ["", "Bearer 0123456789abcdef0123456789abcdef"] {
        let (status, answer) = send(client.get(&url).header("authorization", token)).await;
        assert_eq!(status, 403);
        assert_eq!(
            answer,
            json!({"detail": "sessions that have keys are not listed; open one by the URLs of POST /sessions"})
        );
    }
    let (_, read) = server
        .stream_url(&session("s"))
        .split_once('?')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a key");
    let (_, other) = server
        .stream_url(&session("t"))
        .split_once('?')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a key");
    for path in ["s", "s/faults"] {
        let (status, _) = send(client.get(format!("{url}/{path}?{read}"))).await;
        assert_eq!(status, 200, "{path}");
        for wrong in ["", &other] {
            let (status, _) = send(client.get(format!("{url}/{path}?{wrong}"))).await;
            assert_eq!(status, 403, "{path}");
        }
    }
}
