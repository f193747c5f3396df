//! Attaching to a running stack, each time from a process that has just started.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kai_e2e::stack::{Attachment, SharedStack, Silent, StackConfig};
use tokio::process::Command;

use crate::figures::Series;

/// The argument with which this benchmark is started again to attach once.
pub const ARGUMENT: &str = "--attach-once";

const TIMES: usize = 20;
const ALLOWED_MS: u32 = 100;

/// Starts a shared stack and attaches to it from other processes.
pub async fn to_a_running_stack(config: &StackConfig) -> Result<()> {
    println!(
        "(c) attach to a running stack, {TIMES} times, each from a process that has just started\n"
    );
    let stack = SharedStack::attach(config, &Silent).await?;
    let (mut inside, mut outside) = (Series::default(), Series::default());
    for _ in 0..TIMES {
        let began = Instant::now();
        let output = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .env("KAI_E2E_STATE_DIR", config.state_directory())
            .stderr(Stdio::inherit())
            .output()
            .await?;
        outside.push(began.elapsed());
        ensure!(output.status.success(), "a process could not attach");
        let micros: u64 = String::from_utf8(output.stdout)?
            .trim()
            .parse()
            .context("microseconds")?;
        inside.push(Duration::from_micros(micros));
    }
    drop(stack);
    println!("  {:<44}{:>10}{:>10}", "", "p50 (ms)", "p90 (ms)");
    println!(
        "  {:<44}{:>10}{:>10}   at most {ALLOWED_MS}",
        "attach",
        inside.median(),
        inside.p90()
    );
    println!(
        "  {:<44}{:>10}{:>10}\n",
        "the whole process, from exec to exit",
        outside.median(),
        outside.p90()
    );
    Ok(())
}

/// Attaches once and prints how many microseconds that took.
pub async fn once() -> Result<()> {
    let config = StackConfig::from_env()?;
    let began = Instant::now();
    let stack = SharedStack::attach(&config, &Silent).await?;
    let took = began.elapsed();
    ensure!(
        stack.attachment() == Attachment::Found,
        "the stack had to be started"
    );
    println!("{}", took.as_micros());
    Ok(())
}
