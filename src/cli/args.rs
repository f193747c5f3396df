//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::Exit;
use super::capture_args::{CaptureArgs, ReplayArgs};
use super::check::{CheckArgs, ChecksArgs};
use super::eval::EvalArgs;
use super::history::HistoryArgs;
use super::model_args::ModelArgs;
use crate::contract::check_prompt;
use crate::stack::{ProviderChoice, StackConfig};

/// The question that `run` asks when none is given.
pub(super) const DEFAULT_PROMPT: &str =
    "Tampilkan top 5 provinsi dengan rata-rata modal awal koperasi tertinggi";

/// End-to-end test harness for KAI: real Temporal, real Postgres, real Typesense, a real worker, and a verdict.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all held, 1 a criterion did not hold, 2 usage or configuration, \
3 the environment could not be started, or the output not be written, 130 stopped by a signal. `eval`: 4 an answer was wrong. \
`check`: 10 and the number of broken promises.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Start everything, send one prompt through it, judge the run, and stop everything again.
    Run(RunArgs),
    /// Send many prompts through one stack, one a line of a file.
    Ask(AskArgs),
    /// Ask a language model, and keep what it said in a file that replays it: `run --model replay:FILE`.
    Record(RecordArgs),
    /// Score a model on questions with known answers, by executed results.
    Eval(EvalArgs),
    /// Judge a worker of any language by every promise of the contract, with faults made on purpose.
    Check(CheckArgs),
    /// List the checks.
    Checks(ChecksArgs),
    /// Keep histories of workflows, and replay them against today's workflow.
    History(HistoryArgs),
    /// Start a stack that stays, and print how to reach it.
    Up(UpArgs),
    /// Remove the kept stack and whatever earlier runs left behind.
    Down(StackArgs),
    /// Show every stack of this user: kept, in use or left over, and where its services are.
    Status(StatusArgs),
    /// Say what would stop a run on this machine, each problem with the command that mends it.
    Doctor(DoctorArgs),
    /// The container images of the services.
    Images(ImagesArgs),
    /// The programs of the services, for machines without a container engine.
    Binaries(BinariesArgs),
    /// Run a KAI worker as a process of its own, configured by the environment.
    Worker,
    /// Run the receiver of callbacks as a process of its own.
    Capture(CaptureArgs),
    /// Play a session's transcript to subscribers, as it was received.
    Replay(ReplayArgs),
}

/// What every command that starts or finds a stack understands.
#[derive(Debug, Args)]
pub(super) struct StackArgs {
    /// Where the services run: `containers`, `processes` of this machine, or `auto`: containers when an engine answers.
    /// Without it, KAI_E2E_PROVIDER says so.
    #[arg(long, value_name = "WHERE")]
    provider: Option<ProviderChoice>,
}

impl StackArgs {
    /// The environment's settings with what was typed over them.
    pub(super) fn config(&self) -> Result<StackConfig, Exit> {
        let config = StackConfig::from_env()?;
        Ok(match self.provider {
            Some(provider) => config.with_provider(provider),
            None => config,
        })
    }
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) stack: StackArgs,
    #[command(flatten)]
    pub(super) model: ModelArgs,
    /// The question.
    #[arg(long, default_value = DEFAULT_PROMPT, value_parser = prompt)]
    pub(super) prompt: String,
    /// Text for people, or one JSON object `{prompt, result, events, history, criteria}`.
    #[arg(long, value_enum, default_value_t = RunFormat::Text)]
    pub(super) format: RunFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RunFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct RecordArgs {
    #[command(flatten)]
    pub(super) stack: StackArgs,
    #[command(flatten)]
    pub(super) model: ModelArgs,
    /// A question; several are one conversation, in their order.
    #[arg(long = "prompt", value_name = "PROMPT", default_value = DEFAULT_PROMPT, value_parser = prompt)]
    pub(super) prompts: Vec<String>,
    /// The file that is written, or replaced.
    #[arg(long, value_name = "FILE")]
    pub(super) to: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct AskArgs {
    #[command(flatten)]
    pub(super) stack: StackArgs,
    #[command(flatten)]
    pub(super) model: ModelArgs,
    /// A file with one prompt a line; empty lines are skipped, `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) prompts: PathBuf,
    /// Text for people, or one JSON object a line, in the order of the prompts.
    #[arg(long, value_enum, default_value_t = AskFormat::Text)]
    pub(super) format: AskFormat,
    /// How many prompts are answered at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) concurrency: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AskFormat {
    Text,
    Jsonl,
}

#[derive(Debug, Args)]
pub(super) struct UpArgs {
    #[command(flatten)]
    pub(super) stack: StackArgs,
    /// Text for people, or `export NAME=value` lines for a shell and for `kai-e2e worker`.
    #[arg(long, value_enum, default_value_t = UpFormat::Text)]
    pub(super) format: UpFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum UpFormat {
    Text,
    Env,
}

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    pub(super) stack: StackArgs,
    /// Text for people, or one JSON object `{stacks}`.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(super) format: ListFormat,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub(super) stack: StackArgs,
    /// Text for people, or one JSON object `{problems, warnings, findings}`.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(super) format: ListFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ImagesArgs {
    #[command(subcommand)]
    pub(super) command: ImagesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ImagesCommand {
    /// Build the three images from distribution packages, where no registry answers.
    Build {
        /// Build again what is there already.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct BinariesArgs {
    #[command(subcommand)]
    pub(super) command: BinariesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum BinariesCommand {
    /// Install the programs of all three services into the cache; the system is not touched.
    Install {
        /// Install again what is there already.
        #[arg(long)]
        force: bool,
    },
    /// Show which programs would be used, and install nothing.
    List,
}

pub(super) fn prompt(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a prompt must hold a question".to_owned());
    }
    check_prompt(text).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

/// A name or an id, which is never empty.
pub(super) fn named(text: &str) -> Result<String, String> {
    match text.trim().is_empty() {
        true => Err("it must not be empty".to_owned()),
        false => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_input_is_a_usage_error() {
        for line in [
            vec!["kai-e2e", "run", "--prompt", " "],
            vec!["kai-e2e", "check", "--prompt", ""],
            vec!["kai-e2e", "check", "--task-queue", ""],
            vec!["kai-e2e", "check", "--task-queue", "q", "--namespace", " "],
            vec![
                "kai-e2e",
                "history",
                "record",
                "--to",
                "x",
                "--workflow-id",
                "",
            ],
            vec!["kai-e2e", "run", "--format", "xml"],
            vec!["kai-e2e", "run", "--provider", "docker"],
            vec!["kai-e2e", "ask"],
            vec!["kai-e2e", "record", "--model", "openai:m"],
            vec!["kai-e2e", "history", "record"],
            vec![
                "kai-e2e",
                "history",
                "record",
                "--to",
                "f",
                "--address",
                "a:1",
            ],
            vec![
                "kai-e2e",
                "history",
                "record",
                "--to",
                "f",
                "--workflow-id",
                "w",
                "--prompt",
                "p",
            ],
            vec!["kai-e2e", "history", "replay"],
            vec!["kai-e2e", "capture", "--listen", "here"],
            vec!["kai-e2e", "ask", "--prompts", "f", "--concurrency", "0"],
            vec!["kai-e2e", "eval", "--at-least", "101"],
            vec!["kai-e2e", "eval", "--at-once", "0"],
            vec!["kai-e2e", "eval", "--format", "junit"],
        ] {
            let error = Cli::try_parse_from(&line).expect_err("refused");
            assert_eq!(error.exit_code(), 2, "{line:?}");
        }
    }
}
