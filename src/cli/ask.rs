//! `kai-e2e ask`: many prompts on one stack.

use std::path::Path;

use futures::StreamExt;

use super::Exit;
use super::args::{AskArgs, AskFormat};
use super::console::out;
use super::run::{judged, watched};
use super::stack::on_own_stack;
use crate::contract::check_prompt;
use crate::files;
use crate::harness::{Harness, Outcome, Run};
use crate::report::{run_json, run_text};

pub(super) async fn ask(args: AskArgs) -> Result<(), Exit> {
    let prompts = prompts(&args.prompts)?;
    let stack = args.stack.config()?;
    let model = args.model.open(&stack).await?;
    on_own_stack(&stack, model.settings()?, async |harness| {
        let runs = match args.format {
            AskFormat::Text => as_text(harness, &prompts).await?,
            AskFormat::Jsonl => as_lines(harness, &prompts, args.concurrency).await?,
        };
        judged(&runs)
    })
    .await
}

async fn as_text(harness: &Harness, prompts: &[String]) -> Result<Vec<Run>, Exit> {
    let mut runs = Vec::with_capacity(prompts.len());
    for prompt in prompts {
        let run = watched(harness, prompt, None).await?;
        out(&format!("\n{}\n", run_text(&run)));
        let broken = is_broken(harness, &run).await;
        runs.push(run);
        if broken {
            break;
        }
    }
    Ok(runs)
}

async fn as_lines(harness: &Harness, prompts: &[String], at_once: u16) -> Result<Vec<Run>, Exit> {
    let mut runs = Vec::with_capacity(prompts.len());
    // `buffered` keeps the order of the prompts and hands out each run as soon as all before it are done.
    let mut answers = futures::stream::iter(prompts)
        .map(|prompt| async move { harness.ask(prompt).await })
        .buffered(usize::from(at_once));
    while let Some(run) = answers.next().await {
        let run = run?;
        out(&run_json(&run).to_string());
        let broken = is_broken(harness, &run).await;
        runs.push(run);
        if broken {
            break;
        }
    }
    Ok(runs)
}

/// Whether a run failed because a service has died: every further one would fail the same way, only slower.
async fn is_broken(harness: &Harness, run: &Run) -> bool {
    !matches!(run.outcome(), Outcome::Completed(_)) && harness.stack().check().await.is_err()
}

fn prompts(path: &Path) -> Result<Vec<String>, Exit> {
    let unreadable = |error: std::io::Error| {
        Exit::Usage(format!(
            "the prompts in {} cannot be read: {error}",
            path.display()
        ))
    };
    let text = if path == Path::new("-") {
        files::text(std::io::stdin().lock()).map_err(unreadable)?
    } else {
        files::read_to_string(path).map_err(unreadable)?
    };
    let mut prompts = Vec::new();
    for (at, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() {
            continue;
        }
        // Before anything is started: what comes before it would be asked in vain.
        check_prompt(line)
            .map_err(|error| Exit::Usage(format!("{}:{}: {error}", path.display(), at + 1)))?;
        prompts.push(line.to_owned());
    }
    if prompts.is_empty() {
        return Err(Exit::Usage(format!(
            "{} holds no prompt: write one a line",
            path.display()
        )));
    }
    Ok(prompts)
}
