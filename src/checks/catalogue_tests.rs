//! Every check holds for a worker that keeps its promises, and is broken, by name, by the defect it was written for.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use super::*;
use crate::checks::testing::{Battery, SQL, at, change_result, logged};
use crate::checks::{Beat, HistoryStep, LoggedSql, RunEvidence, Scenario, Standing};
use crate::contract::EventId;

fn broken(battery: &Battery) -> Vec<Verdict> {
    let verdicts = judge(&battery.evidence());
    verdicts.into_iter().filter(Verdict::is_broken).collect()
}

fn ids(verdicts: &[Verdict]) -> Vec<&'static str> {
    verdicts.iter().map(|verdict| verdict.id).collect()
}

type Spoil = fn(&mut RunEvidence);

/// A check, the scenario in which its promise is broken, how, and which others cannot but break with it.
type Defect = (&'static str, Scenario, Spoil, &'static [&'static str]);

#[path = "defects_of_answers.rs"]
mod defects_of_answers;
#[path = "defects_of_workers.rs"]
mod defects_of_workers;

fn defects() -> impl Iterator<Item = &'static Defect> {
    let of_answers = defects_of_answers::DEFECTS.iter();
    of_answers.chain(defects_of_workers::DEFECTS)
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
    for (id, scenario, spoil, with) in defects() {
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
    let defects: BTreeSet<_> = defects().map(|(id, ..)| *id).collect();
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
fn a_worker_that_a_signal_ended_has_ended() {
    let mut battery = Battery::good();
    let process = battery.run(Scenario::Stopped).facts.process.as_mut();
    process.expect("a process").ended = Some(ExitStatus::from_raw(6));
    let broken = broken(&battery);
    assert_eq!(ids(&broken), ["process.stops-in-order"]);
    assert!(broken[0].evidence.contains("SIGABRT"), "{broken:?}");
}

#[test]
fn runs_that_were_not_at_the_same_time_say_nothing_of_isolation() {
    let mut battery = Battery::good();
    battery.run(Scenario::TwoAtOnce).facts.overlapped = false;
    let verdicts = judge(&battery.evidence());
    let isolated = verdicts.iter().find(|one| one.id == "session.isolated");
    assert_eq!(isolated.map(|one| one.standing), Some(Standing::NotJudged));
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

#[test]
fn a_late_heartbeat_of_an_event_is_none_in_silence() {
    let mut battery = Battery::good();
    let run = battery.run(Scenario::Cancelled);
    // The statement began to wait at one second. Every fifth event caused a heartbeat, and Temporal had the last one late.
    run.beats = vec![beat(900, 5), beat(2_200, 10)];
    run.facts.waited = Some((at(1_000), Duration::from_secs(20)));
    assert_eq!(ids(&broken(&battery)), ["heartbeat.during-silence"]);
    // One more that counts no further event is the worker's own.
    battery.run(Scenario::Cancelled).beats.push(beat(3_200, 10));
    assert_eq!(ids(&broken(&battery)), [""; 0]);
    // So is one that no event can have caused so late.
    battery.run(Scenario::Cancelled).beats = vec![beat(900, 5), beat(6_200, 10)];
    assert_eq!(ids(&broken(&battery)), [""; 0]);
}

fn beat(millis: u64, events: u64) -> Beat {
    Beat {
        at: Some(at(millis)),
        details: format!("events_sent={events}, events_failed=0"),
    }
}

/// A run whose first attempt was lost after its statement had run.
fn taken_over() -> Battery {
    let mut battery = Battery::good();
    let run = battery.run(Scenario::Answered);
    run.activities[0].attempts = 2;
    run.logged_sql.extend(run.logged_sql.clone());
    battery
}

#[test]
fn a_statement_of_an_attempt_that_was_lost_is_no_other_statement() {
    let broken_of = |battery: &Battery| {
        let broken = broken(battery);
        ids(&broken).contains(&"sql.nothing-else-ran")
    };
    assert!(!broken_of(&taken_over()));
    // Twice in one attempt is once too often.
    let mut battery = taken_over();
    battery.run(Scenario::Answered).activities[0].attempts = 1;
    assert!(broken_of(&battery));
}

#[test]
fn what_a_lost_attempt_had_delivered_is_not_the_results() {
    let mut battery = Battery::good();
    let run = battery.run(Scenario::Answered);
    let mut lost: Vec<_> = run.deliveries[..2].to_vec();
    for delivery in &mut run.deliveries {
        delivery.attempt = Some(2);
    }
    for delivery in &mut lost {
        delivery.attempt = Some(1);
    }
    run.deliveries.splice(0..0, lost);
    let broken = broken(&battery);
    assert!(
        !ids(&broken).contains(&"result.events-counted"),
        "{broken:#?}"
    );
}

#[test]
fn heartbeats_that_nobody_looked_for_are_not_missed() {
    let mut battery = Battery::good();
    let run = battery.run(Scenario::Answered);
    run.beats.clear();
    run.watched = false;
    let progress = |battery: &Battery| {
        let verdicts = judge(&battery.evidence());
        let progress = verdicts
            .iter()
            .find(|verdict| verdict.id == "temporal.heartbeat-progress");
        progress.map(|verdict| verdict.standing)
    };
    assert_eq!(progress(&battery), Some(Standing::NotJudged));
    battery.run(Scenario::Answered).watched = true;
    assert_eq!(progress(&battery), Some(Standing::Broken));
}

/// A workflow task that was started, and whose next attempt, if there is one, was completed.
fn timed_out(history: &mut Vec<HistoryStep>, completed: bool) {
    let step = |id, kind: &str, detail: &str| HistoryStep {
        id,
        kind: kind.to_owned(),
        detail: detail.to_owned(),
        at: Some(at(0)),
    };
    let next = i64::try_from(history.len()).unwrap_or_default() + 1;
    history.push(step(
        next,
        "WorkflowTaskTimedOut",
        "it was started and not completed in time",
    ));
    if completed {
        history.push(step(next + 1, "WorkflowTaskCompleted", ""));
    }
}

/// How the checks stand that a workflow task of one run can break.
fn of_workflow_tasks(spoil: Spoil) -> Vec<(&'static str, Standing)> {
    let good = Battery::good().run(Scenario::Answered).clone();
    let mut battery = Battery(BTreeMap::from([(Scenario::Answered, good)]));
    spoil(battery.run(Scenario::Answered));
    let of_tasks = ["timing.first-event", "history.no-failed-workflow-tasks"];
    judge(&battery.evidence())
        .into_iter()
        .filter(|verdict| of_tasks.contains(&verdict.id))
        .map(|verdict| (verdict.id, verdict.standing))
        .collect()
}

fn late(run: &mut RunEvidence) {
    for seen in &mut run.events {
        seen.received_at += Duration::from_secs(11);
    }
}

#[test]
fn a_workflow_task_that_the_server_may_have_lost_is_not_the_workers() {
    let lost = of_workflow_tasks(|run| {
        timed_out(&mut run.history, true);
        late(run);
    });
    assert!(
        lost.iter()
            .all(|(_, standing)| *standing == Standing::NotJudged),
        "{lost:?}"
    );
}

#[test]
fn a_worker_that_takes_too_long_over_its_workflow_tasks_is_named() {
    let spoils: [Spoil; 2] = [
        |run| timed_out(&mut run.history, false),
        |run| {
            timed_out(&mut run.history, true);
            timed_out(&mut run.history, true);
            late(run);
        },
    ];
    for (spoil, broken) in spoils.into_iter().zip([1, 2]) {
        let of_tasks = of_workflow_tasks(spoil);
        let count = of_tasks
            .iter()
            .filter(|(_, standing)| *standing == Standing::Broken)
            .count();
        assert_eq!(count, broken, "{of_tasks:?}");
    }
}

#[test]
fn an_event_that_is_late_without_a_lost_task_is_late() {
    let of_tasks = of_workflow_tasks(late);
    assert!(
        of_tasks.contains(&("timing.first-event", Standing::Broken)),
        "{of_tasks:?}"
    );
}

/// What of the good answer may have been lost, once it is spoilt.
fn lost(spoil: Spoil) -> Option<String> {
    let mut battery = Battery::good();
    let run = battery.run(Scenario::Answered);
    spoil(run);
    run.lost()
}

/// The second attempt answers, after the first was missed.
fn missed(run: &mut RunEvidence) {
    run.activities[0].attempts = 2;
    run.duration = Duration::from_secs(70);
    for delivery in &mut run.deliveries {
        delivery.attempt = Some(2);
    }
}

#[test]
fn an_attempt_that_nothing_came_of_may_have_been_lost() {
    assert_eq!(lost(|_| ()), None);
    let said = lost(missed).expect("it is lost");
    assert!(
        said.contains("the first attempt of chat_streaming"),
        "{said}"
    );
    let task = lost(|run| timed_out(&mut run.history, true));
    assert!(task.is_some_and(|task| task.contains("not completed in time")));
}

#[test]
fn an_attempt_that_the_worker_had_is_not_lost() {
    let spoils: [Spoil; 4] = [
        |run| {
            missed(run);
            run.deliveries[0].attempt = Some(1);
        },
        |run| {
            missed(run);
            run.deliveries[0].attempt = None;
        },
        |run| {
            missed(run);
            run.duration = Duration::from_secs(5);
        },
        |run| {
            missed(run);
            run.deliveries.clear();
        },
    ];
    for (at, spoil) in spoils.into_iter().enumerate() {
        assert_eq!(lost(spoil), None, "{at}");
    }
    // Where nothing is posted, nothing can show that the worker had it.
    let unstreamed: Spoil = |run| {
        missed(run);
        run.deliveries.clear();
        run.streamed = false;
    };
    assert!(lost(unstreamed).is_some());
}

/// Whether a subscriber still gets what comes after `done` is a race, which the verdict is not to depend on.
#[test]
fn a_second_done_reads_the_same_whether_a_subscriber_still_got_it() {
    let said = [false, true].map(|got| {
        let mut battery = Battery::good();
        let run = battery.run(Scenario::Answered);
        let mut twice = run.deliveries.last().expect("done").clone();
        twice.seq = twice.seq.map(|seq| seq + 1);
        if got {
            let mut event = run.events.last().expect("done").clone();
            event.id = event.id.map(|id| EventId {
                seq: id.seq + 1,
                ..id
            });
            run.events.push(event);
        }
        run.deliveries.push(twice);
        let mut broken = broken(&battery).into_iter();
        let twice = broken.find(|broken| broken.id == "stream.done-once");
        twice.expect("it is broken").evidence
    });
    assert!(said[0].contains("was posted after"), "{said:?}");
    assert_eq!(said[0], said[1]);
}

/// How a check stands once the good answer is spoilt.
fn standing(id: &str, spoil: Spoil) -> Standing {
    let mut battery = Battery::good();
    spoil(battery.run(Scenario::Answered));
    let mut verdicts = judge(&battery.evidence()).into_iter();
    let verdict = verdicts.find(|verdict| verdict.id == id);
    verdict.expect("it is judged").standing
}

/// No subscriber has the end.
fn nobody_has_done(run: &mut RunEvidence) {
    run.events.pop();
    for (_, seen) in &mut run.others {
        seen.pop();
    }
}

/// Subscribers that take events from each other may all be left without the end.
#[test]
fn a_done_that_the_receiver_took_and_nobody_has_is_missed() {
    let id = "receiver.all-subscribers-alike";
    assert_eq!(standing(id, nobody_has_done), Standing::Broken);
    let never_posted: Spoil = |run| {
        nobody_has_done(run);
        run.deliveries.pop();
    };
    assert_eq!(standing(id, never_posted), Standing::NotJudged);
}

#[test]
fn a_temporal_that_hardly_answered_is_no_proof_that_there_were_no_heartbeats() {
    let id = "temporal.heartbeat-progress";
    let none: Spoil = |run| run.beats.clear();
    assert_eq!(standing(id, none), Standing::Broken);
    let unread: Spoil = |run| {
        run.beats.clear();
        run.facts.heartbeats_unread = Some("2 answers".to_owned());
    };
    assert_eq!(standing(id, unread), Standing::NotJudged);
    let seen: Spoil = |run| run.facts.heartbeats_unread = Some("2 answers".to_owned());
    assert_eq!(standing(id, seen), Standing::Held);
}
