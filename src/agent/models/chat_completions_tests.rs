//! The client against a server that does what servers in the field do.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::agent::models::{Endpoint, Reply, ScriptedServer};
use crate::agent::{Message, ModelDelta};
use crate::contract::TokenUsage;

const KEY: &str = "sk-test-Abcdefghij0123456789";

/// Keeps the pieces, and says when one comes.
#[derive(Default)]
struct Heard {
    deltas: Vec<ModelDelta>,
    notify: Option<Arc<Notify>>,
}

#[async_trait]
impl DeltaSink for Heard {
    async fn delta(&mut self, delta: ModelDelta) {
        self.deltas.push(delta);
        if let Some(notify) = &self.notify {
            notify.notify_one();
        }
    }
}

impl Heard {
    fn text(&self) -> String {
        let text = self.deltas.iter().map(|delta| match delta {
            ModelDelta::Text(text) => text.as_str(),
            _ => "",
        });
        text.collect()
    }

    fn thinking(&self) -> String {
        let thinking = self.deltas.iter().map(|delta| match delta {
            ModelDelta::Thinking(text) => text.as_str(),
            _ => "",
        });
        thinking.collect()
    }
}

fn settings(server: &ScriptedServer) -> ChatSettings {
    let endpoint = Endpoint::new(&server.url()).expect("a base URL");
    let mut settings = ChatSettings::new(endpoint.with_key(KEY), "m-1");
    settings.retry_pause = Duration::ZERO;
    settings
}

async fn ask(settings: ChatSettings, heard: &mut Heard) -> Result<ModelTurn, ModelError> {
    let client = ChatCompletions::new(settings).expect("a client");
    let messages = [Message::User {
        content: "apa?".to_owned(),
    }];
    let request = ModelRequest {
        messages: &messages,
        tools: &[],
    };
    // Nothing here takes long; a client that hangs shall fail its test.
    tokio::time::timeout(Duration::from_secs(20), client.turn(request, heard))
        .await
        .expect("an end")
}

/// What one client makes of these replies.
async fn turn(replies: Vec<Reply>) -> (Result<ModelTurn, ModelError>, Heard, ScriptedServer) {
    let server = ScriptedServer::replies(replies).await.expect("a server");
    let mut heard = Heard::default();
    let turn = ask(settings(&server), &mut heard).await;
    if let Ok(turn) = &turn {
        assert_eq!(heard.text(), turn.content, "the pieces are the text");
    }
    (turn, heard, server)
}

async fn answer(reply: Reply) -> ModelTurn {
    turn(vec![reply]).await.0.expect("a turn")
}

/// Why there is no turn, and whether another attempt may give one.
async fn failure(reply: Reply) -> (String, bool) {
    match turn(vec![reply]).await.0.expect_err("no turn") {
        ModelError::Unavailable { reason, .. } => (reason, true),
        ModelError::Refused { reason, .. } => (reason, false),
    }
}

/// Tool and arguments of each call.
fn called(turn: &ModelTurn) -> Vec<(&str, Value)> {
    let calls = turn.tool_calls.iter();
    calls
        .map(|call| (call.tool.as_str(), Value::Object(call.arguments.clone())))
        .collect()
}

#[tokio::test]
async fn text_is_streamed_and_the_usage_is_told() {
    let reply = Reply::says(&["Rp", "1.", "1.", "00"]).usage(120, 8);
    let (turn, heard, server) = turn(vec![reply]).await;
    let turn = turn.expect("a turn");
    assert_eq!(turn.content, "Rp1.1.00");
    assert_eq!(heard.deltas.len(), 4);
    let usage = TokenUsage {
        prompt_tokens: 120,
        completion_tokens: 8,
    };
    assert_eq!(turn.usage, Some(usage));
    let request = &server.requests()[0];
    assert_eq!(
        (
            &request["model"],
            &request["stream"],
            &request["stream_options"]
        ),
        (&json!("m-1"), &json!(true), &json!({"include_usage": true}))
    );
    assert_eq!(server.authorizations(), [Some(format!("Bearer {KEY}"))]);
}

#[tokio::test]
async fn each_piece_is_handed_on_while_the_model_still_talks() {
    let gate = Arc::new(Notify::new());
    let reply = Reply::stream()
        .text(&["Bali"])
        .wait(&gate)
        .text(&[" 5"])
        .finish("stop");
    let server = ScriptedServer::replies(vec![reply])
        .await
        .expect("a server");
    // The server goes on only when the first piece has been heard.
    let mut heard = Heard {
        notify: Some(gate),
        ..Heard::default()
    };
    let turn = ask(settings(&server), &mut heard).await.expect("a turn");
    assert_eq!(turn.content, "Bali 5");
}

#[tokio::test]
async fn fragmented_and_parallel_calls_are_put_together() {
    let long =
        json!({"query": "SELECT name, capital FROM cooperative ORDER BY capital DESC LIMIT 5"});
    let calls = [("sql_query", long.clone()), ("get_instructions", json!({}))];
    let turn = answer(Reply::calls(&calls)).await;
    assert_eq!(
        called(&turn),
        [("sql_query", long), ("get_instructions", json!({}))]
    );
    assert_eq!(turn.content, "");
}

#[tokio::test]
async fn calls_without_index_or_id_and_in_one_piece_are_calls() {
    let both = json!([
        {"function": {"name": "sql_query", "arguments": "{\"query\":\"SELECT 1\"}"}},
        {"function": {"name": "sql_query", "arguments": {"query": "SELECT 2"}}},
    ]);
    let turn = answer(
        Reply::stream()
            .delta(json!({"tool_calls": both}))
            .finish("stop"),
    )
    .await;
    let wanted = [1, 2].map(|n| ("sql_query", json!({"query": format!("SELECT {n}")})));
    assert_eq!(called(&turn), wanted);
    let ids: Vec<_> = turn
        .tool_calls
        .iter()
        .map(|call| call.id.as_str())
        .collect();
    assert_eq!(ids, ["call_1", "call_2"]);
}

#[tokio::test]
async fn an_unknown_or_empty_reason_ends_a_turn_too() {
    for reason in ["end_turn", ""] {
        let turn = answer(Reply::says(&["5"]).finish(reason)).await;
        assert_eq!(turn.content, "5", "{reason:?}");
        let calls = Reply::stream().tool_calls(&[("get_instructions", json!({}))]);
        let turn = answer(calls.finish(reason)).await;
        assert_eq!(turn.tool_calls.len(), 1, "{reason:?}");
    }
}

#[tokio::test]
async fn a_turn_without_the_last_line_is_whole_when_its_reason_came() {
    let turn = answer(Reply::stream().text(&["5"]).reason("stop")).await;
    assert_eq!(turn.content, "5");
    let cut = answer(Reply::stream().text(&["5"]).reason("stop").cut()).await;
    assert_eq!(cut.content, "5");
}

#[tokio::test]
async fn reasoning_is_told_apart_from_the_answer() {
    let reply = Reply::stream()
        .reasoning(&["Lihat ", "skema."])
        .text(&["<thi", "nk>lalu hitung</th", "ink>\n", "Bali: 5"])
        .finish("stop");
    let (turn, heard, _server) = turn(vec![reply]).await;
    assert_eq!(turn.expect("a turn").content, "Bali: 5");
    assert_eq!(heard.thinking(), "Lihat skema.lalu hitung");
}

#[tokio::test]
async fn a_character_that_is_cut_between_chunks_arrives_whole() {
    let reply = Reply::says(&["Rp5 – café"]).cut_inside("–").cut_inside("é");
    assert_eq!(answer(reply).await.content, "Rp5 – café");
}

#[tokio::test]
async fn comments_and_carriage_returns_are_no_matter() {
    let event = json!({"choices": [{"delta": {"content": "5"}, "finish_reason": "stop"}]});
    let reply = Reply::stream()
        .bytes(": OPENROUTER PROCESSING\n\n")
        .bytes(format!(
            "event: message\r\ndata:{event}\r\n\r\ndata: [DONE]\r\n\r\n"
        ));
    assert_eq!(answer(reply).await.content, "5");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let whole = json!({"choices": [{"message": {"role": "assistant", "content": "5"}, "finish_reason": "stop"}]});
    assert_eq!(answer(Reply::whole(&whole)).await.content, "5");
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_after_as_long_as_it_says() {
    let busy = || Reply::error(429, "slow down").retry_after("0");
    let (turn, _, server) = turn(vec![
        busy(),
        Reply::error(503, "starting"),
        Reply::says(&["5"]),
    ])
    .await;
    assert_eq!(turn.expect("a turn").content, "5");
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| *request == requests[0]));
}

#[tokio::test]
async fn a_server_that_stays_busy_is_given_up_after_two_retries() {
    let (turn, _, server) = turn(vec![Reply::error(429, "slow down").retry_after("0")]).await;
    let error = turn.expect_err("no turn");
    assert!(
        error
            .to_string()
            .starts_with("the model `m-1` did not answer: it said 429 Too Many Requests: slow down (http://127.0.0.1:"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_wait_that_is_too_long_here_is_left_to_the_next_attempt() {
    let (turn, _, server) = turn(vec![Reply::error(429, "slow down").retry_after("120")]).await;
    match turn.expect_err("no turn") {
        ModelError::Unavailable { retry_after, .. } => {
            assert_eq!(retry_after, Some(Duration::from_secs(120)));
        }
        other => panic!("{other}"),
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_page_instead_of_an_answer_is_a_failure_that_may_pass() {
    let page = Reply::status(502, "text/html", "<html>Bad Gateway</html>");
    let (reason, may_pass) = failure(page).await;
    assert!(
        reason.starts_with("it said 502 Bad Gateway: a page of 24 bytes"),
        "{reason}"
    );
    assert!(may_pass);
}

#[tokio::test]
async fn a_page_with_status_200_is_no_answer() {
    let (reason, may_pass) = failure(Reply::status(200, "text/html", "<html>Log in</html>")).await;
    assert!(
        reason.starts_with("its 19 bytes are no stream of events"),
        "{reason}"
    );
    assert!(!may_pass);
}

#[tokio::test]
async fn a_wrong_request_is_not_sent_again() {
    let (turn, _, server) = turn(vec![Reply::error(400, "no such model")]).await;
    let error = turn.expect_err("no turn");
    assert!(matches!(error, ModelError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("no such model"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let other = ScriptedServer::replies(vec![Reply::says(&["5"])])
        .await
        .expect("a server");
    let elsewhere = format!("{}/chat/completions", other.url());
    let (reason, may_pass) = failure(Reply::redirect(&elsewhere)).await;
    assert!(
        reason.contains("a redirect to http://127.0.0.1:"),
        "{reason}"
    );
    assert!(!may_pass);
    assert_eq!(other.requests().len(), 0);
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_is_the_servers_word() {
    let busy = json!({"error": {"message": "overloaded", "type": "server_error", "code": 503}});
    let reply = Reply::stream().text(&["Bali"]).event(busy);
    let (reason, may_pass) = failure(reply).await;
    assert!(reason.starts_with("overloaded"), "{reason}");
    assert!(may_pass);
    let wrong = json!({"error": {"message": "too long", "code": "400"}});
    let (reason, may_pass) = failure(Reply::stream().event(wrong)).await;
    assert!(reason.starts_with("too long"), "{reason}");
    assert!(!may_pass);
}

#[tokio::test]
async fn a_stream_that_breaks_off_may_be_tried_again_and_is_not_tried_here() {
    let (turn, heard, server) = turn(vec![Reply::stream().text(&["Rp1.2"]).cut()]).await;
    let error = turn.expect_err("no turn");
    assert!(matches!(error, ModelError::Unavailable { .. }), "{error}");
    assert!(
        error.to_string().contains("the connection broke off"),
        "{error}"
    );
    assert_eq!(heard.text(), "Rp1.2");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_stream_that_ends_too_early_is_no_answer() {
    let (reason, may_pass) = failure(Reply::stream().text(&["Rp1.2"])).await;
    assert!(
        reason.starts_with("its answer ended before it was whole"),
        "{reason}"
    );
    assert!(may_pass);
}

#[tokio::test]
async fn an_answer_at_its_token_limit_is_no_answer() {
    let (reason, may_pass) = failure(Reply::stream().text(&["Rp1.2"]).finish("length")).await;
    assert!(reason.contains("(finish_reason `length`)"), "{reason}");
    assert!(!may_pass);
}

#[tokio::test]
async fn what_is_no_json_is_named() {
    let (reason, may_pass) = failure(Reply::stream().bytes("data: {\"choices\": [\n\n")).await;
    assert!(
        reason.starts_with("what it sent is no chat completion"),
        "{reason}"
    );
    assert!(!may_pass);
}

#[tokio::test]
async fn silence_ends_a_turn() {
    let server = ScriptedServer::replies(vec![Reply::stream().text(&["Bali"]).hang()])
        .await
        .expect("a server");
    let mut impatient = settings(&server);
    impatient.timeouts.idle = Duration::from_millis(500);
    let error = ask(impatient, &mut Heard::default())
        .await
        .expect_err("no turn");
    assert!(
        error.to_string().contains("it was silent for 0.5 s"),
        "{error}"
    );
    abandoned(&server).await;
}

#[tokio::test]
async fn a_turn_that_takes_too_long_is_ended() {
    let server = ScriptedServer::replies(vec![Reply::stream().text(&["Bali"]).hang()])
        .await
        .expect("a server");
    let mut impatient = settings(&server);
    // The request must have come there, on a busy machine too.
    impatient.timeouts.turn = Duration::from_secs(1);
    let error = ask(impatient, &mut Heard::default())
        .await
        .expect_err("no turn");
    assert!(
        error.to_string().contains("its turn took longer than 1 s"),
        "{error}"
    );
    abandoned(&server).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);
    let endpoint = Endpoint::new(&base).expect("a base URL");
    let error = ask(ChatSettings::new(endpoint, "m-1"), &mut Heard::default())
        .await
        .expect_err("no turn");
    assert!(matches!(error, ModelError::Unavailable { .. }), "{error}");
    let said = error.to_string();
    assert!(
        said.contains("refused") && said.contains("http://127.0.0.1:"),
        "{said}"
    );
}

#[tokio::test]
async fn who_gives_a_turn_up_closes_its_connection() {
    let heard_one = Arc::new(Notify::new());
    let server = ScriptedServer::replies(vec![Reply::stream().text(&["Bali"]).hang()])
        .await
        .expect("a server");
    let mut heard = Heard {
        notify: Some(Arc::clone(&heard_one)),
        ..Heard::default()
    };
    tokio::select! {
        turn = ask(settings(&server), &mut heard) => panic!("{turn:?}"),
        () = heard_one.notified() => {}
    }
    abandoned(&server).await;
}

#[tokio::test]
async fn the_key_is_in_no_error_and_in_no_debug_text() {
    for reply in [
        Reply::error(401, &format!("Incorrect API key provided: {KEY}")),
        Reply::status(403, "text/plain", KEY),
        Reply::stream().event(json!({"error": format!("bad key {KEY}")})),
        Reply::error(429, KEY).retry_after("999"),
    ] {
        let error = turn(vec![reply]).await.0.expect_err("no turn");
        let said = format!("{error} {error:?}");
        assert!(said.contains("[redacted]") && !said.contains(KEY), "{said}");
    }
    let endpoint = Endpoint::new("http://h/v1")
        .expect("a base URL")
        .with_key(KEY);
    let client = ChatCompletions::new(ChatSettings::new(endpoint, "m")).expect("a client");
    let said = format!("{client:?} {:?}", client.http);
    assert!(!said.contains(KEY), "{said}");
}

#[test]
fn a_key_that_no_header_can_carry_is_refused_unseen() {
    let endpoint = Endpoint::new("http://h/v1")
        .expect("a base URL")
        .with_key("hunter2\n");
    let error = ChatCompletions::new(ChatSettings::new(endpoint, "m")).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "the key cannot be sent: it must consist of visible ASCII characters"
    );
}

async fn abandoned(server: &ScriptedServer) {
    tokio::time::timeout(Duration::from_secs(20), server.abandoned(1))
        .await
        .expect("the server sees it");
}
