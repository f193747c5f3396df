//! `kai-e2e run`: one prompt through everything.

use std::time::SystemTime;

use super::Exit;
use super::args::{RunArgs, RunFormat};
use super::console::out;
use super::stack::on_own_stack;
use crate::harness::{Harness, HarnessError, Run};
use crate::report::{event_line, indented, run_json, run_text};

pub(super) async fn run(args: RunArgs) -> Result<(), Exit> {
    let stack = args.stack.config()?;
    let model = args.model.open(&stack).await?;
    on_own_stack(&stack, model.settings()?, async |harness| {
        let run = match args.format {
            RunFormat::Json => harness.ask(&args.prompt).await?,
            RunFormat::Text => watched(harness, &args.prompt, None).await?,
        };
        let run = run.replayed().await;
        match args.format {
            RunFormat::Json => out(&run_json(&run).to_string()),
            RunFormat::Text => out(&format!("\n{}", run_text(&run))),
        }
        judged(&[run])
    })
    .await
}

/// Runs one prompt and prints its events as they arrive.
pub(super) async fn watched(
    harness: &Harness,
    prompt: &str,
    conversation: Option<&str>,
) -> Result<Run, HarnessError> {
    out(&format!("prompt\n{}\n\nevents", indented(prompt)));
    let started = SystemTime::now();
    let mut ask = harness.ask(prompt);
    if let Some(conversation) = conversation {
        ask = ask.continuing(conversation);
    }
    ask.on_event(move |seen| {
        let since = seen.received_at.duration_since(started).unwrap_or_default();
        out(&event_line(since, &seen.event));
    })
    .await
}

/// The exit that the runs deserve.
pub(super) fn judged(runs: &[Run]) -> Result<(), Exit> {
    let broken: Vec<_> = runs.iter().filter_map(|run| run.check().err()).collect();
    match broken.as_slice() {
        [] => Ok(()),
        broken => Err(Exit::NotHeld(
            broken
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n"),
        )),
    }
}
