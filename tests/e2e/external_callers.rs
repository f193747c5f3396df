//! Callers that know only the contract: the real Temporal CLI, the very program that serves the stack.

use std::process::{Command, Output};

use kai_e2e::capture::Subscriber;
use kai_e2e::contract::SessionId;
use kai_e2e::harness::{Harness, harness};
use kai_e2e::stack::Service;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{CANONICAL, Result, golden, output, shown};

/// Runs the Temporal CLI of the stack's image, or the one that the server was started with, against its server.
pub async fn temporal_cli(harness: &Harness, arguments: &[&str]) -> Result<Output> {
    let stack = harness.stack();
    let Some(container) = stack.container_id(Service::Temporal) else {
        let mut command = Command::new(stack.programs().name(Service::Temporal));
        command
            .args(arguments)
            .args(["--address", &stack.endpoints().temporal_address]);
        return output(command).await;
    };
    let mut inspect = Command::new("docker");
    inspect.args(["inspect", "--format", "{{.Path}}", container]);
    let inspected = output(inspect).await?;
    assert!(inspected.status.success(), "{}", shown(&inspected));
    let program = String::from_utf8(inspected.stdout)?.trim().to_owned();
    let mut command = Command::new("docker");
    command
        .args(["exec", container, &program])
        .args(arguments)
        .args(["--address", "127.0.0.1:7233"]);
    output(command).await
}

/// Cancels a workflow, as somebody at a terminal does.
pub async fn cancel(harness: &Harness, workflow_id: &str) -> Result {
    let arguments = ["workflow", "cancel", "--workflow-id", workflow_id];
    let cancelled = temporal_cli(harness, &arguments).await?;
    assert!(cancelled.status.success(), "{}", shown(&cancelled));
    Ok(())
}

async fn execute(harness: &Harness, input: &Value) -> Result<Output> {
    let id = format!("cli-{}", uuid::Uuid::new_v4().simple());
    temporal_cli(
        harness,
        &[
            "workflow",
            "execute",
            "--type",
            "KaiChatWorkflow",
            "--task-queue",
            harness.task_queue(),
            "--workflow-id",
            &id,
            "--input",
            &input.to_string(),
            "--output",
            "json",
        ],
    )
    .await
}

#[rstest]
#[tokio::test]
async fn the_temporal_cli_runs_a_prompt_and_a_subscriber_sees_it(
    #[future(awt)] harness: Harness,
) -> Result {
    let session = SessionId::new(format!("cli-{}", uuid::Uuid::new_v4().simple()));
    let mut subscriber = Subscriber::connect(&harness.capture().stream_url(&session)).await?;
    let input = json!({
        "prompt": CANONICAL,
        "connection_id": harness.connection_id(),
        "callback_url": harness.capture().callback_url(&session),
    });
    let executed = execute(&harness, &input).await?;
    assert!(executed.status.success(), "{}", shown(&executed));
    let printed: Value = serde_json::from_slice(&executed.stdout)?;
    assert_eq!(printed["status"], "COMPLETED", "{printed}");
    let result = &printed["result"];
    assert_eq!(result["status"], "completed", "{printed}");

    let events = subscriber.rest().await?;
    let tokens: String = events
        .iter()
        .filter(|received| received.kind() == "token")
        .filter_map(|received| received.event["content"].as_str())
        .collect();
    assert_eq!(Some(tokens.as_str()), result["final_answer"].as_str());
    let done: Vec<_> = events
        .iter()
        .filter(|received| received.kind() == "done")
        .collect();
    assert_eq!(done.len(), 1);

    // Nothing but the contract connects the caller and the database: the answer names the province that SQL finds.
    let first = golden(
        &harness,
        r#"SELECT p.name FROM cooperative c JOIN provinces p ON p.code = c."provinceId"::text
            WHERE c.capital ~ '^[0-9]+(\.[0-9]+)?$' GROUP BY 1 ORDER BY avg(c.capital::numeric) DESC LIMIT 1"#,
    )
    .await?;
    let first = first[0][0].as_deref().ok_or("a province has a name")?;
    assert!(tokens.contains(first), "{tokens}");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_temporal_cli_is_told_what_is_wrong_with_its_input(
    #[future(awt)] harness: Harness,
) -> Result {
    let executed = execute(&harness, &json!({"connection_id": "x"})).await?;
    assert!(!executed.status.success(), "{}", shown(&executed));
    let said = shown(&executed);
    assert!(
        said.contains("InvalidInput") && said.contains("`prompt` is missing"),
        "{said}"
    );
    Ok(())
}
