//! What the loop does with models as language models are: talkative, wrong, and with a memory that ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::testing::{Heard, Room, calls, knowledge, plan, says, script};
use crate::agent::store::fake::{FakeTypesense, exported};
use crate::agent::{
    ChatModel, DeltaSink, LoopBounds, ModelDelta, ModelError, ModelRequest, ModelTurn,
};
use crate::contract::TokenUsage;

fn text(text: &str) -> ModelDelta {
    ModelDelta::Text(text.to_owned())
}

/// Says two lines and no more.
struct BreaksOff;

#[async_trait]
impl ChatModel for BreaksOff {
    fn name(&self) -> &str {
        "breaks-off"
    }

    async fn turn(
        &self,
        _: ModelRequest<'_>,
        sink: &mut dyn DeltaSink,
    ) -> Result<ModelTurn, ModelError> {
        sink.delta(text("Satu.\n")).await;
        sink.delta(text("Du")).await;
        Err(ModelError::Unavailable {
            model: self.name().to_owned(),
            reason: "gone".to_owned(),
            retry_after: Some(Duration::from_secs(7)),
        })
    }
}

#[tokio::test]
async fn what_a_failed_run_had_told_is_what_it_reports() {
    let (report, heard) = Room::usual().await.run(BreaksOff).await;
    assert_eq!(heard.line(), "'Satu.\n' 'Du'");
    assert_eq!(report.final_answer, "Satu.\nDu");
    let failure = report.failure.expect("a failure");
    assert_eq!(failure.retry_after(), Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_call_that_was_announced_and_not_made_is_an_error() {
    let (_, turn) = says(&["Sebentar."]);
    let deltas = vec![text("Sebentar."), ModelDelta::ToolCall];
    let (report, heard) = Room::usual().await.run(script(vec![(deltas, turn)])).await;
    assert_eq!(heard.line(), "thinking");
    assert_eq!(report.final_answer, "");
    assert_eq!(
        report.failure.expect("a failure").to_string(),
        "the model `script` gave no usable answer: it began a tool call and made none"
    );
}

#[tokio::test]
async fn arguments_that_cannot_be_read_fail_the_call_and_the_model_goes_on() {
    let (deltas, mut turn) = calls(&[("get_instructions", json!({}))]);
    turn.tool_calls[0].unreadable = Some("they were: {\"x".to_owned());
    let model = script(vec![(deltas, turn), says(&["ok"])]);
    let given = Arc::clone(&model.given);
    let (report, heard) = Room::usual().await.run(model).await;
    assert_eq!(heard.line(), "(get_instructions get_instructions!) 'ok'");
    assert_eq!(report.final_answer, "ok");
    let given = given.lock().expect("not poisoned");
    assert_eq!(given[1], [r#"{"success":false,"error":"they were: {\"x"}"#]);
}

#[tokio::test]
async fn arguments_that_stay_unreadable_end_the_run() {
    let (deltas, mut turn) = calls(&[("get_instructions", json!({}))]);
    turn.tool_calls[0].unreadable = Some("cut".to_owned());
    let (report, _) = Room::usual().await.run(script(vec![(deltas, turn)])).await;
    assert_eq!(
        report.failure.expect("a failure").to_string(),
        "the same call of the tool `get_instructions` failed 3 times: cut"
    );
}

#[tokio::test]
async fn calls_beyond_the_bound_are_not_even_begun() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let fake = FakeTypesense::start(move |request| {
        if request.path.contains("/instructions/") {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        knowledge(&request)
    })
    .await;
    let mut room = Room::new(&fake);
    room.bounds = LoopBounds {
        tool_calls: 3,
        ..LoopBounds::default()
    };
    let many = vec![("get_instructions", json!({})); 50];
    let (report, heard) = room.run(script(vec![calls(&many)])).await;
    assert_eq!(
        report.failure.expect("a failure").to_string(),
        "the run reached its limit of 3 tool calls without an answer"
    );
    assert_eq!(heard.events.len(), 6, "{}", heard.line());
    // The run itself reads the tables and skills, and no instructions.
    assert!(asked.load(Ordering::SeqCst) <= 4, "{asked:?} were begun");
}

#[tokio::test]
async fn outputs_that_were_read_are_left_out_before_the_conversation_is_too_long() {
    let fake = FakeTypesense::start(|request| match request.path.contains("/table_descriptions/") {
        true => exported(&[json!({
            "id": "c.public.t", "db_connection_id": "c", "db_schema": "public", "table_name": "t",
            "table_description": "long ".repeat(400), "columns": [],
        })]),
        false => knowledge(&request),
    })
    .await;
    let room = Room::new(&fake);
    let schema = || calls(&[("get_database_schema", json!({}))]);
    let turns = || vec![schema(), schema(), schema(), says(&["ok"])];
    let model = script(turns());
    let unbounded = Arc::clone(&model.given);
    let (report, _) = room.run(model).await;
    assert_eq!(report.final_answer, "ok");
    let whole: Vec<String> = unbounded.lock().expect("not poisoned")[3].clone();
    let one = whole[0].len();
    assert!(whole.iter().all(|output| output.len() == one));
    // What the model is given without any output.
    let rest = {
        let (report, _) = room
            .run(script(vec![says(&["ok"])]).with_context_bytes(1))
            .await;
        let said = report.failure.expect("too long").to_string();
        assert_eq!(
            said,
            "the run reached its limit of 1 bytes of conversation without an answer"
        );
        smallest(&room).await
    };

    let model = script(turns()).with_context_bytes(rest + 2 * one + 400);
    let given = Arc::clone(&model.given);
    let (report, _) = room.run(model).await;
    assert_eq!(report.final_answer, "ok", "{:?}", report.failure);
    let last = given.lock().expect("not poisoned")[3].clone();
    assert!(last[0].contains("is left out now"), "{}", last[0]);
    assert_eq!(last[1..], whole[1..]);
}

/// The least that a model can be given: the rules, the question, the tools.
async fn smallest(room: &Room) -> usize {
    let (mut too_little, mut enough) = (1, 1 << 20);
    while too_little + 1 < enough {
        let bytes = (too_little + enough) / 2;
        let model = script(vec![says(&["ok"])]).with_context_bytes(bytes);
        match room.run(model).await.0.failure {
            None => enough = bytes,
            Some(_) => too_little = bytes,
        }
    }
    enough
}

#[tokio::test]
async fn the_usage_of_all_turns_is_added_up() {
    let cost = |prompt_tokens, completion_tokens| {
        Some(TokenUsage {
            prompt_tokens,
            completion_tokens,
        })
    };
    let (deltas, mut first) = calls(&[plan()]);
    first.usage = cost(100, 7);
    let (pieces, mut second) = says(&["ok"]);
    second.usage = cost(140, 3);
    let model = script(vec![(deltas, first), (pieces, second)]);
    let (report, _) = Room::usual().await.run(model).await;
    assert_eq!(report.usage, cost(240, 10));
    let (report, _) = Room::usual().await.run(script(vec![says(&["ok"])])).await;
    assert_eq!(report.usage, None);
}

#[tokio::test]
async fn a_cancelled_answer_is_what_was_told_by_then() {
    let cancel = CancellationToken::new();
    let mut heard = Heard {
        cancel_on: Some(("token", cancel.clone())),
        ..Heard::default()
    };
    let model = script(vec![says(&["Satu.\n", "Dua", " tiga"])]);
    let report = Room::usual()
        .await
        .ask(&model, "apa?", &mut heard, &cancel)
        .await;
    assert!(
        report
            .failure
            .as_ref()
            .is_some_and(|failure| failure.is_cancelled())
    );
    let told: String = heard
        .events
        .iter()
        .filter_map(|event| match event {
            crate::contract::Event::Token { content } => Some(content.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(report.final_answer, told);
}
