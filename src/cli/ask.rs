//! `kai-e2e ask`: many prompts on one stack.

use std::io::Read;
use std::path::Path;

use futures::StreamExt;

use super::Exit;
use super::args::{AskArgs, AskFormat};
use super::console::out;
use super::run::{judged, watched};
use super::stack::on_own_stack;
use crate::report::{run_json, run_text};

pub(super) async fn ask(args: AskArgs) -> Result<(), Exit> {
    let prompts = prompts(&args.prompts)?;
    on_own_stack(async |harness| {
        let mut runs = Vec::with_capacity(prompts.len());
        match args.format {
            AskFormat::Text => {
                for prompt in &prompts {
                    let run = watched(harness, prompt).await?;
                    out(&format!("\n{}\n", run_text(&run)));
                    runs.push(run);
                }
            }
            AskFormat::Jsonl => {
                // `buffered` keeps the order of the prompts and prints each run as soon as all before it are done.
                let mut answers = futures::stream::iter(&prompts)
                    .map(|prompt| async move { harness.ask(prompt).await })
                    .buffered(usize::from(args.concurrency));
                while let Some(run) = answers.next().await {
                    let run = run?;
                    out(&run_json(&run).to_string());
                    runs.push(run);
                }
            }
        }
        judged(&runs)
    })
    .await
}

fn prompts(path: &Path) -> Result<Vec<String>, Exit> {
    let unreadable = |error: std::io::Error| {
        Exit::Usage(format!(
            "the prompts in {} cannot be read: {error}",
            path.display()
        ))
    };
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(unreadable)?;
        text
    } else {
        std::fs::read_to_string(path).map_err(unreadable)?
    };
    let prompts: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    if prompts.is_empty() {
        return Err(Exit::Usage(format!(
            "{} holds no prompt: write one a line",
            path.display()
        )));
    }
    Ok(prompts)
}
