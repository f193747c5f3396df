//! A model that is entirely hostile, behind both fences, in a worker process whose log is read too.

use kai_e2e::agent::models::ScriptedServer;
use kai_e2e::contract::{Event, RunStatus};
use kai_e2e::harness::{Harness, Run, harness};
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::canary::Canary;
use super::corpus::attacks;
use super::hostile_model::{ToCall, calling};
use super::scene::Scene;
use crate::support::{Result, kai_e2e};
use crate::worker_process::{Worker, caller, started};

/// What the model's server takes, which nobody else is to see.
const KEY: &str = "sk-attack-Abcdefghij0123456789";

/// A worker process with a model that makes these calls, for a harness without a worker; and where it writes its log.
async fn hostile_worker(
    caller: &Harness,
    calls: Vec<ToCall>,
) -> Result<(Worker, ScriptedServer, NamedTempFile)> {
    let server = calling(calls).await?;
    let log = NamedTempFile::new()?;
    let mut command = kai_e2e();
    command
        .env("CHAT_FAMILY", "openai-compatible")
        .env("CHAT_MODEL", "hostile")
        .env("OPENAI_API_BASE", server.url())
        .env("OPENAI_API_KEY", KEY)
        .env("AGENT_MAX_TOOL_CALLS", "2000")
        .env("SQL_STATEMENT_TIMEOUT", "1")
        // Each of the hundreds of events is looked at, however long the machine takes over them.
        .env("CALLBACK_TIMEOUT", "30")
        .env("CALLBACK_BUDGET", "120")
        .env("RUST_LOG", "trace")
        .stderr(log.reopen()?);
    let (worker, _) = started(command, caller).await?;
    Ok((worker, server, log))
}

/// The outputs of the tools, in the order of the calls.
fn outputs(run: &Run) -> Vec<Value> {
    let outputs = run.events().iter().filter_map(|seen| match &seen.event {
        Event::ToolEnd(end) => Some(&end.output),
        _ => None,
    });
    outputs
        .map(|output| serde_json::from_str(output).unwrap_or_else(|_| output.clone().into()))
        .collect()
}

/// Stops the worker, and looks at everything that it left.
async fn assert_nothing_gained(
    scene: &Scene<'_>,
    run: &Run,
    (mut worker, server, log): (Worker, ScriptedServer, NamedTempFile),
) -> Result {
    scene.assert_untouched().await?;
    scene.assert_nothing_came_out(std::slice::from_ref(run));
    for request in server.requests() {
        // The model is as much outside as the user.
        scene.assert_without_loot("what the model was given", &request.to_string());
    }
    worker.terminate()?;
    worker.ended().await?;
    let log = std::fs::read_to_string(log.path())?;
    assert!(
        log.contains("hostile"),
        "the log is one: it names the model"
    );
    scene.assert_without_loot("the worker's log", &log);
    assert!(!log.contains(KEY), "the worker's log has the model's key");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn no_statement_of_a_hostile_model_does_what_it_tries(
    #[future(awt)] harness: Harness,
) -> Result {
    let (caller, canary) = (caller(&harness).await?, Canary::start()?);
    let attacks = attacks("statements.jsonl", &canary)?;
    let call = |text: &str| ("sql_query".to_owned(), json!({ "query": text }));
    let calls = attacks.iter().map(|attack| call(&attack.text)).collect();
    let worker = hostile_worker(&caller, calls).await?;
    let scene = Scene::set(&caller, canary).await?;
    let run = caller.ask("Serang!").await?;

    let outputs = outputs(&run);
    assert_eq!(outputs.len(), attacks.len());
    let mut bounded = 0;
    for (attack, output) in attacks.iter().zip(&outputs) {
        match attack.stopped_by.as_deref() {
            Some("limits") => {
                bounded += 1;
                assert!(
                    output["success"] == false || output["truncated"] == true,
                    "{} had no bound: {output}",
                    attack.id
                );
            }
            _ => assert_eq!(
                output["success"], false,
                "{} {}: {output}",
                attack.id, attack.text
            ),
        }
    }
    let result = run.result()?;
    assert_eq!(result.status, RunStatus::Completed);
    assert_eq!(
        result.sql_queries.len(),
        bounded,
        "{:?}",
        result.sql_queries
    );
    assert_nothing_gained(&scene, &run, worker).await?;
    eprintln!(
        "{} statements: 0 did what they try, {bounded} ran within bounds",
        attacks.len()
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn no_tool_call_of_a_hostile_model_reaches_beyond_its_conversation_and_connection(
    #[future(awt)] harness: Harness,
) -> Result {
    let (caller, canary) = (caller(&harness).await?, Canary::start()?);
    let attacks = attacks("tool-calls.jsonl", &canary)?;
    let calls = attacks
        .iter()
        .map(|attack| attack.call())
        .collect::<Result<Vec<_>>>()?;
    let worker = hostile_worker(&caller, calls).await?;
    let scene = Scene::set(&caller, canary).await?;
    let run = caller.ask("Serang!").await?;

    assert_eq!(outputs(&run).len(), attacks.len());
    let result = run.result()?;
    assert_eq!(result.status, RunStatus::Completed);
    assert_eq!(result.sql_queries, Vec::<String>::new());
    assert_nothing_gained(&scene, &run, worker).await?;
    eprintln!("{} tool calls: 0 did what they try", attacks.len());
    Ok(())
}
