//! A receiver that is away, slow, or behind a network that repeats and reorders.

use std::time::Duration;

use kai_e2e::capture::Misbehaviour;
use kai_e2e::harness::faults::{Peer, Point};
use kai_e2e::harness::{Harness, HarnessSettings};

use super::scene::{Kept, SOON, all_kept, answer, settings, shared};
use crate::support::{CANONICAL, Result, eventually};

/// With a worker of its own, which is not to be killed here.
async fn harness() -> Result<Harness> {
    let settings = HarnessSettings {
        worker: true,
        ..settings()
    };
    Ok(Harness::on(shared().await?, settings).await?)
}

#[tokio::test]
async fn a_receiver_that_is_away_for_the_whole_run_costs_the_stream_and_not_the_result() -> Result {
    let harness = harness().await?;
    let heard = harness.ask(CANONICAL).await?;
    heard.check()?;
    harness.links()?.get(Peer::Receiver).cut();
    let run = harness.ask(CANONICAL).without_watching_progress().await?;
    assert_eq!(answer(&run)?, answer(&heard)?);
    let result = run.result()?;
    assert_eq!(result.events_sent, 0, "nobody was there");
    assert_eq!(
        result.events_failed,
        heard.result()?.events_sent,
        "none is forgotten"
    );
    assert!(run.events().is_empty());
    assert_eq!(run.result()?.sql_queries, heard.result()?.sql_queries);
    let statements = |run: &kai_e2e::harness::Run| run.logged_sql().len();
    assert_eq!(statements(&run), statements(&heard), "nothing ran twice");
    run.check_only("history.one-activity")?;
    run.check_only("security.no-secret-in-result")?;
    run.check_only("security.no-secret-in-history")?;

    harness.links()?.get(Peer::Receiver).heal();
    harness.ask(CANONICAL).await?.check()?;
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn a_receiver_that_is_away_in_the_middle_of_a_run_misses_nothing() -> Result {
    let harness = harness().await?;
    let link = harness.links()?.get(Peer::Receiver);
    let point = Point::event("tool_end").of_tool("sql_query");
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    link.cut();
    asked.release();
    // One that was open, and the tries that followed.
    let resets = || async { Ok(link.resets()) };
    eventually("the worker has tried again", resets, |resets| resets >= 3).await?;
    link.heal();
    let run = asked.finish().await?;
    answer(&run)?;
    assert_eq!(run.result()?.events_failed, 0);
    all_kept(Kept::default().broken_by(&harness, &run))?;
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn a_slow_receiver_gets_everything_in_order() -> Result {
    let harness = harness().await?;
    harness
        .links()?
        .get(Peer::Receiver)
        .slow(Duration::from_millis(30));
    let run = harness.ask(CANONICAL).await?;
    answer(&run)?;
    assert_eq!(run.result()?.events_failed, 0);
    all_kept(Kept::default().broken_by(&harness, &run))?;
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn whatever_one_answer_becomes_the_stream_is_whole() -> Result {
    let harness = harness().await?;
    let mut broken = Vec::new();
    for what in [
        Misbehaviour::Status(500),
        Misbehaviour::Status(503),
        Misbehaviour::Status(429),
        Misbehaviour::Drop,
        Misbehaviour::HalfAnswer,
        Misbehaviour::Twice,
        Misbehaviour::Overtaken,
    ] {
        let asked = harness.ask(CANONICAL).without_watching_progress();
        // The second time that the worker tries the same event everything is well, but for those that repeat what got through.
        let mut asked = asked
            .misbehave(3..=3, what)
            .misbehave(7..=7, what)
            .start()
            .await?;
        let session = asked.session().clone();
        // The last event may be the one that was overtaken: it is let through when the others are there.
        let through = || async { Ok(harness.capture().accepted(&session)) };
        eventually("the run is streamed", through, |accepted| accepted >= 8).await?;
        let mistreated = asked.behave();
        let run = asked.finish().await?;
        answer(&run)?;
        assert_eq!(mistreated.len(), 2, "{what:?}: {mistreated:?}");
        // It is the network that is out of order here, and the worker that is blamed.
        let but: &[&str] = match what {
            Misbehaviour::Overtaken => &["delivery.in-order"],
            _ => &[],
        };
        let kept = Kept {
            but,
            ..Kept::default()
        };
        let lines = kept.broken_by(&harness, &run);
        broken.extend(lines.into_iter().map(|line| format!("{what:?}: {line}")));
    }
    all_kept(broken)?;
    Ok(harness.stop().await?)
}
