//! More than one run: after each other in one session, and at the same time.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};

use super::BatteryError;
use super::battery::Bench;
use crate::capture::Point;
use crate::checks::RunEvidence;
use crate::harness::RunningAsk;

/// For how long a run is held that waits for the other one: less than the three seconds after which a worker repeats a
/// delivery (contract §3).
const LONGEST_HOLD: Duration = Duration::from_millis(2500);

/// A second question in the session of one that has ended.
pub(super) async fn again(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let session = bench.new_session();
    let mut runs = Vec::new();
    for prompt in [&bench.settings.prompt, &bench.settings.other_prompt] {
        let ask = bench.ask(prompt).conversation(session.as_str());
        let asked = ask.without_watching_progress().start().await?;
        runs.push(asked.ended_or_given_up(bench.settings.give_up).await?);
    }
    let second = runs.pop().map(|run| run.evidence().clone());
    let mut evidence = second.unwrap_or_default();
    let first = runs.pop().map(|run| Box::new(run.evidence().clone()));
    evidence.facts.other_run = first;
    Ok(evidence)
}

/// Two questions at the same time.
pub(super) async fn two_at_once(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let one = bench.ask(&bench.settings.prompt);
    let other = bench.ask(&bench.settings.other_prompt);
    let (mut one, mut other) = futures::try_join!(
        one.hold_at(Point::delivery(1)).start(),
        other.hold_at(Point::delivery(1)).start()
    )?;
    let overlapped = both_begun(&one, &other, bench.settings.first_statement).await;
    one.release();
    other.release();
    let (one, other) = futures::try_join!(
        one.ended_or_given_up(bench.settings.give_up),
        other.ended_or_given_up(bench.settings.give_up)
    )?;
    let mut evidence = one.evidence().clone();
    evidence.facts.other_run = Some(Box::new(other.evidence().clone()));
    evidence.facts.overlapped = overlapped;
    Ok(evidence)
}

/// Whether both runs are held at their first event. One is given up when the other one has been held for a while: a worker
/// that takes one run at a time never comes there.
async fn both_begun(one: &RunningAsk<'_>, other: &RunningAsk<'_>, bound: Duration) -> bool {
    let (one, other) = (pin!(one.at_point(bound)), pin!(other.at_point(bound)));
    match select(one, other).await {
        Either::Left((first, second)) | Either::Right((first, second)) => {
            let second = tokio::time::timeout(LONGEST_HOLD, second).await;
            first.is_ok() && matches!(second, Ok(Ok(())))
        }
    }
}
