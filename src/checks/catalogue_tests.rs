//! Each check holds on a good run and breaks, by name and with evidence, on the defect it was written for.

use std::time::{Duration, SystemTime};

use super::*;
use crate::checks::{HistoryStep, LoggedSql, SeenEvent, VisibleWorkflow};
use crate::contract::{ChatResult, Event, RunStatus, ToolEnd, ToolStart};

const SQL: &str = "SELECT 1 AS n";

fn at(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + millis)
}

fn seen(millis: u64, event: Event) -> SeenEvent {
    SeenEvent {
        event,
        attempt: Some(1),
        received_at: at(millis),
    }
}

fn token(content: &str) -> Event {
    Event::Token {
        content: content.to_owned(),
    }
}

fn good() -> RunEvidence {
    RunEvidence {
        workflow_id: "w".to_owned(),
        streamed: true,
        events: vec![
            seen(
                10,
                Event::ToolStart(ToolStart {
                    tool: "sql_query".into(),
                    input: Default::default(),
                }),
            ),
            seen(
                20,
                Event::ToolEnd(ToolEnd {
                    tool: "sql_query".into(),
                    output: "{}".into(),
                }),
            ),
            seen(30, token("Rp 1.")),
            seen(31, token("000")),
        ],
        result: Some(ChatResult {
            task_id: "0".repeat(32),
            status: RunStatus::Completed,
            final_answer: "Rp 1.000".to_owned(),
            sql_queries: vec![SQL.to_owned()],
            execution_time_ms: 40,
            error: None,
            mission_id: String::new(),
            stages_completed: vec![],
            events_sent: 5,
            events_failed: 0,
            usage: None,
        }),
        failure: None,
        visible: vec![VisibleWorkflow {
            workflow_type: "KaiChatWorkflow".to_owned(),
            status: "Completed".to_owned(),
            task_queue: "q".to_owned(),
        }],
        progress: vec!["events_sent=5, events_failed=0".to_owned()],
        history: vec![HistoryStep {
            id: 1,
            kind: "WorkflowExecutionCompleted".to_owned(),
            detail: String::new(),
            at: Some(at(50)),
        }],
        logged_sql: vec![LoggedSql {
            sql: SQL.to_owned(),
            error: None,
        }],
    }
}

/// The ids of the broken checks and the evidence of the first.
fn broken(run: &RunEvidence) -> (Vec<&'static str>, String) {
    let broken: Vec<_> = judge(run)
        .into_iter()
        .filter(|verdict| !verdict.held)
        .collect();
    let evidence = broken
        .first()
        .map(|verdict| verdict.evidence.clone())
        .unwrap_or_default();
    (broken.iter().map(|verdict| verdict.id).collect(), evidence)
}

fn result(run: &mut RunEvidence) -> &mut ChatResult {
    run.result.as_mut().expect("the good run has a result")
}

#[test]
fn a_good_run_breaks_nothing() {
    assert_eq!(broken(&good()), (vec![], String::new()));
}

#[test]
fn ids_are_unique_and_well_formed() {
    let mut ids: Vec<_> = catalogue().iter().map(|check| check.id).collect();
    assert!(ids.iter().all(|id| id.split_once('.').is_some()));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), catalogue().len());
}

#[test]
fn a_workflow_that_cannot_be_found_is_reported() {
    let run = RunEvidence {
        visible: vec![],
        ..good()
    };
    let (ids, evidence) = broken(&run);
    assert_eq!(ids, ["temporal.visible"]);
    assert_eq!(evidence, "a query for WorkflowId = 'w' found nothing");
}

#[test]
fn heartbeats_without_progress_are_reported() {
    for progress in [
        vec![],
        vec!["events_sent=0, events_failed=0".to_owned()],
        vec!["alive".to_owned()],
    ] {
        let run = RunEvidence { progress, ..good() };
        assert_eq!(broken(&run).0, ["temporal.heartbeat-progress"]);
    }
}

#[test]
fn events_that_come_after_the_end_are_reported() {
    let mut run = good();
    run.events[0].received_at = at(57);
    let (ids, evidence) = broken(&run);
    assert_eq!(ids, ["stream.before-end"]);
    assert_eq!(
        evidence,
        "the first tool_start was received 7 ms after the workflow had ended"
    );
}

#[test]
fn a_tool_that_never_ends_is_reported() {
    let mut run = good();
    run.events.remove(1);
    assert_eq!(
        broken(&run),
        (
            vec!["stream.before-end"],
            "no tool_end was received".to_owned()
        )
    );
}

#[test]
fn a_statement_that_postgres_never_saw_is_reported() {
    let mut run = good();
    run.logged_sql[0].sql.push(' ');
    let (ids, evidence) = broken(&run);
    assert_eq!(ids, ["sql.executed-in-postgres"]);
    assert!(
        evidence.ends_with("not this one: SELECT 1 AS n"),
        "{evidence}"
    );
}

#[test]
fn a_statement_that_ran_once_cannot_be_reported_twice() {
    let mut run = good();
    result(&mut run).sql_queries.push(SQL.to_owned());
    assert_eq!(broken(&run).0, ["sql.executed-in-postgres"]);
}

#[test]
fn empty_sql_queries_are_reported() {
    let mut run = good();
    result(&mut run).sql_queries.clear();
    assert_eq!(
        broken(&run).0,
        ["sql.executed-in-postgres", "result.sql-queries"]
    );
}

#[test]
fn an_empty_answer_and_a_failed_status_are_reported() {
    let mut run = good();
    result(&mut run).final_answer = " ".to_owned();
    assert_eq!(
        broken(&run).0,
        ["result.completed-with-answer", "answer.matches-tokens"]
    );
    let mut run = good();
    result(&mut run).status = RunStatus::Failed;
    result(&mut run).error = Some("boom".to_owned());
    assert_eq!(
        broken(&run),
        (
            vec!["result.completed-with-answer"],
            "the status is Failed: boom".to_owned()
        )
    );
}

#[test]
fn tokens_that_lost_digits_are_reported_where_they_differ() {
    let mut run = good();
    run.events[3] = seen(31, token("00"));
    let (ids, evidence) = broken(&run);
    assert_eq!(ids, ["answer.matches-tokens"]);
    assert_eq!(
        evidence,
        r#"they differ from character 8: tokens have "", final_answer has "0""#
    );
}

#[test]
fn an_empty_answer_does_not_match_no_tokens() {
    let mut run = good();
    run.events.retain(|seen| seen.event.kind() != "token");
    result(&mut run).final_answer.clear();
    let (ids, _) = broken(&run);
    assert!(ids.contains(&"answer.matches-tokens"), "{ids:?}");
}

#[test]
fn tokens_of_an_earlier_attempt_do_not_count() {
    let mut run = good();
    run.events.insert(0, seen(5, token("half an ans")));
    run.events[0].attempt = Some(1);
    for event in &mut run.events[1..] {
        event.attempt = Some(2);
    }
    assert_eq!(broken(&run).0, Vec::<&str>::new());
}
