//! A conversation with a scripted server is recorded, written, read, and replayed.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use serde_json::{Map, Value, json};

use super::exchange::{Chunk, End, Exchange, Response};
use super::request::RecordedRequest;
use super::*;
use crate::agent::models::{ChatCompletions, ChatSettings, Endpoint, Reply, ScriptedServer};
use crate::agent::{
    ChatModel, DeltaSink, Message, ModelDelta, ModelError, ModelRequest, ModelTurn, ToolCall,
    ToolSpec,
};

#[derive(Default)]
struct Heard(Vec<ModelDelta>);

#[async_trait::async_trait]
impl DeltaSink for Heard {
    async fn delta(&mut self, delta: ModelDelta) {
        self.0.push(delta);
    }
}

const KEY: &str = "a-key-that-looks-like-nothing";

fn settings(url: &str) -> ChatSettings {
    let endpoint = Endpoint::new(url).expect("a base URL").with_key(KEY);
    ChatSettings {
        retry_pause: Duration::ZERO,
        ..ChatSettings::new(endpoint, "m-1")
    }
}

fn tools() -> [ToolSpec; 1] {
    [ToolSpec {
        name: "sql_query",
        description: "Runs a query.",
        parameters: json!({"type": "object"}),
    }]
}

fn user(text: &str) -> Message {
    Message::User {
        content: text.to_owned(),
    }
}

async fn turn(
    model: &dyn ChatModel,
    messages: &[Message],
) -> (Result<ModelTurn, ModelError>, Heard) {
    let mut heard = Heard::default();
    let tools = tools();
    let request = ModelRequest {
        messages,
        tools: &tools,
    };
    let turn = tokio::time::timeout(Duration::from_secs(20), model.turn(request, &mut heard))
        .await
        .expect("an end");
    (turn, heard)
}

/// Lets a client speak to a scripted server through a recorder.
async fn recorded(replies: Vec<Reply>, conversations: &[&[Message]]) -> (Recorder, ScriptedServer) {
    let server = ScriptedServer::replies(replies).await.expect("a server");
    let upstream = Endpoint::new(&server.url()).expect("a base URL");
    let recorder = Recorder::start(&upstream, Duration::from_secs(5))
        .await
        .expect("a recorder");
    let client = ChatCompletions::new(settings(&recorder.url())).expect("a client");
    for messages in conversations {
        let _ = turn(&client, messages).await;
    }
    (recorder, server)
}

/// The turn of a call, with its output.
fn called(id: &str, output: &str) -> [Message; 2] {
    let call = ToolCall {
        id: id.to_owned(),
        tool: "sql_query".to_owned(),
        arguments: Map::from_iter([("query".to_owned(), json!("SELECT 1"))]),
        unreadable: None,
    };
    [
        Message::Assistant {
            content: String::new(),
            tool_calls: vec![call],
        },
        Message::Tool {
            call_id: id.to_owned(),
            tool: "sql_query".to_owned(),
            output: output.to_owned(),
        },
    ]
}

fn conversation(id: &str, output: &str) -> Vec<Message> {
    [user("Berapa?")]
        .into_iter()
        .chain(called(id, output))
        .collect()
}

const OUTPUT: &str = r#"{"success":true,"rows":[{"n":5}]}"#;

/// Without what differs from run to run.
fn at_once(mut recording: Recording) -> Recording {
    for exchange in &mut recording.exchanges {
        exchange.response.delay = Duration::ZERO;
        for chunk in &mut exchange.response.chunks {
            chunk.delay = Duration::ZERO;
        }
    }
    recording
}

async fn usual() -> Recording {
    let asks = Reply::calls(&[("sql_query", json!({"query": "SELECT 1"}))]);
    let says = Reply::says(&["Ada – ", "5."]).cut_inside("–");
    let first = [user("Berapa?")];
    let second = conversation("call_sql_query_0", OUTPUT);
    let (recorder, _server) = recorded(vec![asks, says], &[&first, &second]).await;
    at_once(recorder.finish().await)
}

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

#[tokio::test]
async fn a_replay_says_the_same_in_the_same_pieces() {
    let model = ReplayModel::of(usual().await, ReplayPace::Full)
        .await
        .expect("a model");
    assert_eq!(model.name(), "m-1");
    let (first, heard) = turn(&model, &[user("Berapa?")]).await;
    let call = &first.expect("a turn").tool_calls[0];
    assert_eq!(
        (call.id.as_str(), &call.arguments["query"]),
        ("call_sql_query_0", &json!("SELECT 1"))
    );
    assert_eq!(heard.0, [ModelDelta::ToolCall]);
    let (second, heard) = turn(&model, &conversation("call_sql_query_0", OUTPUT)).await;
    assert_eq!(second.expect("a turn").content, "Ada – 5.");
    let pieces = ["Ada – ", "5."].map(|text| ModelDelta::Text(text.to_owned()));
    assert_eq!(heard.0, pieces);
}

#[tokio::test]
async fn chunks_arrive_cut_as_they_were() {
    let recording = usual().await;
    let wanted: Vec<_> = recording.exchanges[1]
        .response
        .chunks
        .iter()
        .map(|chunk| chunk.bytes.clone())
        .collect();
    assert!(
        wanted
            .iter()
            .any(|chunk| std::str::from_utf8(chunk).is_err())
    );
    let server = ReplayServer::start(recording.clone(), ReplayPace::Full)
        .await
        .expect("a server");
    let request = &recording.exchanges[1].request;
    let mut body = request.parameters.clone();
    body.insert("model".into(), json!(request.model));
    body.insert("messages".into(), json!(request.messages));
    body.insert("tools".into(), json!(request.tools));
    let answer = reqwest::Client::new()
        .post(format!("{}/chat/completions", server.url()))
        .json(&body)
        .send()
        .await
        .expect("an answer");
    let chunks: Vec<_> = answer
        .bytes_stream()
        .map(|chunk| chunk.expect("a chunk"))
        .collect()
        .await;
    assert_eq!(chunks, wanted);
}

#[tokio::test]
async fn what_is_asked_decides_and_not_when_or_under_which_id() {
    let model = ReplayModel::of(usual().await, ReplayPace::Full)
        .await
        .expect("a model");
    for _ in 0..2 {
        let (second, _) = turn(&model, &conversation("another-id", OUTPUT)).await;
        assert_eq!(second.expect("a turn").content, "Ada – 5.");
        let (first, _) = turn(&model, &[user("Berapa?")]).await;
        assert_eq!(first.expect("a turn").tool_calls.len(), 1);
    }
}

#[tokio::test]
async fn times_in_outputs_are_no_difference_and_times_in_questions_are() {
    let at = |time: &str| format!(r#"{{"success":true,"at":"{time}"}}"#);
    let (early, late) = ("2024-05-01T10:20:30Z", "2025-06-02T11:21:31.5+07:00");
    let asked = conversation("c", &at(early));
    let (recorder, _server) = recorded(vec![Reply::says(&["5"])], &[&asked]).await;
    let model = ReplayModel::of(recorder.finish().await, ReplayPace::Full)
        .await
        .expect("a model");
    let (later, _) = turn(&model, &conversation("c", &at(late))).await;
    assert_eq!(later.expect("a turn").content, "5");

    let (recorder, _server) = recorded(vec![Reply::says(&["5"])], &[&[user(early)]]).await;
    let model = ReplayModel::of(recorder.finish().await, ReplayPace::Full)
        .await
        .expect("a model");
    assert!(turn(&model, &[user(late)]).await.0.is_err());
}

#[tokio::test]
async fn what_was_not_recorded_is_explained_by_what_is_nearest() {
    let model = ReplayModel::of(usual().await, ReplayPace::Full)
        .await
        .expect("a model");
    let other = r#"{"success":true,"rows":[{"n":7}]}"#;
    let (missed, _) = turn(&model, &conversation("c", other)).await;
    let error = missed.expect_err("nothing was recorded");
    assert!(matches!(error, ModelError::Refused { .. }), "{error}");
    let said = error.to_string();
    let (said, server) = said.rsplit_once(" (").expect("the server's address");
    assert!(server.starts_with("http://127.0.0.1:"), "{server}");
    assert_eq!(
        said,
        "the model `m-1` gave no usable answer: it said 404 Not Found: nothing was recorded for this request; the \
         nearest is request 2 of 2\n\
         message 3, tool (call-1), differs from character 30 on\n  \
         recorded: {\"success\":true,\"rows\":[{\"n\":5}]}\n  \
         asked:    {\"success\":true,\"rows\":[{\"n\":7}]}"
    );
}

#[test]
fn each_difference_is_named() {
    let request = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({
            "model": "m-1", "temperature": 0, "messages": [{"role": "user", "content": "a"}],
            "tools": [{"function": {"name": "one"}}],
        });
        change(&mut body);
        RecordedRequest::read(body.to_string().as_bytes()).expect("a request")
    };
    let recorded = Exchange {
        request: request(&|_| {}),
        response: answer(&[], End::Complete),
    };
    let said = |change: &dyn Fn(&mut Value)| {
        let text = super::nearest::explain(&request(change), std::slice::from_ref(&recorded));
        text.lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        said(&|body| body["model"] = json!("m-2")),
        "its model is `m-1`, and `m-2` is asked"
    );
    assert_eq!(
        said(&|body| body["temperature"] = json!(1)),
        "its parameter `temperature` is 0, and 1 is asked"
    );
    assert_eq!(
        said(&|body| body["seed"] = json!(1)),
        "its parameter `seed` is nothing, and 1 is asked"
    );
    assert_eq!(
        said(&|body| body["tools"] = json!([{"function": {"name": "two"}}])),
        "it has the tool `one`, which is not asked with"
    );
    assert_eq!(
        said(&|body| body["tools"][0]["function"]["description"] = json!("x")),
        "the tool `one` differs from character 15 on\n  recorded: {\"function\":{\"name\":\"one\"}}\n  \
         asked:    {\"function\":{\"description\":\"x\",\"name\":\"one\"}}"
    );
    assert_eq!(
        said(&|body| body["messages"] =
            json!([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}])),
        "it ends after message 1; asked is also message 2, user: b"
    );
    assert_eq!(
        said(&|body| body["messages"] = json!([])),
        "it has 1 messages, of which the first 0 are asked"
    );
}

fn answer(chunks: &[&str], end: End) -> Response {
    Response {
        status: 200,
        content_type: Some("text/event-stream".to_owned()),
        retry_after: None,
        delay: Duration::ZERO,
        chunks: chunks
            .iter()
            .map(|chunk| Chunk {
                delay: Duration::ZERO,
                bytes: chunk.as_bytes().to_vec().into(),
            })
            .collect(),
        end,
    }
}

#[tokio::test]
async fn a_connection_that_broke_off_breaks_off_again_and_the_next_attempt_gets_the_next_answer() {
    let first = [user("Berapa?")];
    let replies = vec![
        Reply::stream().text(&["Ad"]).cut(),
        Reply::says(&["Ada 5."]),
    ];
    let (recorder, _server) = recorded(replies, &[&first, &first]).await;
    let recording = recorder.finish().await;
    let ends: Vec<_> = recording
        .exchanges
        .iter()
        .map(|exchange| exchange.response.end)
        .collect();
    assert_eq!(ends, [End::Cut, End::Complete]);
    let model = ReplayModel::of(recording, ReplayPace::Full)
        .await
        .expect("a model");
    let (broken, heard) = turn(&model, &first).await;
    assert!(
        matches!(broken, Err(ModelError::Unavailable { .. })),
        "{broken:?}"
    );
    assert_eq!(heard.0, [ModelDelta::Text("Ad".to_owned())]);
    for _ in 0..2 {
        assert_eq!(
            turn(&model, &first).await.0.expect("a turn").content,
            "Ada 5."
        );
    }
}

#[tokio::test]
async fn a_busy_server_is_replayed_without_its_waits() {
    let first = [user("Berapa?")];
    let busy = || Reply::error(429, "slow down").retry_after("7");
    let replies = vec![busy(), Reply::says(&["5"])];
    // The recorded wait is seven seconds; whoever recorded it did not wait here.
    let (recorder, _server) = recorded(replies, &[]).await;
    let url = format!("{}/chat/completions", recorder.url());
    let body = json!({"model": "m-1", "messages": [{"role": "user", "content": "Berapa?"}],
                      "tools": tools().map(|tool| json!({"type": "function", "function": {
                          "name": tool.name, "description": tool.description, "parameters": tool.parameters}})),
                      "stream": true, "stream_options": {"include_usage": true}});
    for _ in 0..2 {
        let answer = reqwest::Client::new()
            .post(&url)
            .json(&body)
            .send()
            .await
            .expect("an answer");
        answer.bytes().await.expect("a body");
    }
    let recording = recorder.finish().await;
    assert_eq!(
        recording.exchanges[0].response.retry_after.as_deref(),
        Some("7")
    );
    let model = ReplayModel::of(recording, ReplayPace::Full)
        .await
        .expect("a model");
    assert_eq!(turn(&model, &first).await.0.expect("a turn").content, "5");
}

#[tokio::test]
async fn what_was_given_up_is_not_recorded() {
    let server = ScriptedServer::replies(vec![Reply::stream().text(&["Ad"]).hang()])
        .await
        .expect("a server");
    let upstream = Endpoint::new(&server.url()).expect("a base URL");
    let recorder = Recorder::start(&upstream, Duration::from_secs(5))
        .await
        .expect("a recorder");
    let mut impatient = settings(&recorder.url());
    impatient.timeouts.idle = Duration::from_millis(50);
    let client = ChatCompletions::new(impatient).expect("a client");
    assert!(turn(&client, &[user("Berapa?")]).await.0.is_err());
    server.abandoned(1).await;
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.jsonl");
    let error = recorder
        .write(&path, None)
        .await
        .expect_err("nothing to write");
    assert!(
        error
            .to_string()
            .ends_with("no model call was recorded: a call was given up before it was answered"),
        "{error}"
    );
    assert!(!path.exists());
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);
    let upstream = Endpoint::new(&base).expect("a base URL");
    let recorder = Recorder::start(&upstream, Duration::from_secs(5))
        .await
        .expect("a recorder");
    let client = ChatCompletions::new(settings(&recorder.url())).expect("a client");
    let error = turn(&client, &[user("Berapa?")])
        .await
        .0
        .expect_err("no turn");
    assert!(
        error
            .to_string()
            .contains("the model's server cannot be reached"),
        "{error}"
    );
    let error = recorder
        .write("never.jsonl", None)
        .await
        .expect_err("nothing to write");
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn the_key_is_handed_on_and_kept_nowhere() {
    let (recorder, server) = recorded(vec![Reply::says(&["5"])], &[&[user("Berapa?")]]).await;
    assert_eq!(server.authorizations(), [Some(format!("Bearer {KEY}"))]);
    let lines = recorder.finish().await.lines();
    assert!(
        !lines.contains(KEY) && !lines.contains("127.0.0.1"),
        "{lines}"
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
async fn two_conversations_at_once_are_kept_in_the_order_of_their_calls() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let slow = Reply::stream().wait(&gate).text(&["satu"]).finish("stop");
    let server =
        ScriptedServer::start(
            move |request| match request["messages"][0]["content"].as_str() {
                Some("1") => slow.clone(),
                _ => Reply::says(&["dua"]),
            },
        )
        .await
        .expect("a server");
    let upstream = Endpoint::new(&server.url()).expect("a base URL");
    let recorder = Recorder::start(&upstream, Duration::from_secs(5))
        .await
        .expect("a recorder");
    let client = ChatCompletions::new(settings(&recorder.url())).expect("a client");
    let (one, two) = ([user("1")], [user("2")]);
    let second = async {
        while server.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        let second = turn(&client, &two).await;
        gate.notify_one();
        second
    };
    let (first, second) = tokio::join!(turn(&client, &one), second);
    assert_eq!(first.0.expect("a turn").content, "satu");
    assert_eq!(second.0.expect("a turn").content, "dua");
    let recording = recorder.finish().await;
    let asked: Vec<_> = recording
        .exchanges
        .iter()
        .map(|exchange| exchange.request.messages[0]["content"].clone())
        .collect();
    assert_eq!(asked, ["1", "2"]);
}
