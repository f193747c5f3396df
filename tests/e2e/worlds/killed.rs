//! A test process that is killed leaves no world behind, although its stack lives on.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kai_e2e::harness::{AnyStack, Harness, HarnessSettings, expect_eventually_within, harness};
use kai_e2e::stack::{self, Endpoints, PostgresEndpoint, ProviderChoice, Silent};
use rstest::rstest;

use super::{left_on, small};
use crate::kept_stack::RemovedAtTheEnd;
use crate::support::{Result, child_tests, eventually, link_commands, query};

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
    let child = Child::start("child", state.path(), |_| {}).await?;
    child.killed(&endpoints, &untouched).await?;
    bystander.ask("Berapa jumlah koperasi?").await?.check()?;
    bystander.stop().await?;

    // Once more with nobody else there.
    drop(stack);
    let child = Child::start("child", state.path(), |_| {}).await?;
    child.killed(&endpoints, &[]).await?;
    assert_eq!(stack::down(&config).await?.stacks, 1);
    Ok(())
}

#[tokio::test]
async fn worlds_of_processes_are_removed_without_an_engine_or_a_psql_in_the_path() -> Result {
    let state = tempfile::tempdir()?;
    let commands = tempfile::tempdir()?;
    link_commands(commands.path(), &WATCHERS_NEED)?;
    let config = small()?
        .with_provider(ProviderChoice::Processes)
        .with_state_directory(state.path());
    let _removed = RemovedAtTheEnd::of(state.path())?;
    let shared = stack::up(&config, &Silent).await?;
    let endpoints = shared.endpoints().clone();
    drop(shared);
    let without = Child::start("child", state.path(), |command| {
        command
            .env("KAI_E2E_PROVIDER", "processes")
            // What the watcher asks for is on this machine.
            .envs(["http_proxy", "all_proxy"].map(|name| (name, "http://127.0.0.1:9")))
            .env("PATH", commands.path());
    })
    .await?;
    without.killed(&endpoints, &[]).await
}

/// The watchers' own commands: neither `psql` nor one of a container engine is among them.
const WATCHERS_NEED: [&str; 17] = [
    "sh", "setsid", "flock", "grep", "cut", "sort", "readlink", "cat", "sleep", "mkdir", "rm",
    "mv", "sed", "curl", "timeout", "env", "touch",
];

/// The database that it copies.
const HELD: &str = "held";

/// Not a test: the process that the test below kills.
#[rstest]
#[ignore = "the child process of the test below"]
#[tokio::test]
async fn copying_child(#[future(awt)] harness: Harness) -> Result {
    let postgres = harness.postgres();
    let (client, connection) =
        tokio_postgres::connect(&postgres.admin_url("postgres"), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let copy = format!("{}9", postgres.database);
    let copying = format!("CREATE DATABASE \"{copy}\" TEMPLATE {HELD} STRATEGY FILE_COPY");
    let copying = tokio::spawn(async move { client.batch_execute(&copying).await });
    let what = "the server makes the copy";
    let look = || copies(postgres);
    eventually(what, look, |count| count == 1).await?;
    println!("{READY}");
    copying.await??;
    Err("the copy was made before the child was killed".into())
}

/// How many copies of databases are being made.
async fn copies(postgres: &PostgresEndpoint) -> Result<i64> {
    let making = "SELECT count(*)::text FROM pg_stat_activity
                  WHERE state = 'active' AND query LIKE 'CREATE DATABASE \"world%'";
    let rows = query(&postgres.admin_url("postgres"), making).await?;
    let count = rows.into_iter().flatten().flatten().next();
    Ok(count.ok_or("a count")?.parse()?)
}

#[tokio::test]
async fn a_database_that_was_being_copied_for_a_killed_process_does_not_come_after_all() -> Result {
    let state = tempfile::tempdir()?;
    let config = small()?.with_state_directory(state.path());
    let _removed = RemovedAtTheEnd::of(state.path())?;
    let shared = stack::up(&config, &Silent).await?;
    let endpoints = shared.endpoints().clone();
    let postgres = &endpoints.postgres;
    let admin = postgres.admin_url("postgres");
    query(&admin, &format!("CREATE DATABASE {HELD}")).await?;
    // A copy waits for seconds while somebody is connected to what it copies.
    let (holder, connection) =
        tokio_postgres::connect(&postgres.admin_url(HELD), tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    let child = Child::start("copying_child", state.path(), |_| {}).await?;
    child.killed(&endpoints, &[]).await?;
    drop(holder);
    connection.await??;
    let what = "no copy is being made";
    eventually(what, || copies(postgres), |count| count == 0).await?;
    assert_eq!(left_on(&endpoints).await?, Vec::<String>::new());
    Ok(())
}

/// A process that has a world on the stack of a state directory.
struct Child(std::process::Child);

impl Child {
    async fn start(
        name: &str,
        state: &std::path::Path,
        configure: impl FnOnce(&mut Command),
    ) -> Result<Self> {
        let mut command = child_tests(&format!("worlds::killed::{name}"))?;
        command
            .args(["--exact", "--nocapture"])
            .env("KAI_E2E_STATE_DIR", state)
            .env("KAI_E2E_SEED_SCALE", "0.05")
            .stdout(Stdio::piped());
        configure(&mut command);
        let mut child = command.spawn()?;
        let stdout = BufReader::new(child.stdout.take().ok_or("piped")?);
        let ready = tokio::task::spawn_blocking(move || {
            stdout
                .lines()
                .map_while(std::result::Result::ok)
                .any(|line| line.contains(READY))
        })
        .await?;
        assert!(ready, "the child ended before it had a world");
        Ok(Self(child))
    }

    /// Kills it, and waits for its world to be gone.
    async fn killed(mut self, endpoints: &Endpoints, untouched: &[String]) -> Result {
        let mine = left_on(endpoints).await?.len() - untouched.len();
        self.0.kill()?;
        self.0.wait()?;
        assert_eq!(mine, 7, "the child had a database and six collections");
        let look = || left_on(endpoints);
        let what = "what the child had is gone";
        expect_eventually_within(BOUND, what, look, |left| *left == untouched).await?;
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
