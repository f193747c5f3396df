//! `kai-e2e history`: histories of workflows, kept in files and replayed against today's workflow.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::Exit;
use super::args::{DEFAULT_PROMPT, StackArgs, named, prompt};
use super::console::out;
use super::destination::can_be_written;
use super::model_args::ModelArgs;
use super::run::{judged, watched};
use super::signals::unless_stopped;
use super::stack::on_own_stack;
use crate::contract::{counted, error_chain};
use crate::harness::{HistoryError, Run, RunHistory};
use crate::report::run_text;
use crate::worker::{TemporalTarget, temporal_url};

#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    #[command(subcommand)]
    command: HistoryCommand,
}

#[derive(Debug, Subcommand)]
enum HistoryCommand {
    /// Keep a workflow's history: of a prompt on a stack of its own, or with --workflow-id of any workflow on a server.
    Record(RecordHistoryArgs),
    /// Replay histories against this crate's workflows; it needs no services.
    Replay(ReplayHistoryArgs),
}

#[derive(Debug, Args)]
struct RecordHistoryArgs {
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    model: ModelArgs,
    /// The question.
    #[arg(long, default_value = DEFAULT_PROMPT, value_parser = prompt)]
    prompt: String,
    /// The connection that is asked; the seeded database's unless you want to see a run fail.
    #[arg(long, value_name = "ID")]
    connection_id: Option<String>,
    /// Start nothing, and fetch the history of this workflow. It may be under way.
    #[arg(long, value_name = "ID", value_parser = named, conflicts_with_all = ["provider", "model", "replay_pace", "prompt", "connection_id"])]
    workflow_id: Option<String>,
    /// Temporal's address. Without it, the worker's own variables say so (TEMPORAL_ADDRESS, TEMPORAL_HOST, …).
    #[arg(long, value_name = "HOST:PORT", requires = "workflow_id")]
    address: Option<String>,
    /// The namespace of the workflow.
    #[arg(
        long,
        value_name = "NAME",
        requires = "address",
        value_parser = named,
        default_value = "default"
    )]
    namespace: String,
    /// The file that is written, or replaced.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Debug, Args)]
struct ReplayHistoryArgs {
    /// Files of `kai-e2e history record` or of `temporal workflow show -o json`, and folders of them.
    #[arg(value_name = "FILE", required = true)]
    histories: Vec<PathBuf>,
}

pub(super) async fn history(args: HistoryArgs) -> Result<(), Exit> {
    match args.command {
        HistoryCommand::Record(args) => {
            if let Some(address) = &args.address {
                temporal_url("--address", address)?;
            }
            can_be_written(&args.to)?;
            match &args.workflow_id {
                Some(workflow_id) => fetch(&args, workflow_id).await,
                None => record(&args).await,
            }
        }
        HistoryCommand::Replay(args) => unless_stopped(replay(&args.histories)).await,
    }
}

async fn record(args: &RecordHistoryArgs) -> Result<(), Exit> {
    let stack = args.stack.config()?;
    let model = args.model.open(&stack).await?;
    on_own_stack(&stack, model.settings()?, async |harness| {
        let run = match &args.connection_id {
            None => watched(harness, &args.prompt, None).await?,
            Some(connection) => harness.ask(&args.prompt).connection(connection).await?,
        };
        out(&format!("\n{}", run_text(&run)));
        keep(
            run.history(),
            run.history().shareable(Some(harness.stack())),
            &args.to,
        )?;
        judged_unless_refused(run, args.connection_id.is_some())
    })
    .await
}

/// A run on a connection that somebody chose is recorded for how it ends, not for what it answers.
fn judged_unless_refused(run: Run, chosen: bool) -> Result<(), Exit> {
    match chosen {
        true => Ok(()),
        false => judged(&[run]),
    }
}

async fn fetch(args: &RecordHistoryArgs, workflow_id: &str) -> Result<(), Exit> {
    let target = match &args.address {
        Some(address) => TemporalTarget::Address {
            address: address.clone(),
            namespace: args.namespace.clone(),
        },
        None => TemporalTarget::from_env(),
    };
    unless_stopped(async {
        let history = RunHistory::fetch(&target, workflow_id).await?;
        keep(&history, history.shareable(None), &args.to)
    })
    .await
}

fn keep(history: &RunHistory, text: String, to: &Path) -> Result<(), Exit> {
    std::fs::write(to, text)
        .map_err(|error| Exit::Usage(format!("{} cannot be written: {error}", to.display())))?;
    let last = history.steps().pop();
    out(&format!(
        "\nrecorded {} up to {} in {}; `kai-e2e history replay {}` replays it",
        events(history),
        last.map_or_else(String::new, |step| step.kind),
        to.display(),
        to.display(),
    ));
    Ok(())
}

fn events(history: &RunHistory) -> String {
    counted(history.events().len(), "event")
}

async fn replay(paths: &[PathBuf]) -> Result<(), Exit> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(RunHistory::files(path)?);
    }
    let (mut differing, mut unusable) = (0, 0);
    for file in &files {
        let replayed = match RunHistory::read(file) {
            Ok(history) => history.replay().await.map(|()| events(&history)),
            Err(error) => Err(error),
        };
        let line = match replayed {
            Ok(events) => format!("✓ {}  {events} replay", file.display()),
            Err(error) => {
                match error {
                    HistoryError::Differs { .. } => differing += 1,
                    HistoryError::Replayer { .. } => return Err(error.into()),
                    _ => unusable += 1,
                }
                format!("✗ {}  {}", file.display(), error_chain(&error))
            }
        };
        out(&line);
    }
    let of = files.len();
    match (differing, unusable) {
        (0, 0) => Ok(()),
        (differing, 0) => Err(Exit::NotHeld(format!(
            "{differing} of {of} histories do not replay: workflows that are under way would stop; change the workflow \
             behind `patched` (docs/workflow-changes.md)"
        ))),
        (_, unusable) => Err(Exit::Usage(format!(
            "{unusable} of {of} files cannot be replayed: give histories that `kai-e2e history record` or \
             `temporal workflow show -o json` wrote"
        ))),
    }
}

impl From<HistoryError> for Exit {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Replayer { .. } => Self::Environment(error_chain(&error)),
            HistoryError::Differs { .. } => Self::NotHeld(error_chain(&error)),
            _ => Self::Usage(error_chain(&error)),
        }
    }
}
