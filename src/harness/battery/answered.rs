//! A question that is simply to be answered, seen from every side.

use super::BatteryError;
use super::battery::Bench;
use super::subscribers::{cut_off, is_freed, late};
use crate::checks::{RunEvidence, SeenEvent};

/// After how many events the second subscriber loses its connection.
const CUT_AFTER: usize = 3;

pub(super) async fn answered(bench: &Bench<'_>) -> Result<RunEvidence, BatteryError> {
    let asked = bench.ask(&bench.settings.prompt).start().await?;
    let url = bench.harness.capture().stream_url(asked.session());
    let cut = tokio::spawn(cut_off(url.clone(), CUT_AFTER));
    let mut run = asked.ended_or_given_up(bench.settings.give_up).await?;
    if bench.is_own() {
        run = run.replayed().await;
    }
    let mut evidence = run.evidence().clone();
    let settle = bench.harness.settings.settle_timeout;
    let cut = tokio::time::timeout(settle, cut).await;
    evidence.others = vec![
        (
            "a subscriber whose connection was cut".to_owned(),
            seen(cut.ok().and_then(Result::ok), "it did not end"),
        ),
        (
            "a subscriber that came late".to_owned(),
            seen(
                tokio::time::timeout(settle, late(&url)).await.ok(),
                "it did not end",
            ),
        ),
    ];
    evidence.facts.freed = Some(is_freed().await?);
    Ok(evidence)
}

/// What a subscriber has; nothing when its stream broke off.
fn seen(
    read: Option<Result<Vec<SeenEvent>, crate::capture::SubscribeError>>,
    otherwise: &str,
) -> Vec<SeenEvent> {
    match read {
        Some(Ok(events)) => events,
        Some(Err(error)) => {
            tracing::warn!(%error, "a subscriber's stream broke off");
            Vec::new()
        }
        None => {
            tracing::warn!("a subscriber's stream: {otherwise}");
            Vec::new()
        }
    }
}
