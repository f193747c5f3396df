//! More than one run: after each other in one session, and at the same time.

use super::BatteryError;
use super::battery::Bench;
use crate::checks::RunEvidence;

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
    let (one, other) = futures::try_join!(
        one.without_watching_progress().start(),
        other.without_watching_progress().start()
    )?;
    let (one, other) = futures::try_join!(
        one.ended_or_given_up(bench.settings.give_up),
        other.ended_or_given_up(bench.settings.give_up)
    )?;
    let mut evidence = one.evidence().clone();
    evidence.facts.other_run = Some(Box::new(other.evidence().clone()));
    Ok(evidence)
}
