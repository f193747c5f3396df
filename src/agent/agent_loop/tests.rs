use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::testing::{Heard, Room, Silent, calls, knowledge, plan, says, script};
use crate::agent::run::RunReport;
use crate::agent::store::fake::FakeTypesense;
use crate::agent::{AgentError, LoopBounds, ModelDelta, ModelTurn};
use crate::contract::FailureType;

fn failure(report: &RunReport) -> &AgentError {
    assert_eq!(report.final_answer, "");
    report.failure.as_ref().expect("a failure")
}

#[tokio::test]
async fn tools_run_until_the_model_answers() {
    let room = Room::usual().await;
    let mut heard = Heard::default();
    let model = script(vec![
        calls(&[
            plan(),
            ("get_instructions", json!({})),
            ("get_database_schema", json!({})),
        ]),
        says(&["Ini ", "jawaban", "nya 1.", "100.", "100"]),
    ]);
    let report = room
        .ask(&model, "top 5?", &mut heard, &CancellationToken::new())
        .await;
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert_eq!(
        heard.line(),
        "skill_loaded (write_todos write_todos) todo_update (get_instructions get_instructions) \
         (get_database_schema get_database_schema) 'Ini ' 'jawaban' 'nya 1.' '100.' '100'"
    );
    assert_eq!(report.final_answer, "Ini jawabannya 1.100.100");
    assert_eq!(
        report.stages_completed,
        ["prepare", "plan", "context", "answer"]
    );
    assert!(report.sql_queries.is_empty());
}

#[tokio::test]
async fn words_before_a_tool_call_are_thoughts_and_no_part_of_the_answer() {
    let room = Room::usual().await;
    let (_, turn) = calls(&[plan()]);
    let turn = ModelTurn {
        content: "Let me see.".to_owned(),
        ..turn
    };
    let deltas = vec![
        ModelDelta::Thinking("deep".to_owned()),
        ModelDelta::Text("Let me see.".to_owned()),
    ];
    let (report, heard) = room.run(script(vec![(deltas, turn), says(&["42"])])).await;
    assert_eq!(
        heard.line(),
        "thinking thinking (write_todos write_todos) todo_update '42'"
    );
    assert_eq!(report.final_answer, "42");
}

#[tokio::test]
async fn an_answer_that_was_not_streamed_is_one_token() {
    let turn = ModelTurn {
        content: "42".to_owned(),
        ..ModelTurn::default()
    };
    let (report, heard) = Room::usual()
        .await
        .run(script(vec![(Vec::new(), turn)]))
        .await;
    assert_eq!(
        (heard.line().as_str(), report.final_answer.as_str()),
        ("'42'", "42")
    );
}

#[tokio::test]
async fn pieces_that_are_not_the_answer_are_an_error() {
    let (deltas, _) = says(&["4", "2"]);
    let turn = ModelTurn {
        content: "43".to_owned(),
        ..ModelTurn::default()
    };
    let (report, heard) = Room::usual().await.run(script(vec![(deltas, turn)])).await;
    assert_eq!(heard.line(), "");
    assert_eq!(
        failure(&report).to_string(),
        "the model `script` gave no usable answer: the pieces that it streamed are not its answer"
    );
}

#[tokio::test]
async fn an_empty_answer_is_an_error() {
    let (report, heard) = Room::usual()
        .await
        .run(script(vec![says(&[" ", "\n"])]))
        .await;
    assert_eq!(heard.line(), "");
    assert_eq!(
        failure(&report).to_string(),
        "the model `script` gave an empty answer"
    );
}

#[tokio::test]
async fn a_failed_tool_is_told_to_the_model_which_goes_on() {
    let room = Room::usual().await;
    let (report, heard) = room
        .run(script(vec![
            calls(&[
                ("nonsense", json!({})),
                ("write_todos", json!({"todos": 1})),
                ("sql_query", json!({})),
            ]),
            says(&["ok"]),
        ]))
        .await;
    assert_eq!(
        heard.line(),
        "(nonsense nonsense!) (write_todos write_todos!) (sql_query sql_query!) 'ok'"
    );
    assert_eq!(report.final_answer, "ok");
    assert_eq!(report.stages_completed, ["prepare", "answer"]);
}

#[tokio::test]
async fn a_call_that_keeps_failing_ends_the_run() {
    let (report, heard) = Room::usual()
        .await
        .run(script(vec![calls(&[("nonsense", json!({"a": 1}))])]))
        .await;
    assert_eq!(
        heard.line(),
        "(nonsense nonsense!) (nonsense nonsense!) (nonsense nonsense!)"
    );
    assert!(
        failure(&report)
            .to_string()
            .starts_with("the same call of the tool `nonsense` failed 3 times: there is no tool")
    );
}

#[tokio::test]
async fn calls_that_fail_differently_do_not_end_the_run() {
    let turns = (0..5)
        .map(|n| calls(&[("nonsense", json!({"n": n}))]))
        .chain([says(&["ok"])])
        .collect();
    let (report, _) = Room::usual().await.run(script(turns)).await;
    assert_eq!(report.final_answer, "ok");
}

#[tokio::test]
async fn a_statement_that_keeps_being_refused_is_a_failure_of_its_own() {
    let (report, heard) = Room::usual()
        .await
        .run(script(vec![calls(&[(
            "sql_query",
            json!({"query": "DROP TABLE t"}),
        )])]))
        .await;
    assert_eq!(
        heard.line(),
        "(sql_query sql_query!) (sql_query sql_query!) (sql_query sql_query!)"
    );
    assert_eq!(failure(&report).failure_type(), FailureType::RefusedSql);
    assert!(
        report.sql_queries.is_empty(),
        "a refused statement was not executed"
    );
}

#[tokio::test]
async fn every_bound_ends_the_run_and_says_so() {
    let said = async |bounds: LoopBounds| {
        let mut room = Room::usual().await;
        room.bounds = bounds;
        let (report, heard) = room.run(script(vec![calls(&[plan(), plan()])])).await;
        (failure(&report).to_string(), heard.events.len())
    };
    let usual = LoopBounds::default;
    assert_eq!(
        said(LoopBounds {
            iterations: 2,
            ..usual()
        })
        .await,
        (
            "the run reached its limit of 2 model turns without an answer".to_owned(),
            12
        )
    );
    assert_eq!(
        said(LoopBounds {
            tool_calls: 3,
            ..usual()
        })
        .await,
        (
            "the run reached its limit of 3 tool calls without an answer".to_owned(),
            9
        )
    );
    assert_eq!(
        said(LoopBounds {
            model_bytes: 100,
            ..usual()
        })
        .await,
        (
            "the run reached its limit of 100 bytes of conversation without an answer".to_owned(),
            0
        )
    );
    assert_eq!(
        said(LoopBounds {
            wall_time: Duration::ZERO,
            ..usual()
        })
        .await,
        (
            "the run was stopped because it took longer than 0 s".to_owned(),
            0
        )
    );
}

#[tokio::test]
async fn an_unknown_connection_is_named() {
    let fake = FakeTypesense::start(|_| (404, json!({"message": "Not Found"}).to_string())).await;
    let (report, heard) = Room::new(&fake).run(script(vec![says(&["x"])])).await;
    assert_eq!(heard.line(), "");
    assert_eq!(
        failure(&report).failure_type(),
        FailureType::UnknownConnection
    );
    assert_eq!(
        failure(&report).to_string(),
        "no connection is stored under the id `c`"
    );
}

#[tokio::test]
async fn knowledge_that_goes_away_ends_the_run_with_every_start_ended() {
    let fake = FakeTypesense::start(|asked| match asked.path.contains("/instructions/") {
        true => (503, json!({"message": "Not Ready or Lagging"}).to_string()),
        false => knowledge(&asked),
    })
    .await;
    let model = script(vec![calls(&[
        ("get_database_schema", json!({})),
        ("get_instructions", json!({})),
        plan(),
    ])]);
    let (report, heard) = Room::new(&fake).run(model).await;
    assert_eq!(
        heard.line(),
        "(get_database_schema get_database_schema) (get_instructions get_instructions!)"
    );
    assert_eq!(
        failure(&report).failure_type(),
        FailureType::ServiceUnavailable
    );
}

#[tokio::test]
async fn cancelling_ends_a_model_that_is_silent() {
    let room = Room::usual().await;
    let cancel = CancellationToken::new();
    let mut heard = Heard {
        cancel_on: Some(("thinking", cancel.clone())),
        ..Heard::default()
    };
    let report = room.ask(&Silent, "apa?", &mut heard, &cancel).await;
    assert_eq!(heard.line(), "thinking");
    assert!(failure(&report).is_cancelled());
}

#[tokio::test]
async fn cancelling_ends_a_tool_that_waits_and_still_ends_its_start() {
    let fake = FakeTypesense::start_slow(|asked| -> BoxFuture<'static, (u16, String)> {
        if asked.path.contains("/instructions/") {
            return Box::pin(std::future::pending());
        }
        let answer = knowledge(&asked);
        Box::pin(async move { answer })
    })
    .await;
    let cancel = CancellationToken::new();
    let mut heard = Heard {
        cancel_on: Some(("tool_start", cancel.clone())),
        ..Heard::default()
    };
    let model = script(vec![calls(&[("get_instructions", json!({})), plan()])]);
    let report = Room::new(&fake)
        .ask(&model, "apa?", &mut heard, &cancel)
        .await;
    assert_eq!(heard.line(), "(get_instructions get_instructions!)");
    assert!(failure(&report).is_cancelled());
}

#[tokio::test]
async fn lookups_of_one_turn_run_at_once_and_are_told_in_order() {
    // The instructions are answered only after the schema was asked for: one after the other, this would never end.
    let schema_asked = Arc::new(Notify::new());
    let fake = FakeTypesense::start_slow(move |asked| -> BoxFuture<'static, (u16, String)> {
        let answer = knowledge(&asked);
        let schema_asked = schema_asked.clone();
        Box::pin(async move {
            if asked.path.contains("/table_descriptions/") {
                schema_asked.notify_one();
            } else if asked.path.contains("/instructions/") {
                schema_asked.notified().await;
            }
            answer
        })
    })
    .await;
    let model = script(vec![
        calls(&[
            ("get_instructions", json!({})),
            ("get_database_schema", json!({})),
        ]),
        says(&["ok"]),
    ]);
    let (report, heard) = Room::new(&fake).run(model).await;
    assert_eq!(report.final_answer, "ok");
    assert_eq!(
        heard.line(),
        "(get_instructions get_instructions) (get_database_schema get_database_schema) 'ok'"
    );
}

#[tokio::test]
async fn an_unreachable_database_ends_the_run() {
    let model = script(vec![calls(&[(
        "sql_query",
        json!({"query": "SELECT name FROM t"}),
    )])]);
    let (report, heard) = Room::usual().await.run(model).await;
    assert_eq!(heard.line(), "(sql_query sql_query!)");
    let failure = failure(&report);
    assert_eq!(failure.failure_type(), FailureType::ServiceUnavailable);
    assert!(
        failure
            .to_string()
            .starts_with("the database of the connection `c` cannot be reached: "),
        "{failure}"
    );
    assert!(report.sql_queries.is_empty());
}
