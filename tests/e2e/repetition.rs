//! The same prompt again, and several at once.

use futures::future::try_join_all;
use kai_e2e::harness::{Harness, harness};
use rstest::rstest;

use crate::support::{CANONICAL, Result};

#[rstest]
#[tokio::test]
async fn the_same_prompt_twice_gives_the_same_run(#[future(awt)] harness: Harness) -> Result {
    let first = harness.ask(CANONICAL).await?;
    let second = harness.ask(CANONICAL).await?;
    first.check()?;
    second.check()?;
    assert_eq!(first.normal_form(), second.normal_form());
    assert_ne!(first.workflow_id(), second.workflow_id());
    assert_ne!(first.session(), second.session());
    Ok(())
}

#[rstest]
#[tokio::test]
async fn three_prompts_at_once_do_not_see_each_other(#[future(awt)] harness: Harness) -> Result {
    let prompts = [
        CANONICAL,
        "Berapa jumlah koperasi di Bali?",
        "Berapa persen anggota koperasi yang perempuan?",
    ];
    let harness = &harness;
    let together =
        try_join_all(prompts.map(|prompt| async move { harness.ask(prompt).await })).await?;
    for (prompt, run) in prompts.iter().zip(&together) {
        run.check()?;
        let alone = harness.ask(*prompt).await?;
        assert_eq!(run.normal_form(), alone.normal_form(), "{prompt}");
    }
    Ok(())
}
