//! `kai-e2e check` and `kai-e2e checks`: a worker's promises, judged and listed.

use std::net::ToSocketAddrs;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::Exit;
use super::args::{StackArgs, named, prompt};
use super::console::{StandardError, out};
use super::signals::unless_stopped;
use super::stack::with_own_stack;
use crate::checks::Scenario;
use crate::harness::battery::{Battery, BatteryError, BatteryReport, BatterySettings, Subject};
use crate::harness::{AnyStack, WorkerCommand, WorkerProcessError};
use crate::mutants;
use crate::report::{battery_json, battery_junit, battery_text, checks_markdown, checks_text};
use crate::stack::{Attachment, Progress, SharedStack};
use crate::worker::temporal_url;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    stack: StackArgs,
    /// Start this worker, with the contract's variables added to its environment; quotes group words, nothing is expanded.
    /// Without it and without --task-queue this crate's own worker is judged.
    #[arg(long, value_name = "COMMAND", conflicts_with = "task_queue")]
    worker_cmd: Option<String>,
    /// Start the worker in this directory.
    #[arg(long, value_name = "DIR", requires = "worker_cmd")]
    directory: Option<PathBuf>,
    /// Judge a worker that polls this queue of the stack of `kai-e2e up` already.
    #[arg(long, value_name = "QUEUE", value_parser = named)]
    task_queue: Option<String>,
    /// Temporal's address, as that worker has it: it must be the stack's.
    #[arg(long, value_name = "HOST:PORT", requires = "task_queue")]
    address: Option<String>,
    /// The namespace that it polls; `default` unless you name another one.
    #[arg(long, value_name = "NAME", requires = "task_queue", value_parser = named)]
    namespace: Option<String>,
    /// The connection that it knows, to the stack's own database.
    #[arg(long, value_name = "ID", requires = "task_queue", value_parser = named)]
    connection_id: Option<String>,
    /// Run this scenario only; may be given several times. `kai-e2e checks --format markdown` lists them.
    #[arg(long = "scenario", value_name = "ID", value_parser = scenario)]
    scenarios: Vec<Scenario>,
    /// The question that most scenarios ask.
    #[arg(long, value_name = "TEXT", value_parser = prompt)]
    prompt: Option<String>,
    /// Text for people, one JSON object, or JUnit's XML.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    format: CheckFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    Text,
    Json,
    Junit,
}

#[derive(Debug, Args)]
pub(super) struct ChecksArgs {
    /// A line a check, or the page of the documentation.
    #[arg(long, value_enum, default_value_t = ChecksFormat::Text)]
    format: ChecksFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChecksFormat {
    Text,
    Markdown,
}

pub(super) fn checks(args: &ChecksArgs) {
    match args.format {
        ChecksFormat::Text => out(&checks_text()),
        ChecksFormat::Markdown => out(checks_markdown().trim_end()),
    }
}

pub(super) async fn check(args: CheckArgs) -> Result<(), Exit> {
    mutants::switch_on_from_env()?;
    if let Some(address) = &args.address {
        temporal_url("--address", address)?;
    }
    let config = args.stack.config()?;
    let mut settings = BatterySettings::default();
    if !args.scenarios.is_empty() {
        settings.scenarios = args.scenarios.clone();
    }
    if let Some(prompt) = args.prompt.clone() {
        settings.prompt = prompt;
    }
    let report = match &args.task_queue {
        Some(task_queue) => {
            let stack = unless_stopped(async {
                let stack = SharedStack::attach(&config, &StandardError).await?;
                on_this_stack(&args, &stack)?;
                Ok(Arc::new(AnyStack::Shared(stack)))
            })
            .await?;
            let subject = Subject::Elsewhere {
                task_queue: task_queue.clone(),
                namespace: args.namespace.clone(),
                connection_id: args.connection_id.clone(),
            };
            unless_stopped(judged(Battery::new(stack, subject, settings))).await?
        }
        None => {
            let subject = Subject::Command(command(&args)?);
            with_own_stack(&config, async move |stack| {
                judged(Battery::new(stack, subject, settings)).await
            })
            .await?
        }
    };
    out(&match args.format {
        CheckFormat::Text => battery_text(&report),
        CheckFormat::Json => battery_json(&report).to_string(),
        CheckFormat::Junit => battery_junit(&report),
    });
    match report.broken().count() {
        0 => Ok(()),
        broken => Err(Exit::Broken(broken)),
    }
}

async fn judged(battery: Battery) -> Result<BatteryReport, Exit> {
    let told = |scenario: Scenario| {
        StandardError.line(&format!("[{scenario}] {}", scenario.description()));
    };
    Ok(battery.run(&told).await?)
}

/// Refuses to judge a worker that is somewhere else than the stack whose services are looked at.
fn on_this_stack(args: &CheckArgs, stack: &SharedStack) -> Result<(), Exit> {
    if stack.attachment() != Attachment::Found {
        return Err(Exit::Usage(
            "no stack was running, so nobody can poll a queue of it: `kai-e2e up` starts one that stays, and \
             `kai-e2e up --format env` prints how a worker reaches it"
                .to_owned(),
        ));
    }
    let there = &stack.endpoints().temporal_address;
    match &args.address {
        Some(address) if !is_same_place(address, there) => Err(Exit::Usage(format!(
            "the worker is judged on the running stack, whose Temporal is at {there}, not at {address}"
        ))),
        _ => Ok(()),
    }
}

/// Whether two addresses are the same, or names of the same.
fn is_same_place(one: &str, other: &str) -> bool {
    let addresses = |text: &str| -> Vec<_> {
        text.to_socket_addrs()
            .map(Iterator::collect)
            .unwrap_or_default()
    };
    one == other || {
        let known = addresses(one);
        addresses(other)
            .iter()
            .any(|address| known.contains(address))
    }
}

fn command(args: &CheckArgs) -> Result<WorkerCommand, Exit> {
    let command = match &args.worker_cmd {
        Some(line) => WorkerCommand::parse(line)?,
        None => {
            let own = std::env::current_exe();
            let own =
                own.map_err(|error| Exit::Environment(format!("cannot find myself: {error}")))?;
            WorkerCommand::own(own)
        }
    };
    Ok(match &args.directory {
        Some(directory) if !directory.is_dir() => {
            return Err(Exit::Usage(format!(
                "--directory is {}, and there is no such directory",
                directory.display()
            )));
        }
        Some(directory) => command.directory(directory),
        None => command,
    })
}

fn scenario(text: &str) -> Result<Scenario, String> {
    Scenario::ALL
        .into_iter()
        .find(|scenario| scenario.id() == text)
        .ok_or_else(|| {
            let known: Vec<_> = Scenario::ALL.map(Scenario::id).to_vec();
            format!(
                "there is no scenario `{text}`; there are {}",
                known.join(", ")
            )
        })
}

impl From<BatteryError> for Exit {
    fn from(error: BatteryError) -> Self {
        match error {
            BatteryError::Harness(error) => error.into(),
            BatteryError::Worker(error) => error.into(),
            error => Self::Environment(crate::contract::error_chain(&error)),
        }
    }
}

impl From<WorkerProcessError> for Exit {
    fn from(error: WorkerProcessError) -> Self {
        let text = crate::contract::error_chain(&error);
        match error {
            WorkerProcessError::Command { .. } => Self::Usage(text),
            _ => Self::Environment(text),
        }
    }
}
