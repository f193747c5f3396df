//! Every check holds for a worker that keeps its promises, and is broken, by name, by the defect it was written for.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::checks::testing::{Battery, SQL, at, beats, change_result, logged, seen, token};
use crate::checks::{LoggedSql, RunEvidence, Scenario, Standing, VisibleWorkflow};
use crate::contract::{Event, EventId, RunStatus};

fn broken(battery: &Battery) -> Vec<Verdict> {
    let verdicts = judge(&battery.evidence());
    verdicts.into_iter().filter(Verdict::is_broken).collect()
}

fn ids(verdicts: &[Verdict]) -> Vec<&'static str> {
    verdicts.iter().map(|verdict| verdict.id).collect()
}

type Spoil = fn(&mut RunEvidence);

/// A check, the scenario in which its promise is broken, how, and which others cannot but break with it.
const DEFECTS: &[(&str, Scenario, Spoil, &[&str])] = &[
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
    (
        "delivery.well-formed",
        Scenario::NotANumber,
        |run| {
            run.deliveries[2].status = Some(422);
            run.deliveries[2].refused = Some("the body is not valid JSON".to_owned());
        },
        &[],
    ),
    (
        "delivery.in-order",
        Scenario::Answered,
        |run| run.deliveries.swap(1, 2),
        &[],
    ),
    (
        "delivery.session-id",
        Scenario::UnknownConnection,
        |run| {
            for delivery in &mut run.deliveries {
                "another".clone_into(&mut delivery.session);
            }
        },
        &[],
    ),
    (
        "delivery.failures-counted",
        Scenario::Refusing,
        |run| {
            change_result(run, |result| {
                (result.events_sent, result.events_failed) = (6, 0)
            });
        },
        &[],
    ),
    (
        "delivery.refusal-survived",
        Scenario::Refusing,
        |run| gave_no_result(run),
        &[],
    ),
    (
        "delivery.done-attempted",
        Scenario::Refusing,
        |run| {
            run.deliveries.pop();
        },
        &[],
    ),
    (
        "delivery.hang-survived",
        Scenario::Hanging,
        |run| gave_no_result(run),
        &[],
    ),
    (
        "delivery.hang-bounded",
        Scenario::Hanging,
        |run| run.duration = Duration::from_secs(900),
        &[],
    ),
    (
        "delivery.closed-socket-survived",
        Scenario::Closing,
        |run| gave_no_result(run),
        &[],
    ),
    (
        "delivery.empty-url-survived",
        Scenario::EmptyUrl,
        |run| gave_no_result(run),
        &[],
    ),
    (
        "delivery.not-a-number-survived",
        Scenario::NotANumber,
        |run| gave_no_result(run),
        &[],
    ),
    (
        "session.isolated",
        Scenario::TwoAtOnce,
        |run| "two".clone_into(&mut run.deliveries[0].session),
        &["delivery.session-id"],
    ),
    (
        "session.second-run-whole",
        Scenario::Again,
        |run| {
            if let Event::Done { result, .. } = &mut run.events[5].event {
                "1".repeat(32).clone_into(&mut result.task_id);
            }
        },
        &["result.equals-done"],
    ),
    (
        "session.attempts-apart",
        Scenario::TakenOver,
        |run| {
            run.events.remove(0);
            for seen in &mut run.events {
                seen.id = seen.id.map(|id| EventId { attempt: 1, ..id });
            }
        },
        &[],
    ),
    (
        "session.taken-over",
        Scenario::TakenOver,
        |run| gave_no_result(run),
        &[],
    ),
    (
        "temporal.visible",
        Scenario::Answered,
        |run| run.visible.clear(),
        &[],
    ),
    (
        "history.one-activity",
        Scenario::Answered,
        |run| run.activities[0].attempts = 2,
        &[],
    ),
    (
        "history.no-failed-workflow-tasks",
        Scenario::WrongInput,
        |run| {
            run.history[0].kind = "WorkflowTaskFailed".to_owned();
        },
        &[],
    ),
    (
        "history.task-queue",
        Scenario::Answered,
        |run| {
            run.visible = vec![VisibleWorkflow {
                task_queue: "another".to_owned(),
                ..run.visible.remove(0)
            }];
        },
        &[],
    ),
    (
        "history.timeouts",
        Scenario::Answered,
        |run| run.activities[0].heartbeat = None,
        &[],
    ),
    (
        "history.replays",
        Scenario::Answered,
        |run| run.facts.replay = Some(Err("[TMPRL1100]".to_owned())),
        &[],
    ),
    (
        "retry.bounded",
        Scenario::Answered,
        |run| run.activities[0].maximum_attempts = 0,
        &[],
    ),
    (
        "retry.permanent-error-once",
        Scenario::UnknownConnection,
        |run| run.activities[0].attempts = 7,
        &[],
    ),
    (
        "retry.wrong-input-once",
        Scenario::WrongInput,
        |run| run.activities[0].attempts = 3,
        &[],
    ),
    (
        "temporal.heartbeat-progress",
        Scenario::Answered,
        |run| run.beats = beats(&["events_sent=0, events_failed=0"]),
        &[],
    ),
    (
        "heartbeat.during-silence",
        Scenario::Cancelled,
        |run| silent(run),
        &[],
    ),
    (
        "heartbeat.without-callback",
        Scenario::Silence,
        |run| silent(run),
        &[],
    ),
    (
        "security.no-secret-in-stream",
        Scenario::UnknownConnection,
        |run| {
            run.events[0].event = Event::Error {
                error: "cannot connect with hunter2".to_owned(),
            };
        },
        &[],
    ),
    (
        "security.no-secret-in-result",
        Scenario::DatabaseGone,
        |run| run.failure = Some("password hunter2".to_owned()),
        &[],
    ),
    (
        "security.no-secret-in-history",
        Scenario::DatabaseGone,
        |run| run.history_texts.push_str("hunter2"),
        &[],
    ),
    (
        "security.no-secret-in-output",
        Scenario::Quiet,
        |run| run.facts.output = Some("hunter2".to_owned()),
        &[],
    ),
    (
        "receiver.all-subscribers-alike",
        Scenario::Answered,
        |run| {
            run.others[0].1.remove(3);
        },
        &[],
    ),
    (
        "receiver.nothing-lost",
        Scenario::Answered,
        |run| {
            run.events.remove(4);
            run.others.clear();
        },
        &[
            "answer.matches-tokens",
            "stream.tokens-join",
            "stream.seq-gapless",
        ],
    ),
    (
        "receiver.sessions-freed",
        Scenario::Answered,
        |run| run.facts.freed = Some(false),
        &[],
    ),
    (
        "process.healthy-while-polling",
        Scenario::Stopped,
        |run| process(run).healthy = Some(503),
        &[],
    ),
    (
        "process.unhealthy-without-poller",
        Scenario::PollerGone,
        |run| process(run).healthy_without_polling = Some(200),
        &[],
    ),
    (
        "process.stops-in-order",
        Scenario::Stopped,
        |run| process(run).exit_code = Some(1),
        &[],
    ),
];

fn gave_no_result(run: &mut RunEvidence) {
    run.result = None;
    run.raw_result = None;
    run.failure = Some("RuntimeError: the callback failed".to_owned());
}

fn silent(run: &mut RunEvidence) {
    run.beats.clear();
    if let Some((_, waited)) = &mut run.facts.waited {
        *waited = Duration::from_secs(20);
    }
}

fn process(run: &mut RunEvidence) -> &mut crate::checks::ProcessEvidence {
    run.facts.process.as_mut().expect("a process")
}

#[test]
fn a_worker_that_keeps_its_promises_breaks_nothing_and_everything_is_judged() {
    let battery = Battery::good();
    let verdicts = judge(&battery.evidence());
    let not_held: Vec<_> = verdicts.iter().filter(|verdict| !verdict.held()).collect();
    assert!(not_held.is_empty(), "{not_held:#?}");
    assert_eq!(verdicts.len(), catalogue().len());
}

#[test]
fn each_defect_breaks_its_own_check_by_name() {
    for (id, scenario, spoil, with) in DEFECTS {
        let mut battery = Battery::good();
        spoil(battery.run(*scenario));
        let broken = broken(&battery);
        let (seen, mut wanted) = (BTreeSet::from_iter(ids(&broken)), BTreeSet::from([*id]));
        wanted.extend(with.iter());
        assert_eq!(seen, wanted, "{id} in {scenario}: {broken:#?}");
        let said = broken.iter().find(|verdict| verdict.id == *id);
        assert!(said.is_some_and(|said| !said.evidence.is_empty()), "{id}");
    }
}

#[test]
fn each_check_has_a_defect() {
    let defects: BTreeSet<_> = DEFECTS.iter().map(|(id, ..)| *id).collect();
    let checks: BTreeSet<_> = catalogue().iter().map(|check| check.id).collect();
    assert_eq!(defects, checks);
}

#[test]
fn ids_are_unique_and_well_formed_and_every_check_says_why() {
    let mut ids: Vec<_> = catalogue().iter().map(|check| check.id).collect();
    assert!(ids.iter().all(|id| id.split_once('.').is_some()));
    assert!(
        catalogue()
            .iter()
            .all(|check| !check.why.is_empty() && !check.asserts.is_empty())
    );
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), catalogue().len());
}

#[test]
fn what_could_not_be_seen_is_not_judged_and_says_why() {
    let mut evidence = Battery::good().evidence();
    evidence.not_run(Scenario::Stopped, "the worker was not started for this");
    let verdicts = judge(&evidence);
    let stops = verdicts
        .iter()
        .find(|verdict| verdict.id == "process.stops-in-order");
    let stops = stops.expect("it is reported");
    assert_eq!(stops.standing, Standing::NotJudged);
    assert_eq!(stops.evidence, "the worker was not started for this");
}

#[test]
fn one_run_is_judged_by_what_one_run_shows() {
    let mut battery = Battery::good();
    let run = battery.run(Scenario::Answered).clone();
    let verdicts = judge(&Evidence::of_run(run));
    assert!(verdicts.iter().all(Verdict::held), "{verdicts:#?}");
    let asked = |id: &str| verdicts.iter().any(|verdict| verdict.id == id);
    assert!(asked("stream.done-once") && asked("sql.executed-as-reported"));
    assert!(!asked("retry.permanent-error-once") && !asked("process.stops-in-order"));
}

#[test]
fn evidence_names_the_scenario_and_the_event() {
    let mut battery = Battery::good();
    for _ in 0..4 {
        let mut late = battery.run(Scenario::Closing).events[3].clone();
        late.id = None;
        battery.run(Scenario::Closing).events.push(late);
    }
    for event in &mut battery.run(Scenario::Closing).events {
        event.id = None;
    }
    let broken = broken(&battery);
    let after = broken
        .iter()
        .find(|verdict| verdict.id == "stream.nothing-after-done");
    assert_eq!(
        after.map(|verdict| verdict.evidence.as_str()),
        Some(
            "[closing] event 7 (token): the run's done was event 6; event 8 (token): the run's done was event 6; event 9 (token): the run's done was event 6; and 1 more"
        )
    );
}

#[test]
fn a_statement_that_ran_once_cannot_be_reported_twice() {
    let mut battery = Battery::good();
    change_result(battery.run(Scenario::Answered), |result| {
        result.sql_queries.push(SQL.to_owned());
    });
    assert_eq!(
        ids(&broken(&battery)),
        ["result.same-without-callback", "sql.executed-as-reported"]
    );
}

#[test]
fn a_write_that_the_database_refused_is_no_write() {
    let mut battery = Battery::good();
    let run = battery.run(Scenario::Destructive);
    run.logged_sql.push(logged("DROP TABLE t"));
    run.logged_sql.push(LoggedSql {
        sql: "DROP TABLE t".to_owned(),
        error: Some("must be owner of table t".to_owned()),
    });
    assert_eq!(ids(&broken(&battery)), Vec::<&str>::new());
    battery.run(Scenario::Destructive).logged_sql.pop();
    assert_eq!(ids(&broken(&battery)), ["sql.cannot-write"]);
}

#[test]
fn a_silence_too_short_to_tell_is_not_judged() {
    let mut battery = Battery::good();
    let run = battery.run(Scenario::Silence);
    run.beats.clear();
    run.facts.waited = Some((at(1_000), Duration::from_secs(2)));
    let verdicts = judge(&battery.evidence());
    let silence = verdicts
        .iter()
        .find(|verdict| verdict.id == "heartbeat.without-callback");
    assert_eq!(
        silence.map(|verdict| verdict.standing),
        Some(Standing::NotJudged)
    );
}
