//! The store of what the agent knows is away.

use std::time::Duration;

use kai_e2e::harness::faults::{Peer, Point};
use kai_e2e::harness::{Harness, HarnessSettings, Outcome};
use kai_e2e::worker::RetrySettings;

use super::scene::{Kept, SOON, all_kept, answer, settings, shared};
use crate::support::{CANONICAL, Result};

async fn harness(attempts: u32) -> Result<Harness> {
    let defaults = settings();
    let settings = HarnessSettings {
        worker: true,
        retry: RetrySettings {
            maximum_attempts: attempts,
            initial_interval: Duration::from_millis(200),
            ..defaults.retry
        },
        ..defaults
    };
    Ok(Harness::on(shared().await?, settings).await?)
}

#[tokio::test]
async fn a_run_begins_again_until_typesense_is_there() -> Result {
    let harness = harness(20).await?;
    let link = harness.links()?.get(Peer::Typesense);
    link.cut();
    let asked = harness
        .ask(CANONICAL)
        .without_watching_progress()
        .start()
        .await?;
    asked.until_attempt(3, SOON).await?;
    link.heal();
    let run = asked.finish().await?;
    answer(&run)?;
    let attempts = run
        .evidence()
        .activities
        .first()
        .map_or(0, |it| it.attempts);
    assert!(attempts >= 3, "{attempts}");
    run.check_only("stream.done-once")?;
    run.check_only("stream.tokens-join")?;
    run.check_only("security.no-secret-in-stream")?;
    let last = u32::try_from(attempts)?;
    let session = kai_e2e::contract::SessionId::new(run.session());
    let transcript = harness
        .capture()
        .transcript(&session)
        .ok_or("no transcript")?;
    assert!(transcript.finished);
    assert_eq!(
        transcript.attempts.last().map(|mark| mark.attempt),
        Some(last)
    );
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn typesense_that_goes_in_the_middle_costs_an_attempt() -> Result {
    let harness = harness(20).await?;
    let link = harness.links()?.get(Peer::Typesense);
    // What has been asked for by then is known; the plan, the examples and the memory of the conversation are still to come.
    let point = Point::event("tool_start");
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    link.cut();
    asked.release();
    asked.until_attempt(2, SOON).await?;
    link.heal();
    let run = asked.finish().await?;
    answer(&run)?;
    let attempts = run
        .evidence()
        .activities
        .first()
        .map_or(0, |it| it.attempts);
    let numbers: Vec<u32> = (1..=u32::try_from(attempts)?).collect();
    let kept = Kept {
        attempts: &numbers,
        but: &["history.one-activity"],
        ..Kept::default()
    };
    all_kept(kept.broken_by(&harness, &run))?;
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn typesense_that_stays_away_fails_the_run_by_name() -> Result {
    let harness = harness(2).await?;
    harness.links()?.get(Peer::Typesense).cut();
    let run = harness.ask(CANONICAL).without_watching_progress().await?;
    let Outcome::Failed(failure) = run.outcome() else {
        return Err(format!("the run ended as {:?}", run.outcome()).into());
    };
    assert_eq!(failure.kind, "ServiceUnavailable");
    run.expect_events("… error done")?;
    run.check_only("stream.done-once")?;
    run.check_only("security.no-secret-in-history")?;
    Ok(harness.stop().await?)
}
