//! Runs that only differ in what they are asked with.

use serde_json::Value;

use super::BatteryError;
use super::battery::Bench;
use crate::checks::RunEvidence;
use crate::harness::Ask;

/// The same question, and nobody listens.
pub(super) async fn quiet(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let ask = bench.ask(&bench.settings.prompt);
    ended(bench, ask.without_callback()).await
}

/// The same question, with an empty URL.
pub(super) async fn empty_url(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let ask = bench.ask(&bench.settings.prompt);
    let ask = ask.without_callback().edit_argument(|argument| {
        argument.insert("callback_url".to_owned(), Value::from(""));
    });
    ended(bench, ask).await
}

/// A connection that nobody has stored.
pub(super) async fn unknown_connection(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let ask = bench.ask(&bench.settings.prompt);
    let ask = ask.connection("kai-e2e-no-such-connection");
    ended(bench, ask.without_watching_progress()).await
}

/// No prompt at all.
pub(super) async fn wrong_input(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let ask = bench.ask("").edit_argument(|argument| {
        argument.remove("prompt");
    });
    ended(bench, ask.without_watching_progress()).await
}

async fn ended(bench: &Bench<'_>, ask: Ask<'_>) -> Result<RunEvidence, BatteryError> {
    let asked = ask.start().await?;
    let run = asked.ended_or_given_up(bench.settings.give_up).await?;
    Ok(run.evidence().clone())
}
