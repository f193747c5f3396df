//! A worker that is there, and does nothing: as one whose tool never returns and holds everything up.

use kai_e2e::harness::Harness;
use kai_e2e::harness::faults::{Peer, Point};

use super::scene::{Kept, SOON, all_kept, answer, settings, shared, worker};
use crate::support::{CANONICAL, Result, eventually};

#[tokio::test]
async fn a_stuck_worker_is_missed_and_what_it_says_when_it_wakes_changes_nothing() -> Result {
    let harness = Harness::on(shared().await?, settings()).await?;
    let stuck = harness.start_worker(&worker(), SOON).await?;
    let point = Point::event("tool_start").of_tool("sql_query");
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    stuck.pause();
    // Its polls would be given the next attempts, which it would be stuck with as well.
    harness.links()?.get(Peer::Temporal).drop_connections();
    asked.release();
    let other = harness.start_worker(&worker(), SOON).await?;
    let session = asked.session().clone();
    let run = asked.finish().await?;
    answer(&run)?;
    // The stuck one may have taken a workflow task, too, which is missed as well.
    let kept = Kept {
        may: &["history.no-failed-workflow-tasks"],
        ..Kept::taken_over()
    };
    all_kept(kept.broken_by(&harness, &run))?;
    let streamed = |harness: &Harness| {
        let transcript = harness.capture().transcript(&session);
        let events = transcript
            .into_iter()
            .flat_map(|transcript| transcript.events);
        events
            .filter(|event| event.streamed)
            .map(|event| (event.attempt, event.seq))
            .collect::<Vec<_>>()
    };
    let before = streamed(&harness);

    stuck.resume();
    // It learns that nobody waits for its result: it is as ready as before, and takes the next prompt when it is alone.
    other.kill().await;
    eventually(
        "the worker that woke answers",
        || async { Ok(harness.ask(CANONICAL).await?.check().is_ok()) },
        |answered| answered,
    )
    .await?;
    assert_eq!(streamed(&harness), before);
    stuck.kill().await;
    Ok(harness.stop().await?)
}
