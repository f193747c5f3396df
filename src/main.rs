//! The `kai-e2e` command.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use kai_e2e::cli::{Cli, Exit, execute};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER)),
        )
        .with_writer(std::io::stderr)
        .with_ansi(is_coloured())
        .init();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(error.downcast_ref::<Exit>().map_or(3, Exit::code))
        }
    }
}

/// Escape sequences are for terminals: a log in a file or in a pipe is read by other eyes.
fn is_coloured() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A server that ends a moment before its worker is none of a user's concerns: the SDK tells of it at length.
const DEFAULT_FILTER: &str = "warn,kai_e2e=info,temporalio_sdk_core::worker=error,\
    temporalio_sdk_core::worker::workflow=warn,temporalio_sdk_core::worker::activities=warn";

fn run(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    Ok(runtime.block_on(execute(cli))?)
}
