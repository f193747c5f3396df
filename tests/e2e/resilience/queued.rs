//! Prompts and workers that come and go.

use futures::future::try_join_all;
use kai_e2e::harness::Harness;
use kai_e2e::harness::faults::Point;

use super::scene::{Kept, SOON, all_kept, answer, settings, shared, worker};
use crate::support::{CANONICAL, Result};

#[tokio::test]
async fn a_prompt_that_nobody_can_take_waits_until_the_worker_is_back() -> Result {
    let harness = Harness::on(shared().await?, settings()).await?;
    let first = harness.start_worker(&worker(), SOON).await?;
    harness.ask(CANONICAL).await?.check()?;
    first.kill().await;
    let asked = harness.ask(CANONICAL).start().await?;
    let back = harness.start_worker(&worker(), SOON).await?;
    let run = asked.finish().await?;
    answer(&run)?;
    all_kept(Kept::default().broken_by(&harness, &run))?;
    back.kill().await;
    Ok(harness.stop().await?)
}

#[tokio::test]
async fn two_workers_on_one_queue_share_the_work_and_one_takes_over_what_the_other_leaves() -> Result
{
    let harness = Harness::on(shared().await?, settings()).await?;
    let one = harness.start_worker(&worker(), SOON).await?;
    let two = harness.start_worker(&worker(), SOON).await?;
    let mut asked = try_join_all((0..6).map(|_| {
        let held = Point::event("sql_result");
        harness.ask(CANONICAL).hold_at(held).start()
    }))
    .await?;
    for asked in &asked {
        asked.at_point(SOON).await?;
    }
    one.kill().await;
    for asked in &mut asked {
        asked.release();
    }
    let runs = try_join_all(asked.into_iter().map(|asked| asked.finish())).await?;
    let mut broken = Vec::new();
    for run in &runs {
        answer(run)?;
        let began_again = run.evidence().activities.iter().any(|it| it.attempts > 1);
        let kept = match began_again {
            true => Kept::taken_over(),
            false => Kept::default(),
        };
        broken.extend(kept.broken_by(&harness, run));
    }
    let answers: Vec<_> = runs.iter().map(answer).collect::<Result<_>>()?;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    all_kept(broken)?;
    two.kill().await;
    Ok(harness.stop().await?)
}
