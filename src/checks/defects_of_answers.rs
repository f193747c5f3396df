//! What breaks a promise about the result, the SQL or the stream.

use std::time::Duration;

use serde_json::json;

use super::Defect;
use crate::checks::Scenario;
use crate::checks::testing::{Battery, at, change_result, logged, seen, token};
use crate::contract::{Event, EventId, RunStatus};

pub(super) const DEFECTS: &[Defect] = &[
    (
        "result.completed-with-answer",
        Scenario::Answered,
        |run| {
            change_result(run, |result| {
                result.status = RunStatus::Failed;
                result.error = Some("boom".to_owned());
            });
        },
        &["result.same-without-callback"],
    ),
    (
        "result.whole",
        Scenario::Quiet,
        |run| {
            run.raw_result
                .as_mut()
                .and_then(|raw| raw.as_object_mut())
                .and_then(|raw| raw.remove("mission_id"));
        },
        &[],
    ),
    (
        "result.equals-done",
        Scenario::Closing,
        |run| {
            run.result.as_mut().expect("a result").execution_time_ms += 1;
        },
        &[],
    ),
    (
        "result.same-without-callback",
        Scenario::Quiet,
        |run| {
            change_result(run, |result| result.final_answer.push('!'));
        },
        &[],
    ),
    (
        "result.failed-when-database-gone",
        Scenario::DatabaseGone,
        |run| {
            *run = Battery::good()
                .0
                .remove(&Scenario::Closing)
                .expect("a good run");
        },
        &[],
    ),
    (
        "result.events-counted",
        Scenario::Answered,
        |run| {
            change_result(run, |result| result.events_sent = 7);
        },
        &[],
    ),
    (
        "answer.matches-tokens",
        Scenario::Answered,
        |run| run.events[3].event = token("Rp 1"),
        &["stream.tokens-join", "receiver.all-subscribers-alike"],
    ),
    (
        "result.sql-queries",
        Scenario::Answered,
        |run| {
            change_result(run, |result| result.sql_queries.clear());
        },
        &[
            "result.same-without-callback",
            "sql.executed-as-reported",
            "sql.nothing-else-ran",
            "stream.sql-reported",
        ],
    ),
    (
        "sql.executed-as-reported",
        Scenario::Answered,
        |run| run.logged_sql[1].sql.push_str(" + 1"),
        &["sql.nothing-else-ran"],
    ),
    (
        "sql.nothing-else-ran",
        Scenario::Answered,
        |run| run.logged_sql.push(logged("SELECT 2")),
        &[],
    ),
    (
        "sql.rows-as-reported",
        Scenario::Answered,
        |run| {
            run.run_again[0].rows = Ok(vec![[("n".to_owned(), json!(2))].into_iter().collect()]);
        },
        &[],
    ),
    (
        "sql.cannot-write",
        Scenario::Destructive,
        |run| {
            run.facts.data = Some(("d1".to_owned(), "d2".to_owned()));
        },
        &[],
    ),
    (
        "sql.statement-timeout",
        Scenario::Silence,
        |run| run.logged_sql.retain(|seen| seen.error.is_none()),
        &[],
    ),
    (
        "sql.cancelled-with-run",
        Scenario::Cancelled,
        |run| run.facts.statement_left = Some(true),
        &[],
    ),
    (
        "stream.before-end",
        Scenario::Answered,
        |run| run.history[0].at = Some(at(11)),
        &[],
    ),
    (
        "stream.while-it-runs",
        Scenario::Cancelled,
        |run| {
            let (since, waited) = run.facts.waited.expect("it waited");
            for seen in &mut run.events {
                seen.received_at = since + waited + Duration::from_secs(1);
            }
        },
        &[],
    ),
    (
        "timing.first-event",
        Scenario::Answered,
        |run| run.started_at = Some(at(0) - Duration::from_secs(11)),
        &[],
    ),
    (
        "timing.first-token",
        Scenario::Answered,
        |run| {
            for late in &mut run.events[3..] {
                late.received_at += Duration::from_secs(121);
            }
            run.history[0].at = Some(at(200_000));
        },
        &["timing.longest-silence"],
    ),
    (
        "timing.longest-silence",
        Scenario::Answered,
        |run| {
            for late in &mut run.events[1..] {
                late.received_at += Duration::from_secs(61);
            }
            run.history[0].at = Some(at(200_000));
        },
        &[],
    ),
    (
        "stream.fields",
        Scenario::Closing,
        |run| {
            run.events.insert(0, run.events[0].clone());
            run.events[0].event =
                Event::Other([("type".to_owned(), json!("token"))].into_iter().collect());
            run.events[0].id = None;
            for event in &mut run.events {
                event.id = None;
            }
        },
        &[],
    ),
    (
        "stream.ends-with-done",
        Scenario::UnknownConnection,
        |run| {
            run.events.pop();
        },
        &[],
    ),
    (
        "stream.done-once",
        Scenario::Closing,
        |run| {
            let mut twice = run.events.last().expect("done").clone();
            twice.id = Some(EventId {
                run: 1,
                attempt: 1,
                seq: 7,
            });
            run.events.push(twice);
        },
        &[],
    ),
    (
        "stream.nothing-after-done",
        Scenario::UnknownConnection,
        |run| {
            let mut late = run.events[0].clone();
            late.id = Some(EventId {
                run: 1,
                attempt: 1,
                seq: 3,
            });
            run.events.push(late);
        },
        &[],
    ),
    (
        "stream.done-result",
        Scenario::WrongInput,
        |run| {
            change_result(run, |result| result.error = None);
        },
        &[],
    ),
    (
        "stream.error-means-failed",
        Scenario::Closing,
        |run| {
            let error = Event::Error {
                error: "e".to_owned(),
            };
            let events: Vec<_> = run.events.iter().map(|seen| seen.event.clone()).collect();
            run.events = seen(1, 1, &[&[error], &events[..]].concat());
        },
        &[],
    ),
    (
        "stream.tokens-join",
        Scenario::UnknownConnection,
        |run| {
            change_result(run, |result| "half".clone_into(&mut result.final_answer));
        },
        &[],
    ),
    (
        "stream.tools-paired",
        Scenario::Closing,
        |run| {
            run.events.insert(3, run.events[0].clone());
            let events: Vec<_> = run.events.iter().map(|seen| seen.event.clone()).collect();
            run.events = seen(1, 1, &events);
        },
        &[],
    ),
    (
        "stream.sql-result-after-tool-end",
        Scenario::Closing,
        |run| {
            let mut events: Vec<_> = run.events.iter().map(|seen| seen.event.clone()).collect();
            events.swap(2, 3);
            run.events = seen(1, 1, &events);
        },
        &[],
    ),
    (
        "stream.sql-reported",
        Scenario::Closing,
        |run| {
            if let Event::SqlResult(rows) = &mut run.events[2].event {
                "SELECT 2".clone_into(&mut rows.sql);
            }
        },
        &[],
    ),
    (
        "stream.sql-rows",
        Scenario::Closing,
        |run| {
            if let Event::SqlResult(rows) = &mut run.events[2].event {
                rows.row_count = 5;
            }
        },
        &[],
    ),
    (
        "stream.chart-after-sql-result",
        Scenario::Closing,
        |run| {
            let chart = Event::from_object(
            json!({"type": "chart_config", "widget_type": "bar", "widget_data": [], "x_axis_key": "n", "y_axis_key": null})
                .as_object().expect("an object").clone());
            let mut events: Vec<_> = run.events.iter().map(|seen| seen.event.clone()).collect();
            events.insert(4, chart);
            run.events = seen(1, 1, &events);
        },
        &[],
    ),
    (
        "stream.knowledge-first",
        Scenario::Closing,
        |run| {
            let late = Event::SkillLoaded {
                message: "m".to_owned(),
                skills: vec![],
            };
            let mut events: Vec<_> = run.events.iter().map(|seen| seen.event.clone()).collect();
            events.insert(5, late);
            run.events = seen(1, 1, &events);
        },
        &[],
    ),
    (
        "stream.attempts-monotonic",
        Scenario::TakenOver,
        |run| {
            let mut late = run.events[0].clone();
            late.id = Some(EventId {
                run: 1,
                attempt: 1,
                seq: 2,
            });
            run.events.insert(3, late);
        },
        &["session.attempts-apart"],
    ),
    (
        "stream.seq-gapless",
        Scenario::UnknownConnection,
        |run| {
            run.events[1].id = Some(EventId {
                run: 1,
                attempt: 1,
                seq: 4,
            });
        },
        &[],
    ),
];
