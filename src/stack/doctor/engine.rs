//! The container engine, and what the services would run in.

use super::Finding;
use crate::contract::error_chain;
use crate::stack::{StackError, engine::Engine};

/// The oldest version of the engine's interface that the engine's client was tried with.
const OLDEST_API: (u32, u32) = (1, 41);

const TOPIC: &str = "engine";

/// Whether it answers, and what it is.
pub(super) async fn answer(engine: &Result<Engine, StackError>) -> Finding {
    let engine = match engine {
        Ok(engine) => engine,
        Err(error) => return Finding::problem(TOPIC, error_chain(error), command_for(error)),
    };
    let at = engine.address().url();
    match engine.version().await {
        Err(error) => Finding::problem(TOPIC, error_chain(&error), RESTART),
        Ok(version) => {
            let text = format!(
                "{} {}, API {}, at {at}",
                version.name, version.version, version.api
            );
            match parsed(&version.api) {
                Some(api) if api < OLDEST_API => Finding::warning(
                    TOPIC,
                    format!(
                        "{text}: older than API {}.{}, the oldest that was tried",
                        OLDEST_API.0, OLDEST_API.1
                    ),
                    "sudo apt-get install --only-upgrade docker.io",
                ),
                _ => Finding::fine(TOPIC, text),
            }
        }
    }
}

/// No engine answers, and none is needed.
pub(super) fn not_needed(error: &StackError) -> Vec<Finding> {
    vec![
        Finding::fine(
            TOPIC,
            format!("none, and none is needed: {}", error_chain(error)),
        ),
        Finding::fine(
            "provider",
            "processes of this machine, because no engine answers",
        ),
    ]
}

/// The engine is not to be used.
pub(super) fn not_asked() -> Vec<Finding> {
    vec![
        Finding::fine(TOPIC, "not asked"),
        Finding::fine(
            "provider",
            "processes of this machine, because they were asked for",
        ),
    ]
}

/// What the services of a new stack would run in.
pub(super) fn provider(engine: &Result<Engine, StackError>) -> Finding {
    const TOPIC: &str = "provider";
    match engine {
        Ok(_) => Finding::fine(TOPIC, "containers, because an engine answers"),
        Err(error) => Finding::problem(
            TOPIC,
            "none: containers were asked for, and no engine answers",
            command_for(error),
        ),
    }
}

const RESTART: &str = "sudo systemctl restart docker";

fn command_for(error: &StackError) -> &'static str {
    if std::env::var_os("DOCKER_HOST").is_some_and(|value| !value.is_empty()) {
        return "unset DOCKER_HOST";
    }
    match error {
        StackError::EngineUnavailable { problem, .. } if problem.contains("permission") => {
            "sudo usermod --append --groups docker \"$USER\"   # and log in again"
        }
        StackError::EngineUnavailable { problem, .. } if problem.contains("no such socket") => {
            "sudo apt-get install docker.io && sudo systemctl start docker"
        }
        _ => RESTART,
    }
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parsed("1.9") < Some(OLDEST_API));
        assert!(parsed("1.41") >= Some(OLDEST_API));
        assert!(parsed("1.150") > Some(OLDEST_API));
        assert_eq!(parsed("new"), None);
    }
}
