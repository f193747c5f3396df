//! Recordings as files.

use super::*;

#[tokio::test]
async fn a_conversation_is_a_file_that_people_can_read() {
    let form =
        r#""id":"chatcmpl-scripted","object":"chat.completion.chunk","model":"scripted","choices""#;
    let delta = |delta: &str| {
        format!(
            r#"{{"chunk":{{"data":{{{form}:[{{"index":0,"delta":{delta},"finish_reason":null}}]}}}},"ms":0}}"#
        )
    };
    let finish = |reason: &str| {
        format!(
            r#"{{"chunk":{{"data":{{{form}:[{{"index":0,"delta":{{}},"finish_reason":"{reason}"}}]}}}},"ms":0}}"#
        )
    };
    let done = r#"{"chunk":"data: [DONE]\n\n","ms":0}"#;
    let response = r#"{"response":200,"content_type":"text/event-stream","ms":0}"#;
    let parameters = r#"{"stream":true,"stream_options":{"include_usage":true}}"#;
    let wanted = [
        r#"{"recording":1}"#.to_owned(),
        r#"{"tool":1,"type":"function","function":{"name":"sql_query","description":"Runs a query.","parameters":{"type":"object"}}}"#.to_owned(),
        r#"{"message":1,"role":"user","content":"Berapa?"}"#.to_owned(),
        format!(r#"{{"request":1,"model":"m-1","parameters":{parameters},"tools":[1],"messages":[1]}}"#),
        response.to_owned(),
        delta(r#"{"tool_calls":[{"index":0,"id":"call_sql_query_0","type":"function","function":{"name":"sql_query","arguments":""}}]}"#),
        delta(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"query\":\"SELECT 1\"}"}}]}"#),
        finish("tool_calls"),
        done.to_owned(),
        r#"{"end":"complete"}"#.to_owned(),
        r#"{"message":2,"role":"assistant","content":null,"tool_calls":[{"id":"call-1","type":"function","function":{"name":"sql_query","arguments":{"$json":{"query":"SELECT 1"}}}}]}"#.to_owned(),
        r#"{"message":3,"role":"tool","tool_call_id":"call-1","content":{"$json":{"success":true,"rows":[{"n":5}]}}}"#.to_owned(),
        format!(r#"{{"request":2,"model":"m-1","parameters":{parameters},"tools":[1],"messages":[1,2,3]}}"#),
        response.to_owned(),
        format!(r#"{{"chunk":["data: {{{}:[{{\"index\":0,\"delta\":{{\"content\":\"Ada ",{{"hex":"e2"}}],"ms":0}}"#, form.replace('"', r#"\""#)),
        r#"{"chunk":[{"hex":"8093"}," \"},\"finish_reason\":null}]}\n\n"],"ms":0}"#.to_owned(),
        delta(r#"{"content":"5."}"#),
        finish("stop"),
        done.to_owned(),
        r#"{"end":"complete"}"#.to_owned(),
    ];
    let lines = usual().await.lines();
    assert_eq!(lines.lines().collect::<Vec<_>>(), wanted);
}

#[tokio::test]
async fn what_was_written_is_read_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("new/conversation.jsonl");
    let recording = usual().await.with_context_bytes(1000);
    recording.write(&path).expect("written");
    assert_eq!(Recording::read(&path).expect("read"), recording);
    assert_eq!((recording.calls(), recording.model()), (2, "m-1"));
}

/// A link leads on to the file, and a device stays one.
#[tokio::test]
async fn what_is_no_file_is_not_replaced_by_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let (file, link) = (directory.path().join("real"), directory.path().join("link"));
    std::fs::write(&file, "former").expect("written");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    let recording = usual().await;
    recording.write(&link).expect("written");
    assert!(link.is_symlink());
    assert_eq!(Recording::read(&file).expect("read"), recording);

    let pipe = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe)
    });
    recording.write(&pipe).expect("written");
    let read = reader.join().expect("it reads").expect("it is text");
    assert_eq!(read, recording.lines());
    assert!(!pipe.is_file(), "it still is a pipe");
}

#[test]
fn a_file_that_is_no_recording_is_refused_by_its_line() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.jsonl");
    let head = r#"{"recording":1}"#;
    let message = r#"{"message":1,"role":"user","content":"a"}"#;
    let request = r#"{"request":1,"model":"m","messages":[1]}"#;
    let response = r#"{"response":200}"#;
    for (lines, said) in [
        (vec![], "line 0: there is no request in it"),
        (vec!["hello"], "line 1: it is no JSON"),
        (
            vec![message],
            r#"line 1: it is no recording: the first line must be {"recording":1}"#,
        ),
        (
            vec![r#"{"recording":2}"#],
            "line 1: the form of the file is 2: this version reads 1",
        ),
        (
            vec![head, r#"{"note":1}"#],
            "line 2: `note` begins no line of a recording",
        ),
        (
            vec![head, r#"{"message":2,"role":"user"}"#],
            "line 2: this must be message 1",
        ),
        (
            vec![head, message, r#"{"request":1,"model":"m","messages":[2]}"#],
            "line 3: there is no message 2 before",
        ),
        (
            vec![head, response],
            "line 2: a response must follow its request",
        ),
        (
            vec![head, message, request, request],
            "line 4: a request follows one that has no end",
        ),
        (
            vec![head, message, request, response, r#"{"chunk":7}"#],
            "line 5: `7` is no piece of a chunk",
        ),
        (
            vec![head, message, request, response, r#"{"end":"soon"}"#],
            "line 5: an end is `complete` or `cut`",
        ),
        (
            vec![head, message, request, response],
            "line 4: the last request has no end",
        ),
    ] {
        std::fs::write(&path, lines.join("\n")).expect("written");
        let error = Recording::read(&path).expect_err(said).to_string();
        assert!(error.contains(said), "{error}");
    }
    let missing = Recording::read(directory.path().join("no.jsonl")).expect_err("no file");
    assert!(
        missing.to_string().ends_with("no.jsonl cannot be read"),
        "{missing}"
    );
}

#[tokio::test]
async fn nothing_that_looks_like_a_secret_is_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.jsonl");
    let secret = "sk-proj-Abcdefghij0123456789";
    let pieces: Vec<String> = secret.chars().map(String::from).collect();
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let uri = "postgresql://kai:geheim@db/x";
    let plain = || Reply::says(&["5"]);
    let cases = [
        (
            plain(),
            format!("my key is {secret}"),
            "message 1 (user) of request 1 looks like an API key",
        ),
        (
            plain(),
            format!("use {uri}"),
            "message 1 (user) of request 1 looks like the address of a database",
        ),
        (plain(), format!("Bearer {secret}"), "looks like an API key"),
        (
            plain(),
            format!("say {KEY}"),
            "looks like the key that the model was called with",
        ),
        // One character a piece: no chunk holds it.
        (
            Reply::says(&pieces),
            "Berapa?".to_owned(),
            "the answer to request 1 looks like an API key",
        ),
        (
            Reply::stream()
                .reasoning(&["postgre", "s://db", "/x"])
                .text(&["5"])
                .finish("stop"),
            "Berapa?".to_owned(),
            "the answer to request 1 looks like the address of a database",
        ),
        (
            Reply::calls(&[("sql_query", json!({"query": format!("SELECT '{uri}'")}))]),
            "Berapa?".to_owned(),
            "the answer to request 1 looks like the address of a database",
        ),
    ];
    for (reply, question, said) in cases {
        let (recorder, _server) = recorded(vec![reply], &[&[user(&question)]]).await;
        let error = recorder
            .write(&path, None)
            .await
            .expect_err(said)
            .to_string();
        assert!(
            error.starts_with("nothing was written to ") && error.contains(said),
            "{error}"
        );
        assert!(!error.contains(secret) && !error.contains(uri), "{error}");
        assert!(!path.exists());
    }
}
