//! A worker dies, as a process does: by SIGKILL, at any moment.

use std::sync::Arc;

use futures::StreamExt;
use kai_e2e::harness::faults::Point;
use kai_e2e::harness::{AnyStack, Harness};

use super::scene::{Kept, SOON, all_kept, answer, points, settings, shared, worker};
use crate::support::{CANONICAL, Result};

/// How many at once: each waits most of its time for a heartbeat that does not come.
const AT_ONCE: usize = 5;

#[tokio::test]
async fn a_worker_that_is_killed_at_any_kind_of_event_is_replaced_and_nothing_is_lost() -> Result {
    let stack = shared().await?;
    let harness = Harness::on(Arc::clone(&stack), settings()).await?;
    let first = harness.start_worker(&worker(), SOON).await?;
    let healthy = harness.ask(CANONICAL).await?;
    healthy.check()?;
    first.kill().await;
    let points = points(&healthy);
    assert!(points.len() >= 8, "{points:?}");
    harness.stop().await?;

    let wanted = answer(&healthy)?;
    let all = points.into_iter().map(|point| {
        let stack = Arc::clone(&stack);
        async move {
            let name = point.to_string();
            match Box::pin(killed_at(stack, point, wanted)).await {
                Ok(broken) => broken
                    .into_iter()
                    .map(|line| format!("{name}: {line}"))
                    .collect(),
                Err(error) => vec![format!("{name}: {error}")],
            }
        }
    });
    let broken: Vec<Vec<String>> = futures::stream::iter(all)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    all_kept(broken.concat())
}

/// One run, whose worker is killed while the receiver holds its reply to an event. Gives what was not kept.
async fn killed_at(stack: Arc<AnyStack>, point: Point, wanted: &str) -> Result<Vec<String>> {
    // The stream is over with its done, whoever heard of it.
    let is_over = point == Point::event("done");
    let harness = Harness::on(stack, settings()).await?;
    let worker_one = harness.start_worker(&worker(), SOON).await?;
    let mut asked = harness.ask(CANONICAL).hold_at(point).start().await?;
    asked.at_point(SOON).await?;
    worker_one.kill().await;
    let worker_two = harness.start_worker(&worker(), SOON).await?;
    asked.release();
    let run = asked.finish().await?;
    let mut broken = match is_over {
        false => Kept::taken_over().broken_by(&harness, &run),
        true => Vec::new(),
    };
    if answer(&run)? != wanted {
        broken.push(format!("another answer: {}", answer(&run)?));
    }
    worker_two.kill().await;
    harness.stop().await?;
    Ok(broken)
}
