//! `kai-e2e record`: a conversation with a language model, kept in a file.

use std::path::Path;

use super::Exit;
use super::args::RecordArgs;
use super::console::out;
use super::destination::can_be_written;
use super::model_args::settings;
use super::run::{judged, watched};
use super::stack::on_own_stack;
use crate::agent::models::{ChatSettings, Endpoint, ModelChoice, Recorder};
use crate::contract::counted;
use crate::report::run_text;

/// The conversation of all questions, on a stack where there is no other.
const CONVERSATION: &str = "recorded";

pub(super) async fn record(args: RecordArgs) -> Result<(), Exit> {
    let stack = args.stack.config()?;
    let model = args.model.open(&stack).await?;
    let ModelChoice::Chat(chat) = model.choice.clone() else {
        return Err(Exit::Usage(format!(
            "`--model {}` is no live model: name an `openai`, `ollama`, `openai-compatible` one or `local` to record",
            args.model.model
        )));
    };
    can_be_written(&args.to)?;
    let recorder = Recorder::start(&chat.endpoint, chat.timeouts.connect).await?;
    let context_bytes = chat.context_bytes;
    let settings = settings(ModelChoice::chat(through(&recorder, *chat)?))?;
    let asked = on_own_stack(&stack, settings, async |harness| {
        let mut runs = Vec::new();
        for prompt in &args.prompts {
            let run = watched(harness, prompt, Some(CONVERSATION)).await?;
            out(&format!("\n{}", run_text(&run)));
            runs.push(run);
        }
        Ok(runs)
    })
    .await;
    // What was said is kept whatever became of it: a failure is worth a recording too.
    let kept = keep(recorder, &args.to, context_bytes).await;
    match (asked.and_then(|runs| judged(&runs)), kept) {
        (Ok(()), kept) => kept,
        (Err(Exit::NotHeld(text)), Err(error)) => Err(Exit::NotHeld(format!("{text}\n{error}"))),
        (Err(exit), _) => Err(exit),
    }
}

/// The same model, spoken to through the recorder.
fn through(recorder: &Recorder, chat: ChatSettings) -> Result<ChatSettings, Exit> {
    let here = Endpoint::new(&recorder.url())
        .map_err(|error| Exit::Environment(format!("the recorder cannot be used: {error}")))?;
    Ok(ChatSettings {
        endpoint: here.with_key_of(&chat.endpoint),
        ..chat
    })
}

async fn keep(recorder: Recorder, to: &Path, context_bytes: usize) -> Result<(), Exit> {
    let recording = recorder.write(to, Some(context_bytes)).await?;
    out(&format!(
        "\nrecorded {} of `{}` in {}; `kai-e2e run --model replay:{}` replays it",
        counted(recording.calls(), "call"),
        recording.model(),
        to.display(),
        to.display(),
    ));
    Ok(())
}
