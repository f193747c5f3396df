//! A caller that loses interest: cancel and terminate, at every stage of a run.

use std::time::SystemTime;

use futures::StreamExt;
use kai_e2e::harness::faults::Point;
use kai_e2e::harness::{Harness, HarnessSettings, Outcome, Run};

use super::scene::{SOON, all_kept, points, settings, shared};
use crate::support::{CANONICAL, Result};

/// How many at once.
const AT_ONCE: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Cancel,
    Terminate,
}

async fn harness() -> Result<(Harness, Vec<Point>)> {
    let settings = HarnessSettings {
        worker: true,
        links: false,
        ..settings()
    };
    let harness = Harness::on(shared().await?, settings).await?;
    let healthy = harness.ask(CANONICAL).await?;
    healthy.check()?;
    let points = points(&healthy);
    assert!(points.len() >= 8, "{points:?}");
    Ok((harness, points))
}

async fn ended_at(harness: &Harness, point: Point, end: End) -> Result<Run> {
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    match end {
        End::Cancel => {
            asked.cancel().await?;
            asked.until_cancel_requested(SOON).await?;
            // The answer to the first one tells the worker, and it has read that when it sends the second.
            asked.until_heartbeat(SystemTime::now(), SOON).await?;
            asked.until_heartbeat(SystemTime::now(), SOON).await?;
        }
        End::Terminate => asked.terminate().await?,
    }
    asked.release();
    Ok(asked.finish().await?)
}

/// What is wrong with a run that was ended at a point.
fn wrong(run: &Run, end: End, is_over: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    match (end, run.outcome()) {
        (End::Cancel, Outcome::Cancelled) | (End::Terminate, Outcome::Terminated) => {}
        // The result was on its way already.
        (End::Cancel, Outcome::Completed(_)) if is_over => {}
        (_, other) => wrong.push(format!("the run ended as {other:?}")),
    }
    let kinds = run.event_kinds();
    let ends = kinds.iter().filter(|kind| **kind == "done").count();
    if ends != 1 || kinds.last() != Some(&"done") {
        wrong.push(format!(
            "the stream does not end with its one done: {kinds:?}"
        ));
    }
    let said = run
        .events()
        .last()
        .and_then(|seen| seen.event.done_result());
    let succeeded = said.is_some_and(|result| result.error.is_none());
    // The answer may have been whole already.
    if !succeeded && !kinds.contains(&"error") {
        wrong.push(format!("no error says why it ended: {kinds:?}"));
    }
    for verdict in run.verdicts() {
        let of_the_end = [
            "result.",
            "history.",
            "answer.",
            "timing.",
            "stream.before-end",
            "sql.executed-as-reported",
        ];
        let asked_for = of_the_end
            .iter()
            .any(|family| verdict.id.starts_with(family));
        if verdict.is_broken() && !asked_for {
            wrong.push(format!("{}: {}", verdict.id, verdict.evidence));
        }
    }
    wrong
}

async fn at_every_stage(end: End) -> Result {
    let (harness, points) = harness().await?;
    let all = points.into_iter().map(|point| {
        let harness = &harness;
        async move {
            let name = point.to_string();
            let is_over = ["suggestions", "done"].map(Point::event).contains(&point);
            let wrong = match Box::pin(ended_at(harness, point, end)).await {
                Ok(run) => wrong(&run, end, is_over),
                Err(error) => vec![error.to_string()],
            };
            wrong
                .into_iter()
                .map(|line| format!("{end:?} at {name}: {line}"))
                .collect::<Vec<_>>()
        }
    });
    let broken: Vec<Vec<String>> = futures::stream::iter(all)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    all_kept(broken.concat())?;
    // The worker is none the worse for it.
    harness.ask(CANONICAL).await?.check()?;
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn a_run_that_is_cancelled_at_any_stage_ends_its_stream_once() -> Result {
    at_every_stage(End::Cancel).await
}

#[tokio::test]
async fn a_run_that_is_terminated_at_any_stage_is_stopped_by_its_worker() -> Result {
    at_every_stage(End::Terminate).await
}
