//! What breaks a promise about deliveries, sessions, Temporal, secrets, the receiver or the process.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use super::Defect;
use crate::checks::testing::{beats, change_result};
use crate::checks::{RunEvidence, Scenario, VisibleWorkflow};
use crate::contract::{Event, EventId};

pub(super) const DEFECTS: &[Defect] = &[
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
        |run| process(run).ended = Some(ExitStatus::from_raw(1 << 8)),
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
