//! The engine's command line, as anybody would use it without this crate.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

/// Runs `docker` with the arguments and gives its standard output without the blanks around it.
pub async fn docker<S: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = S>,
) -> Result<String> {
    let output = Command::new("docker")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .context("docker cannot be run")?;
    ensure!(
        output.status.success(),
        "docker: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// One fact about a container or an image, by a template.
pub async fn inspect(name: &str, template: &str) -> Result<String> {
    docker(["inspect", "--format", template, name]).await
}
