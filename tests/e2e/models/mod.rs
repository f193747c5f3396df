//! Language models: live ones, recorded ones, and the same conversation with each.

mod bounds;
mod command;
mod replays;
mod same_conversation;
pub mod scripts;
mod streaming;

use std::path::PathBuf;

use kai_e2e::agent::models::{ChatSettings, Endpoint, ModelChoice, ScriptedServer};
use kai_e2e::harness::{Harness, HarnessSettings};

use serde_json::Value;

use crate::support::Result;

/// A harness on the same stack whose worker has this model.
async fn with_model(harness: &Harness, model: ModelChoice) -> Result<Harness> {
    let settings = HarnessSettings {
        model,
        ..HarnessSettings::from_env()?
    };
    Ok(Harness::on(harness.shared_stack(), settings).await?)
}

/// The model of a scripted server.
fn live(server: &ScriptedServer) -> Result<ModelChoice> {
    let endpoint = Endpoint::new(&server.url())?;
    Ok(ModelChoice::chat(ChatSettings::new(
        endpoint,
        scripts::MODEL,
    )))
}

/// What the model was told of its last call, in the last request.
pub fn told(requests: &[Value]) -> Result<Value> {
    let messages = requests.last().and_then(|last| last["messages"].as_array());
    let output = messages
        .and_then(|all| all.iter().rev().find(|message| message["role"] == "tool"))
        .and_then(|message| message["content"].as_str())
        .ok_or("the model was told nothing")?;
    Ok(serde_json::from_str(output)?)
}

/// A recording of `fixtures/recordings/`.
fn recording(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/recordings")
        .join(format!("{name}.jsonl"))
}
