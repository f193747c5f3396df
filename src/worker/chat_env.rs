//! The variables that say which model a worker has (contract §6).

use std::path::PathBuf;

use super::ConfigError;
use super::numbers::{MOST_BYTES, count, seconds};
use crate::agent::models::{ChatSettings, Endpoint, ModelChoice, ReplayPace};
use crate::contract::Secret;

/// Where OpenAI's own models are.
const OPENAI: &str = "https://api.openai.com/v1";
/// Where Ollama listens.
const OLLAMA: &str = "http://localhost:11434";

/// The model that the environment of this process names.
///
/// # Errors
/// When a variable that the family needs is missing, or one holds something unusable; the text names it, and shows no key.
pub fn model_from_env() -> Result<ModelChoice, ConfigError> {
    model_from_variables(|name| std::env::var(name).ok())
}

/// The model that variables from anywhere name.
///
/// `CHAT_FAMILY` is `offline` (the default), `openai`, `ollama`, `openai-compatible` or `replay`; the others depend on it.
/// Only the host that they name is ever contacted.
///
/// # Errors
/// As [`model_from_env`].
pub fn model_from_variables(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<ModelChoice, ConfigError> {
    let get = |name: &str| {
        variable(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let family = get("CHAT_FAMILY").unwrap_or_else(|| "offline".to_owned());
    let endpoint = match family.as_str() {
        "offline" => return Ok(ModelChoice::Offline),
        "replay" => return replay(&get),
        "openai" => openai(&get)?,
        "ollama" => ollama(&get)?,
        "openai-compatible" => compatible(&get)?,
        _ => {
            return Err(ConfigError::Invalid {
                variable: "CHAT_FAMILY",
                value: family,
                wanted: "it must be `offline` (the built-in analyst, also the default), `openai`, `ollama`, \
                         `openai-compatible` or `replay`"
                    .to_owned(),
            });
        }
    };
    settings(&get, endpoint).map(ModelChoice::chat)
}

fn openai(get: &impl Fn(&str) -> Option<String>) -> Result<Endpoint, ConfigError> {
    let key = get("OPENAI_API_KEY").ok_or(ConfigError::Missing {
        variable: "OPENAI_API_KEY",
        wanted: "CHAT_FAMILY=openai needs the key of an OpenAI project",
    })?;
    let base = get("OPENAI_API_BASE").unwrap_or_else(|| OPENAI.to_owned());
    Ok(endpoint("OPENAI_API_BASE", &base)?.with_key(Secret::new(key)))
}

fn compatible(get: &impl Fn(&str) -> Option<String>) -> Result<Endpoint, ConfigError> {
    let base = get("OPENAI_API_BASE").ok_or(ConfigError::Missing {
        variable: "OPENAI_API_BASE",
        wanted: "CHAT_FAMILY=openai-compatible needs the server's base URL, such as http://127.0.0.1:8000/v1",
    })?;
    let endpoint = endpoint("OPENAI_API_BASE", &base)?;
    Ok(match get("OPENAI_API_KEY") {
        Some(key) => endpoint.with_key(Secret::new(key)),
        None => endpoint,
    })
}

/// Ollama's own API is at its root, and OpenAI's below `/v1`.
fn ollama(get: &impl Fn(&str) -> Option<String>) -> Result<Endpoint, ConfigError> {
    let base = get("OLLAMA_API_BASE").unwrap_or_else(|| OLLAMA.to_owned());
    let at_root = endpoint("OLLAMA_API_BASE", &base)?.url().path() == "/";
    match at_root {
        true => endpoint(
            "OLLAMA_API_BASE",
            &format!("{}/v1", base.trim_end_matches('/')),
        ),
        false => endpoint("OLLAMA_API_BASE", &base),
    }
}

fn endpoint(variable: &'static str, base: &str) -> Result<Endpoint, ConfigError> {
    Endpoint::new(base).map_err(|error| ConfigError::Invalid {
        variable,
        // It can hold a password.
        value: "[redacted]".to_owned(),
        wanted: error.to_string(),
    })
}

fn replay(get: &impl Fn(&str) -> Option<String>) -> Result<ModelChoice, ConfigError> {
    let path = get("CHAT_RECORDING").ok_or(ConfigError::Missing {
        variable: "CHAT_RECORDING",
        wanted: "CHAT_FAMILY=replay needs the file of a recording (`kai-e2e record` makes one)",
    })?;
    Ok(ModelChoice::Replay {
        path: PathBuf::from(path),
        pace: ReplayPace::Full,
    })
}

fn settings(
    get: &impl Fn(&str) -> Option<String>,
    endpoint: Endpoint,
) -> Result<ChatSettings, ConfigError> {
    let model = get("CHAT_MODEL").ok_or(ConfigError::Missing {
        variable: "CHAT_MODEL",
        wanted: "it must be the name of a model, as its server knows it",
    })?;
    let mut settings = ChatSettings::new(endpoint, model);
    settings.temperature = number(get, "CHAT_TEMPERATURE", |number: &f64| {
        (0.0..=2.0).contains(number)
    })
    .map_err(|invalid| invalid("it must be a number from 0 to 2"))?;
    settings.seed = number(get, "CHAT_SEED", |_| true)
        .map_err(|invalid| invalid("it must be a whole number"))?;
    if let Some(retries) = number(get, "CHAT_RETRIES", |retries| *retries <= 10)
        .map_err(|invalid| invalid("it must be a whole number from 0 to 10"))?
    {
        settings.retries = retries;
    }
    if let Some(bytes) = count(get, "CHAT_CONTEXT_BYTES", MOST_BYTES)? {
        settings.context_bytes = bytes;
    }
    let timeouts = &mut settings.timeouts;
    for (variable, timeout) in [
        ("CHAT_FIRST_SECONDS", &mut timeouts.first),
        ("CHAT_IDLE_SECONDS", &mut timeouts.idle),
        ("CHAT_TURN_SECONDS", &mut timeouts.turn),
    ] {
        if let Some(seconds) = seconds(get, variable)? {
            *timeout = seconds;
        }
    }
    Ok(settings)
}

/// A number, or what says that the variable holds none.
fn number<T: std::str::FromStr>(
    get: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
    is_usable: impl Fn(&T) -> bool,
) -> Result<Option<T>, impl FnOnce(&str) -> ConfigError> {
    let Some(value) = get(variable) else {
        return Ok(None);
    };
    match value.parse().ok().filter(is_usable) {
        Some(number) => Ok(Some(number)),
        None => Err(move |wanted: &str| ConfigError::Invalid {
            variable,
            value,
            wanted: wanted.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const KEY: &str = "sk-hunter2";

    fn read(pairs: &[(&str, &str)]) -> Result<ModelChoice, ConfigError> {
        model_from_variables(|name| {
            let mut pairs = pairs.iter();
            let found = pairs.find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn chat(pairs: &[(&str, &str)]) -> ChatSettings {
        match read(pairs).expect("usable") {
            ModelChoice::Chat(settings) => *settings,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_offline_analyst_is_the_default() {
        for pairs in [
            &[][..],
            &[("CHAT_FAMILY", "offline")],
            &[("CHAT_FAMILY", " ")],
        ] {
            assert!(matches!(read(pairs).expect("usable"), ModelChoice::Offline));
        }
    }

    #[test]
    fn each_family_has_its_server() {
        let model = ("CHAT_MODEL", "m");
        let url = |pairs: &[(&str, &str)]| chat(pairs).endpoint.url().to_string();
        let openai = ("CHAT_FAMILY", "openai");
        let key = ("OPENAI_API_KEY", KEY);
        let base = ("OPENAI_API_BASE", "http://127.0.0.1:8000/v1/");
        assert_eq!(url(&[openai, model, key]), "https://api.openai.com/v1");
        assert_eq!(url(&[openai, model, key, base]), "http://127.0.0.1:8000/v1");
        let compatible = ("CHAT_FAMILY", "openai-compatible");
        assert_eq!(url(&[compatible, model, base]), "http://127.0.0.1:8000/v1");
        let ollama = ("CHAT_FAMILY", "ollama");
        assert_eq!(url(&[ollama, model]), "http://localhost:11434/v1");
        for (base, wanted) in [
            ("http://gpu:11434/", "http://gpu:11434/v1"),
            ("http://gpu/ollama/v1", "http://gpu/ollama/v1"),
        ] {
            assert_eq!(url(&[ollama, model, ("OLLAMA_API_BASE", base)]), wanted);
        }
    }

    #[test]
    fn the_rest_can_be_set() {
        let settings = chat(&[
            ("CHAT_FAMILY", "ollama"),
            ("CHAT_MODEL", "m"),
            ("CHAT_TEMPERATURE", "0"),
            ("CHAT_SEED", "7"),
            ("CHAT_RETRIES", "0"),
            ("CHAT_CONTEXT_BYTES", "1000"),
            ("CHAT_FIRST_SECONDS", "600"),
            ("CHAT_IDLE_SECONDS", "0.5"),
            ("CHAT_TURN_SECONDS", "900"),
        ]);
        assert_eq!(
            (
                settings.temperature,
                settings.seed,
                settings.retries,
                settings.context_bytes
            ),
            (Some(0.0), Some(7), 0, 1000)
        );
        let timeouts = settings.timeouts;
        assert_eq!(
            [timeouts.first, timeouts.idle, timeouts.turn],
            [600.0, 0.5, 900.0].map(Duration::from_secs_f64)
        );
    }

    #[test]
    fn a_recording_is_named_by_its_file() {
        let read = read(&[("CHAT_FAMILY", "replay"), ("CHAT_RECORDING", "a.jsonl")]);
        let shown = format!("{:?}", read.expect("usable"));
        assert_eq!(shown, r#"Replay { path: "a.jsonl", pace: Full }"#);
    }

    #[test]
    fn refusals_name_the_variable_and_show_no_key() {
        let key = ("OPENAI_API_KEY", KEY);
        let model = ("CHAT_MODEL", "m");
        let openai = ("CHAT_FAMILY", "openai");
        for (pairs, said) in [
            (
                &[("CHAT_FAMILY", "gemini")][..],
                "CHAT_FAMILY is `gemini`: it must be `offline`",
            ),
            (&[openai, model], "OPENAI_API_KEY is not set"),
            (&[openai, key], "CHAT_MODEL is not set"),
            (
                &[("CHAT_FAMILY", "openai-compatible"), model, key],
                "OPENAI_API_BASE is not set",
            ),
            (
                &[
                    openai,
                    model,
                    key,
                    ("OPENAI_API_BASE", "https://u:sk-hunter2@h/v1"),
                ],
                "OPENAI_API_BASE is `[redacted]`: it must not carry a user",
            ),
            (
                &[
                    ("CHAT_FAMILY", "ollama"),
                    model,
                    ("OLLAMA_API_BASE", "gpu:11434"),
                ],
                "OLLAMA_API_BASE is",
            ),
            (&[("CHAT_FAMILY", "replay")], "CHAT_RECORDING is not set"),
            (
                &[openai, model, key, ("CHAT_TEMPERATURE", "warm")],
                "CHAT_TEMPERATURE is `warm`",
            ),
            (
                &[openai, model, key, ("CHAT_TEMPERATURE", "NaN")],
                "CHAT_TEMPERATURE is `NaN`",
            ),
            (
                &[openai, model, key, ("CHAT_SEED", "-1")],
                "CHAT_SEED is `-1`",
            ),
            (
                &[openai, model, key, ("CHAT_RETRIES", "11")],
                "CHAT_RETRIES is `11`",
            ),
            (
                &[openai, model, key, ("CHAT_CONTEXT_BYTES", "0")],
                "CHAT_CONTEXT_BYTES is `0`",
            ),
            (
                &[openai, model, key, ("CHAT_IDLE_SECONDS", "0")],
                "CHAT_IDLE_SECONDS is `0`",
            ),
        ] {
            let error = read(pairs).expect_err(said).to_string();
            assert!(error.starts_with(said), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let shown = format!("{:?}", read(&[openai, model, key]).expect("usable"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
