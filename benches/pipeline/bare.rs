//! The services without the harness: `docker run` and a poll, `psql` and the seed's files.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kai_e2e::stack::{OwnedStack, Service};
use kai_e2e::worker::{TemporalTarget, connect};
use tokio::process::Command;
use tokio_postgres::NoTls;

use crate::BOUND;

/// From `docker run` of the service's image, with the command and environment that the stack gives it, to the first
/// answer to a real request, polled every 4 ms.
pub async fn ready(stack: &OwnedStack, service: Service) -> Result<Duration> {
    let container = stack.container_id(service).context("no container")?;
    let mut run = Command::new("docker");
    run.args(["run", "--detach", "--rm", "--label", "org.kai-e2e.bench=1"]);
    for variable in inspect(container, "{{range .Config.Env}}{{println .}}{{end}}")
        .await?
        .lines()
    {
        run.args(["--env", variable]);
    }
    for mount in inspect(
        container,
        "{{range $path, $options := .HostConfig.Tmpfs}}{{println $path}}{{end}}",
    )
    .await?
    .lines()
    {
        run.args(["--tmpfs", mount]);
    }
    let port = match service {
        Service::Temporal => 7233,
        Service::Postgres => 5432,
        Service::Typesense => 8108,
    };
    run.args([
        "--publish",
        &format!("127.0.0.1::{port}"),
        &inspect(container, "{{.Image}}").await?,
    ]);
    let arguments = inspect(container, "{{range .Config.Cmd}}{{println .}}{{end}}").await?;
    run.args(arguments.lines());
    let began = Instant::now();
    let started = run.output().await?;
    ensure!(
        started.status.success(),
        "docker run: {}",
        String::from_utf8_lossy(&started.stderr)
    );
    let id = String::from_utf8(started.stdout)?.trim().to_owned();
    let answered = async {
        let mapped = inspect(
            &id,
            &format!("{{{{(index (index .NetworkSettings.Ports \"{port}/tcp\") 0).HostPort}}}}"),
        )
        .await?;
        while !answers(stack, service, &mapped).await {
            ensure!(
                began.elapsed() < BOUND,
                "{service} did not answer within {BOUND:?}"
            );
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
        Ok(began.elapsed())
    }
    .await;
    Command::new("docker")
        .args(["rm", "--force", "--volumes", &id])
        .stdout(Stdio::null())
        .status()
        .await?;
    answered
}

async fn answers(stack: &OwnedStack, service: Service, port: &str) -> bool {
    match service {
        Service::Typesense => match reqwest::get(format!("http://127.0.0.1:{port}/health")).await {
            Ok(reply) => reply.text().await.is_ok_and(|text| text.contains("true")),
            Err(_) => false,
        },
        Service::Temporal => connect(&TemporalTarget::at(format!("127.0.0.1:{port}")), "bench")
            .await
            .is_ok(),
        Service::Postgres => {
            let postgres = &stack.endpoints().postgres;
            let url = postgres
                .admin_url("postgres")
                .replace(&format!(":{}/", postgres.port), &format!(":{port}/"));
            let Ok((client, connection)) = tokio_postgres::connect(&url, NoTls).await else {
                return false;
            };
            tokio::spawn(connection);
            client.simple_query("SELECT 1").await.is_ok()
        }
    }
}

/// Loads the seed's files by `psql` inside the Postgres container, into a database of its own.
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
        &["-U", user, "-d", "postgres", "-c", "CREATE DATABASE bare"],
        "",
    )
    .await?;
    let began = Instant::now();
    psql(container, &["-U", user, "-d", "bare"], &sql).await?;
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

async fn inspect(container: &str, template: &str) -> Result<String> {
    let output = Command::new("docker")
        .args(["inspect", "--format", template, container])
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "docker inspect: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
