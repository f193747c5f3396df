//! What several topics need.

use std::error::Error;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use kai_e2e::harness::{Harness, expect_eventually};
use kai_e2e::stack::PostgresEndpoint;
use kai_e2e::worker::SenderSettings;
use tokio_postgres::NoTls;

/// Any error fails a test; `Display` of the library's errors is made for people.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The question of the README.
pub const CANONICAL: &str =
    "Tampilkan top 5 provinsi dengan rata-rata modal awal koperasi tertinggi";

/// Rows as text, column by column: what a golden query returns.
pub type Rows = Vec<Vec<Option<String>>>;

/// Runs hand-written SQL on the harness's database, as the superuser, beside everything that is tested.
pub async fn golden(harness: &Harness, sql: &str) -> Result<Rows> {
    let postgres = harness.postgres();
    query(&postgres.admin_url(&postgres.database), sql).await
}

/// Runs SQL on any database.
pub async fn query(url: &str, sql: &str) -> Result<Rows> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let driver = tokio::spawn(connection);
    let messages = client.simple_query(sql).await?;
    drop(client);
    driver.await??;
    Ok(messages
        .iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(
                (0..row.len())
                    .map(|at| row.get(at).map(str::to_owned))
                    .collect(),
            ),
            _ => None,
        })
        .collect())
}

/// How many statements of the agent's a database is working on, or makes wait.
pub async fn active_queries(postgres: &PostgresEndpoint) -> Result<i64> {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND usename = '{}' AND state = 'active'",
        postgres.database, postgres.reader_user
    );
    let rows = query(&postgres.admin_url("postgres"), &sql).await?;
    let count = rows
        .first()
        .and_then(|row| row.first())
        .and_then(Clone::clone)
        .ok_or("no count")?;
    Ok(count.parse()?)
}

/// The shared stack's own database, for one test at a time, of whatever process, until it is dropped: its log shows the statements
/// of all who read it.
pub struct OwnDatabaseOfTheStack {
    _locked: tokio_postgres::Client,
}

impl OwnDatabaseOfTheStack {
    pub async fn alone(harness: &Harness) -> Result<Self> {
        let postgres = &harness.stack().endpoints().postgres;
        let url = postgres.admin_url("postgres");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
        // It ends with the client.
        drop(tokio::spawn(connection));
        client.execute("SELECT pg_advisory_lock(1)", &[]).await?;
        Ok(Self { _locked: client })
    }
}

/// The `kai-e2e` command of this build.
pub fn kai_e2e() -> Command {
    Command::new(env!("CARGO_BIN_EXE_kai-e2e"))
}

/// This very binary, told to run its ignored tests of some name and nothing else.
pub fn child_tests(filter: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args([filter, "--ignored"])
        .env("INSTA_UPDATE", "no")
        .env_remove("INSTA_FORCE_PASS")
        .env_remove("RUST_BACKTRACE")
        // The child's tests are not the runner's.
        .env_remove("NEXTEST_TEST_NAME");
    Ok(command)
}

/// A sender for tests that every event of a run must reach, however long the machine takes over them.
pub fn patient_sender() -> SenderSettings {
    SenderSettings {
        request_timeout: Duration::from_secs(30),
        budget: Duration::from_secs(120),
        ..SenderSettings::default()
    }
}

/// Fills a directory that is to be all of a process's path with commands of this machine.
pub fn link_commands(directory: &Path, commands: &[&str]) -> Result {
    for command in commands {
        let path = std::env::var("PATH")?
            .split(':')
            .map(|directory| Path::new(directory).join(command))
            .find(|path| path.exists())
            .ok_or(*command)?;
        symlink(path, directory.join(command))?;
    }
    Ok(())
}

/// Runs a command to its end off the test's own thread.
pub async fn output(mut command: Command) -> Result<Output> {
    Ok(tokio::task::spawn_blocking(move || command.output()).await??)
}

/// The end of a command, readable when an assertion fails.
pub fn shown(output: &Output) -> String {
    format!(
        "{}\n--- standard output\n{}\n--- standard error\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// As the library's `expect_eventually`, for what is seen by value and need not be kept.
pub async fn eventually<T, F, Seen>(what: &str, look: F, wanted: impl Fn(T) -> bool) -> Result
where
    T: Copy + std::fmt::Debug,
    F: FnMut() -> Seen,
    Seen: Future<Output = Result<T>>,
{
    expect_eventually(what, look, |seen| wanted(*seen)).await?;
    Ok(())
}

/// Whether the services of this run are processes, as `KAI_E2E_PROVIDER` says.
pub fn on_processes() -> bool {
    std::env::var("KAI_E2E_PROVIDER").is_ok_and(|provider| provider == "processes")
}

/// What there is of one stack: its containers, running or not, or its processes and their data.
pub async fn parts_of(session: &str) -> Result<Vec<String>> {
    if on_processes() {
        return Ok(crate::process_table::of_session(session));
    }
    let mut command = Command::new("docker");
    command.args([
        "ps",
        "--all",
        "--quiet",
        "--filter",
        &format!("label=org.kai-e2e.session={session}"),
    ]);
    let listed = output(command).await?;
    if !listed.status.success() {
        return Err(shown(&listed).into());
    }
    Ok(String::from_utf8(listed.stdout)?
        .lines()
        .map(str::to_owned)
        .collect())
}
