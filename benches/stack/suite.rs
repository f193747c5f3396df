//! The whole end-to-end suite: with services to be started first, and on services that run.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use kai_e2e::stack::{Silent, StackConfig, down, up};

use crate::figures::seconds;

/// How much of the output of a suite that failed is shown.
const LAST_LINES: usize = 100;

/// Builds the suite, runs it cold, starts a stack that stays, and runs it warm.
pub async fn warm_against_cold(config: &StackConfig) -> Result<()> {
    println!("(e) the whole suite, `cargo test --test e2e`\n");
    cargo(config, &["test", "--quiet", "--test", "e2e", "--no-run"])?;
    let suite = ["test", "--quiet", "--test", "e2e"];
    let cold = cargo(config, &suite)?;
    let stack = up(config, &Silent).await?;
    let warm = cargo(config, &suite);
    drop(stack);
    down(config).await?;
    let warm = warm?;
    println!("  cold: no stack runs {:>28} s", seconds(cold));
    println!("  warm: a kept stack runs {:>24} s\n", seconds(warm));
    Ok(())
}

fn cargo(config: &StackConfig, arguments: &[&str]) -> Result<Duration> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let began = Instant::now();
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("KAI_E2E_STATE_DIR", config.state_directory())
        .env("INSTA_UPDATE", "no")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    let took = began.elapsed();
    ensure!(
        output.status.success(),
        "cargo {} failed:\n{}",
        arguments.join(" "),
        end(&String::from_utf8_lossy(&output.stdout))
    );
    Ok(took)
}

/// What names the tests that failed, and says why.
fn end(output: &str) -> String {
    let mut last: Vec<_> = output.lines().rev().take(LAST_LINES).collect();
    last.reverse();
    last.join("\n")
}
