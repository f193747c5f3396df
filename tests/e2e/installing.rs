//! Programs that cannot be installed, and installations that are killed.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use kai_e2e::harness::expect_eventually_within;
use tempfile::TempDir;

use crate::support::{Result, kai_e2e, output, shown};

/// How long an installation that is given up may take to be gone; its own commands end in their own time.
const SOON: std::time::Duration = std::time::Duration::from_secs(60);

/// Installs into an empty cache, with a package index of the test's own.
fn installing(cache: &Path, index: &str) -> Command {
    let mut command = kai_e2e();
    command
        .args(["binaries", "install"])
        .env("KAI_E2E_CACHE", cache)
        .env("PIP_INDEX_URL", format!("http://{index}/simple"))
        .env("PIP_CONFIG_FILE", "/dev/null")
        .env("PIP_RETRIES", "0")
        .env_remove("PIP_FIND_LINKS");
    command
}

#[tokio::test]
async fn one_that_fails_says_at_which_step_and_why() -> Result {
    let cache = TempDir::new()?;
    let failed = output(installing(cache.path(), "127.0.0.1:9")).await?;
    let said = shown(&failed);
    assert_eq!(failed.status.code(), Some(3), "{said}");
    assert!(said.contains("] failed while fetching t"), "{said}");
    assert!(said.contains(": pip cannot fetch t"), "{said}");
    Ok(())
}

#[tokio::test]
async fn one_that_is_killed_leaves_nothing_half_done() -> Result {
    let cache = TempDir::new()?;
    // It takes connections and never answers.
    let index = TcpListener::bind("127.0.0.1:0")?;
    let mut command = installing(cache.path(), &index.local_addr()?.to_string());
    let mut installing = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let told = BufReader::new(installing.stderr.take().ok_or("piped")?);
    let reached = tokio::task::spawn_blocking(move || {
        told.lines()
            .map_while(std::result::Result::ok)
            .filter(|line| {
                line.contains("[temporal] fetching") || line.contains("[typesense] fetching")
            })
            .take(2)
            .count()
    });
    assert_eq!(reached.await?, 2, "both are being fetched");
    assert!(!half_done(cache.path())?.is_empty());
    installing.kill()?;
    installing.wait()?;
    let look = || async { half_done(cache.path()) };
    let what = "nothing half done is left in the cache";
    expect_eventually_within(SOON, what, look, Vec::is_empty).await?;
    Ok(())
}

/// The directories that installations work in.
fn half_done(cache: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(cache.join("binaries"))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(found)
}
