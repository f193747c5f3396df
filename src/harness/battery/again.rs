//! When what was seen in a scenario says too little of the worker, so that the scenario is run again.

use super::BatteryError;
use crate::checks::{RunEvidence, Scenario};
use crate::contract::{FailureType, error_chain};
use crate::harness::HarnessError;

/// How often more a scenario is run. One that says as little each time is judged as it is.
pub(super) const ASKED_AGAIN: usize = 2;

/// Why a scenario is better run again; none when it says what it can say.
pub(super) fn why_again(
    scenario: Scenario,
    seen: &Result<RunEvidence, BatteryError>,
) -> Option<String> {
    match seen {
        // A server that is busy answers the next time.
        Err(BatteryError::Harness(error @ HarnessError::Temporal { .. })) => {
            Some(error_chain(error))
        }
        Err(_) => None,
        Ok(run) => of_run(scenario, run),
    }
}

fn of_run(scenario: Scenario, run: &RunEvidence) -> Option<String> {
    let other = run.facts.other_run.as_ref();
    let lost = run
        .lost()
        .or_else(|| other.and_then(|other| other.lost()))
        .or_else(|| run.facts.heartbeats_unread.clone());
    if lost.is_some() {
        return lost;
    }
    if scenario == Scenario::TwoAtOnce && !run.facts.overlapped {
        return Some("its two runs were not under way at the same time".to_owned());
    }
    if breaks_services(scenario) {
        return None;
    }
    // Nothing was done to the services, so one of them was too busy: the worker rightly tried again.
    let unavailable = FailureType::ServiceUnavailable.as_str();
    run.activities
        .iter()
        .filter_map(|activity| activity.retried_after.as_ref())
        .find(|(kind, _)| kind == unavailable)
        .map(|(kind, said)| format!("an attempt ended as {kind}: {said}"))
}

/// Whether attempts fail in a scenario because it makes them.
fn breaks_services(scenario: Scenario) -> bool {
    matches!(
        scenario,
        Scenario::DatabaseGone | Scenario::TakenOver | Scenario::PollerGone | Scenario::Stopped
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{ActivityEvidence, Facts};

    fn retried() -> RunEvidence {
        let kind = FailureType::ServiceUnavailable.as_str().to_owned();
        RunEvidence {
            activities: vec![ActivityEvidence {
                retried_after: Some((kind, "typesense does not answer".to_owned())),
                ..ActivityEvidence::default()
            }],
            ..RunEvidence::default()
        }
    }

    fn with(facts: Facts) -> RunEvidence {
        RunEvidence {
            facts,
            ..RunEvidence::default()
        }
    }

    #[test]
    fn a_run_that_says_enough_is_not_asked_again() {
        for scenario in Scenario::ALL {
            let overlapped = with(Facts {
                overlapped: true,
                ..Facts::default()
            });
            assert_eq!(why_again(scenario, &Ok(overlapped)), None, "{scenario}");
        }
    }

    #[test]
    fn an_attempt_that_a_busy_service_failed_is_a_reason_where_nobody_broke_it() {
        let why = why_again(Scenario::Answered, &Ok(retried()));
        assert!(why.is_some_and(|why| why.contains("typesense does not answer")));
        assert_eq!(why_again(Scenario::DatabaseGone, &Ok(retried())), None);
        assert_eq!(why_again(Scenario::Stopped, &Ok(retried())), None);
    }

    #[test]
    fn a_temporal_that_does_not_answer_and_runs_that_did_not_meet_are_reasons() {
        let silent = BatteryError::Harness(HarnessError::Temporal {
            action: "list",
            workflow_id: "w".to_owned(),
            reason: "no answer within 10s".to_owned(),
        });
        let why = why_again(Scenario::Cancelled, &Err(silent));
        assert!(why.is_some_and(|why| why.contains("no answer within 10s")));
        let database = BatteryError::Database {
            scenario: Scenario::Cancelled,
            reason: "gone".to_owned(),
        };
        assert_eq!(why_again(Scenario::Cancelled, &Err(database)), None);
        assert!(why_again(Scenario::TwoAtOnce, &Ok(RunEvidence::default())).is_some());
        let unread = with(Facts {
            heartbeats_unread: Some("2 answers".to_owned()),
            ..Facts::default()
        });
        let why = why_again(Scenario::Answered, &Ok(unread));
        assert_eq!(why.as_deref(), Some("2 answers"));
    }
}
