//! All topics, in the order in which a start would come upon them.

use super::{Finding, binaries, commands, engine, images, leftovers, ports, space};
use crate::stack::{ProviderChoice, StackConfig, engine::Engine};

/// Looks at everything that a start needs. Nothing is started, pulled, installed or removed, but for a directory that is made to see
/// whether it can be.
pub async fn diagnose(config: &StackConfig) -> Vec<Finding> {
    let choice = config.provider();
    let engine = match choice {
        ProviderChoice::Processes => None,
        ProviderChoice::Auto | ProviderChoice::Containers => Some(Engine::connect().await),
    };
    let answers = matches!(engine, Some(Ok(_)));
    let containers = answers || choice == ProviderChoice::Containers;
    let mut findings = match &engine {
        Some(Err(error)) if !containers => engine::not_needed(error),
        Some(engine) => vec![engine::answer(engine).await, engine::provider(engine)],
        None => engine::not_asked(),
    };
    if answers {
        findings.extend(images::here(config).await);
    }
    if !containers {
        findings.extend(binaries::here(config));
    }
    findings.extend(commands::needed(containers));
    let stacks = if containers && !answers {
        Ok(Vec::new())
    } else {
        crate::stack::status(config).await
    };
    findings.extend(ports::asked_for(
        config,
        stacks.as_deref().unwrap_or_default(),
    ));
    findings.extend(space::state(config));
    findings.push(space::cache(config));
    if !containers {
        findings.extend(space::data(config));
    }
    if let Some(Ok(engine)) = &engine {
        findings.extend(space::engine(engine).await);
    }
    findings.push(space::memory());
    findings.extend(leftovers::of(stacks));
    findings
}
