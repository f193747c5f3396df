//! A test process that is killed leaves no world behind, although its stack lives on.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, expect_eventually_within, harness};
use kai_e2e::stack::{self, Silent};
use rstest::rstest;

use super::{left_on, small};
use crate::support::Result;

/// What the child says when it has a world.
const READY: &str = "the child's world is ready";
/// Everything of a killed process must be gone by then.
const BOUND: Duration = Duration::from_secs(5);

/// Not a test: the process that the test below kills. Alone it would wait for ever.
#[rstest]
#[ignore = "the child process of the test below"]
#[tokio::test]
async fn child(#[future(awt)] harness: Harness) -> Result {
    let (client, connection) = tokio_postgres::connect(
        &harness.postgres().admin_url(&harness.postgres().database),
        tokio_postgres::NoTls,
    )
    .await?;
    tokio::spawn(connection);
    // In the middle of something: a transaction is open.
    client.batch_execute("BEGIN; DELETE FROM domains").await?;
    println!("{READY}");
    std::future::pending().await
}

#[tokio::test]
async fn a_killed_process_leaves_no_world_on_a_stack_that_stays() -> Result {
    let state = tempfile::tempdir()?;
    let config = small()?.with_state_directory(state.path());
    let shared = stack::up(&config, &Silent).await?;
    let endpoints = shared.endpoints().clone();
    // Another user of the stack, whose world must not be touched.
    let stack = Arc::new(AnyStack::Shared(shared));
    let bystander = Harness::on(Arc::clone(&stack), HarnessSettings::default()).await?;
    let untouched = left_on(&endpoints).await?;
    killed(state.path(), &endpoints, &untouched).await?;
    bystander.ask("Berapa jumlah koperasi?").await?.check()?;
    bystander.stop().await?;

    // Once more with nobody else there.
    drop(stack);
    killed(state.path(), &endpoints, &[]).await?;
    assert_eq!(stack::down(&config).await?.stacks, 1);
    Ok(())
}

/// Kills a child that has a world, and waits for it to be gone.
async fn killed(
    state: &std::path::Path,
    endpoints: &kai_e2e::stack::Endpoints,
    untouched: &[String],
) -> Result {
    let mut child = Command::new(std::env::current_exe()?)
        .args([
            "--exact",
            "worlds::killed::child",
            "--ignored",
            "--nocapture",
        ])
        .env("KAI_E2E_STATE_DIR", state)
        .env("KAI_E2E_SEED_SCALE", "0.05")
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = BufReader::new(child.stdout.take().ok_or("piped")?);
    let ready = tokio::task::spawn_blocking(move || {
        stdout
            .lines()
            .map_while(std::result::Result::ok)
            .any(|line| line.contains(READY))
    })
    .await?;
    let mine = left_on(endpoints).await?.len() - untouched.len();
    child.kill()?;
    child.wait()?;
    assert!(ready, "the child ended before it had a world");
    assert_eq!(mine, 7, "the child had a database and six collections");

    let look = || left_on(endpoints);
    let what = "what the child had is gone";
    expect_eventually_within(BOUND, what, look, |left| *left == untouched).await?;
    Ok(())
}
