//! All topics, in the order in which a start would come upon them.

use super::{Finding, commands, engine, images, leftovers, ports, space};
use crate::stack::{StackConfig, engine::Engine};

/// Looks at everything that a start needs. Nothing is started, pulled or removed.
pub async fn diagnose(config: &StackConfig) -> Vec<Finding> {
    let engine = Engine::connect().await;
    let mut findings = vec![engine::answer(&engine).await, engine::provider(&engine)];
    if engine.is_ok() {
        findings.extend(images::here(config).await);
    }
    findings.extend(commands::needed());
    let stacks = match engine {
        Ok(_) => crate::stack::status(config).await,
        Err(_) => Ok(Vec::new()),
    };
    findings.extend(ports::asked_for(
        config,
        stacks.as_deref().unwrap_or_default(),
    ));
    findings.extend(space::state(config));
    findings.push(space::cache(config));
    if let Ok(engine) = &engine {
        findings.extend(space::engine(engine).await);
    }
    findings.push(space::memory());
    findings.extend(leftovers::of(stacks));
    findings
}
