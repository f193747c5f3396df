//! The network between a worker and everything else.

use kai_e2e::harness::faults::{Peer, Point};
use kai_e2e::harness::{Harness, Run};

use super::scene::{Kept, SOON, all_kept, answer, settings, shared, worker};
use crate::python_worker;
use crate::support::{CANONICAL, Result};

#[tokio::test]
async fn a_worker_that_was_cut_off_from_everything_goes_on_when_the_network_is_back() -> Result {
    let harness = Harness::on(shared().await?, settings()).await?;
    let process = harness.start_worker(&worker(), SOON).await?;
    let links = harness.links()?;
    let point = Point::event("sql_result");
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    links.cut_all();
    asked.release();
    // Temporal misses the worker, and has the activity ready for whoever comes.
    asked.until_attempt(2, SOON).await?;
    links.heal_all();
    let run = asked.finish().await?;
    answer(&run)?;
    // What the first attempt had left to say may have come when the second one was under way.
    let kept = Kept {
        may: &["sql.nothing-else-ran"],
        noted: &["late", "gap"],
        ..Kept::taken_over()
    };
    all_kept(kept.broken_by(&harness, &run))?;
    process.kill().await;
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn a_worker_that_temporal_does_not_hear_is_replaced_and_its_rest_is_not_mixed_in() -> Result {
    let harness = Harness::on(shared().await?, settings()).await?;
    let process = harness.start_worker(&worker(), SOON).await?;
    let point = Point::event("tool_start").of_tool("sql_query");
    let run = replaced_at(&harness, point).await?;
    let kept = Kept {
        noted: &["late"],
        ..Kept::taken_over()
    };
    all_kept(kept.broken_by(&harness, &run))?;
    process.kill().await;
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn a_worker_in_python_that_was_replaced_leaves_the_end_of_the_stream_to_its_successor()
-> Result {
    let harness = Harness::on(shared().await?, settings()).await?;
    let command = python_worker::command()
        .await?
        .variable("ACTIVITY_HEARTBEAT_TIMEOUT", "5")
        .variable("CALLBACK_TIMEOUT", "30")
        .variable("CALLBACK_BUDGET", "120");
    let process = harness.start_worker(&command, SOON).await?;
    let run = replaced_at(&harness, Point::event("sql_result")).await?;
    let deliveries = run.evidence().deliveries.iter();
    let ends: Vec<_> = deliveries
        .filter(|delivery| matches!(delivery.kind.as_str(), "done" | "error"))
        .map(|delivery| (delivery.attempt, delivery.kind.as_str()))
        .collect();
    assert_eq!(ends, [(Some(2), "done")]);
    process.kill().await;
    Ok(harness.stop().await?)
}

/// A run that Temporal gives to another attempt, because it hears nothing of the one that is held at this point.
async fn replaced_at(harness: &Harness, point: Point) -> Result<Run> {
    let link = harness.links()?.get(Peer::Temporal);
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    link.silence();
    asked.until_attempt(2, SOON).await?;
    link.heal();
    asked.release();
    let run = asked.finish().await?;
    answer(&run)?;
    Ok(run)
}
