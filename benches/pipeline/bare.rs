//! The seed without the harness: `psql` and the seed's files.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kai_e2e::stack::{OwnedStack, Service};
use tokio::process::Command;

/// The database that [`seeded_by_psql`] makes.
pub const DATABASE: &str = "bare";

/// Loads the seed's files by `psql` inside the Postgres container, into [`DATABASE`].
pub async fn seeded_by_psql(stack: &OwnedStack) -> Result<Duration> {
    let container = stack
        .container_id(Service::Postgres)
        .context("no container")?;
    let user = &stack.endpoints().postgres.admin_user;
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/seed-sql"))?;
    let mut files: Vec<_> = files
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "sql"))
        .collect();
    files.sort();
    let sql = files
        .iter()
        .map(std::fs::read_to_string)
        .collect::<Result<Vec<_>, _>>()?
        .join("\n");
    psql(
        container,
        &[
            "-U",
            user,
            "-d",
            "postgres",
            "-c",
            &format!("CREATE DATABASE {DATABASE}"),
        ],
        "",
    )
    .await?;
    let began = Instant::now();
    psql(container, &["-U", user, "-d", DATABASE], &sql).await?;
    Ok(began.elapsed())
}

async fn psql(container: &str, arguments: &[&str], input: &str) -> Result<()> {
    use tokio::io::AsyncWriteExt;
    let mut child = Command::new("docker")
        .args([
            "exec",
            "-i",
            container,
            "psql",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
        ])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("piped")?;
    stdin.write_all(input.as_bytes()).await?;
    drop(stdin);
    let ended = child.wait_with_output().await?;
    ensure!(
        ended.status.success(),
        "psql: {}",
        String::from_utf8_lossy(&ended.stderr)
    );
    Ok(())
}
