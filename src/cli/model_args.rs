//! `--model`: which model a run has.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Exit;
use crate::agent::models::{ModelChoice, Recording, ReplayPace};
use crate::harness::{HarnessSettings, LocalModel};
use crate::stack::StackConfig;
use crate::worker::model_from_variables;

/// A language model thinks for as long as its worker lets it: the time-out of `chat_streaming` (contract §1).
const LIVE_RUN: Duration = Duration::from_secs(15 * 60);

/// What `--model` may be.
const MODELS: &str = "it must be `offline`, `openai[:NAME]`, `ollama[:NAME]`, `openai-compatible[:NAME]`, `replay:FILE` or \
                      `local`";

#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// `offline`, `openai[:NAME]`, `ollama[:NAME]`, `openai-compatible[:NAME]`, `replay:FILE` or `local` (`make model` installs
    /// it). Servers, keys and names that
    /// are not typed come from the worker's own variables (OPENAI_API_KEY, OPENAI_API_BASE, OLLAMA_API_BASE, CHAT_MODEL, …).
    #[arg(long, value_name = "MODEL", default_value = "offline")]
    pub(super) model: String,
    /// How fast a recorded model answers: `full` is without waiting, `real` with the pauses that there were.
    #[arg(long, value_enum, default_value_t = PaceArg::Full)]
    pub(super) replay_pace: PaceArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PaceArg {
    Full,
    Real,
}

/// A model in use, and what runs for it.
pub(super) struct ModelInUse {
    pub(super) choice: ModelChoice,
    /// Held for as long as the model is used.
    _local: Option<LocalModel>,
}

impl ModelInUse {
    /// The environment's settings, with this model.
    pub(super) fn settings(&self) -> Result<HarnessSettings, Exit> {
        settings(self.choice.clone())
    }
}

impl ModelArgs {
    /// The model that was named. What is wrong with it is said before anything else is started.
    pub(super) async fn open(&self, stack: &StackConfig) -> Result<ModelInUse, Exit> {
        if self.model == "local" {
            let local = LocalModel::start(stack).await?;
            return Ok(ModelInUse {
                choice: local.choice(),
                _local: Some(local),
            });
        }
        let choice = match choice(&self.model, |name| std::env::var(name).ok())? {
            ModelChoice::Replay { path, .. } => {
                Recording::read(&path)?;
                ModelChoice::Replay {
                    path,
                    pace: self.replay_pace.into(),
                }
            }
            choice => choice,
        };
        Ok(ModelInUse {
            choice,
            _local: None,
        })
    }
}

impl From<PaceArg> for ReplayPace {
    fn from(pace: PaceArg) -> Self {
        match pace {
            PaceArg::Full => Self::Full,
            PaceArg::Real => Self::Real,
        }
    }
}

/// The environment's settings, with a model.
pub(super) fn settings(model: ModelChoice) -> Result<HarnessSettings, Exit> {
    let mut settings = HarnessSettings::from_env()?;
    if model.is_live() && std::env::var_os("KAI_E2E_RUN_TIMEOUT").is_none() {
        settings.run_timeout = LIVE_RUN;
    }
    settings.model = model;
    Ok(settings)
}

fn choice(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<ModelChoice, Exit> {
    let (family, name) = match text.split_once(':') {
        Some((family, name)) => (family, Some(name)),
        None => (text, None),
    };
    let replays = family == "replay";
    if replays && name.is_none_or(|file| file.trim().is_empty()) {
        return Err(Exit::Usage(
            "`--model replay:FILE` needs the file of a recording".to_owned(),
        ));
    }
    if family.trim().is_empty() {
        return Err(Exit::Usage(format!("`--model {text}` names no family")));
    }
    match (family, name) {
        ("offline" | "local", Some(_)) => {
            return Err(Exit::Usage(format!(
                "`--model {text}`: `{family}` has no name after it; leave it out"
            )));
        }
        ("offline" | "openai" | "ollama" | "openai-compatible" | "replay", _) => {}
        _ => {
            return Err(Exit::Usage(format!(
                "`--model {text}` is no model; {MODELS}"
            )));
        }
    }
    let typed = |variable: &str| match variable {
        "CHAT_FAMILY" => Some(family.to_owned()),
        "CHAT_RECORDING" if replays => name.map(str::to_owned),
        "CHAT_MODEL" if !replays => name.map(str::to_owned),
        _ => None,
    };
    let found = model_from_variables(|name| typed(name).or_else(|| variable(name)));
    found.map_err(|error| Exit::Usage(format!("`--model {text}`: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ModelChoice, String> {
        let variables = |name: &str| match name {
            "OPENAI_API_KEY" => Some("sk-hunter2".to_owned()),
            "CHAT_MODEL" => Some("from-the-environment".to_owned()),
            "CHAT_FAMILY" => Some("never".to_owned()),
            _ => None,
        };
        choice(text, variables).map_err(|exit| exit.to_string())
    }

    #[test]
    fn a_model_is_a_family_and_a_name() {
        assert!(matches!(read("offline"), Ok(ModelChoice::Offline)));
        let name = |text: &str| match read(text) {
            Ok(ModelChoice::Chat(settings)) => settings.model,
            other => panic!("{other:?}"),
        };
        assert_eq!(name("openai:gpt-4o-mini"), "gpt-4o-mini");
        assert_eq!(name("openai"), "from-the-environment");
        // Names of models have colons too.
        assert_eq!(name("ollama:qwen2.5:7b"), "qwen2.5:7b");
        let replay = format!("{:?}", read("replay:a:b.jsonl").expect("usable"));
        assert_eq!(replay, r#"Replay { path: "a:b.jsonl", pace: Full }"#);
    }

    #[test]
    fn what_cannot_be_a_model_is_named() {
        for (text, said) in [
            ("replay", "`--model replay:FILE` needs the file"),
            ("replay: ", "`--model replay:FILE` needs the file"),
            (":x", "`--model :x` names no family"),
            (
                "gemini:x",
                "`--model gemini:x` is no model; it must be `offline`, `openai[:NAME]`, `ollama[:NAME]`, \
                 `openai-compatible[:NAME]`, `replay:FILE` or `local`",
            ),
            (
                "offline:foo",
                "`--model offline:foo`: `offline` has no name after it",
            ),
            (
                "local:foo",
                "`--model local:foo`: `local` has no name after it",
            ),
            (
                "offline:",
                "`--model offline:`: `offline` has no name after it",
            ),
            (
                "openai-compatible:x",
                "`--model openai-compatible:x`: OPENAI_API_BASE is not set",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(
                error.starts_with(said) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
