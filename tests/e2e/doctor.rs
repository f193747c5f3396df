//! `kai-e2e doctor`: what would stop a run is said, with the command that mends it.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Result, kai_e2e, on_processes, output, shown};

fn doctor(state: &TempDir) -> Command {
    let mut command = kai_e2e();
    command
        .args(["doctor", "--format", "json"])
        .env("KAI_E2E_STATE_DIR", state.path().join("state"));
    command
}

/// The findings of a severity, and the exit code.
async fn found(command: Command, severity: &str) -> Result<(Vec<Value>, Option<i32>)> {
    let ended = output(command).await?;
    let report: Value = serde_json::from_slice(&ended.stdout)
        .map_err(|error| format!("{error}: {}", shown(&ended)))?;
    let findings = report["findings"].as_array().ok_or("a list")?;
    for finding in findings {
        // Whatever is not fine comes with a command.
        let mended = finding["severity"] == "fine" || finding["fix"].is_string();
        assert!(mended, "{finding:#}");
    }
    let of_severity = findings
        .iter()
        .filter(|finding| finding["severity"] == severity)
        .cloned()
        .collect();
    Ok((of_severity, ended.status.code()))
}

#[tokio::test]
async fn a_machine_that_can_run_the_tests_has_no_problem() -> Result {
    let state = TempDir::new()?;
    let (problems, code) = found(doctor(&state), "problem").await?;
    assert_eq!((problems, code), (Vec::new(), Some(0)));
    let (fine, _) = found(doctor(&state), "fine").await?;
    let topics: Vec<_> = fine
        .iter()
        .filter_map(|finding| finding["topic"].as_str())
        .collect();
    for topic in [
        "engine",
        "provider",
        "commands",
        "ports",
        "state",
        "leftovers",
    ] {
        assert!(topics.contains(&topic), "{topic} is not in {topics:?}");
    }
    assert!(
        !state.path().join("state").exists(),
        "looking leaves nothing behind"
    );
    Ok(())
}

#[tokio::test]
async fn what_would_stop_a_run_is_exit_3_and_named_with_its_command() -> Result {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    let blocked = tempfile::NamedTempFile::new()?;
    let blocked = blocked.path().display().to_string();
    let cases = [
        (
            "DOCKER_HOST",
            "unix:///nowhere/docker.sock",
            "engine",
            "unset DOCKER_HOST",
        ),
        (
            "KAI_E2E_TYPESENSE_BIN",
            "/nowhere/typesense-server",
            "binaries",
            "KAI_E2E_TYPESENSE_BIN",
        ),
        (
            "KAI_E2E_POSTGRES_PORT",
            port.as_str(),
            "ports",
            "unset KAI_E2E_POSTGRES_PORT",
        ),
        ("PATH", "/nowhere", "commands", "apt-get install"),
        (
            "KAI_E2E_STATE_DIR",
            blocked.as_str(),
            "state",
            "KAI_E2E_STATE_DIR",
        ),
        ("KAI_E2E_CACHE", blocked.as_str(), "cache", "KAI_E2E_CACHE"),
        ("KAI_E2E_DATA_DIR", "/proc/data", "data", "KAI_E2E_DATA_DIR"),
    ];
    for (variable, value, topic, fix) in cases {
        let state = TempDir::new()?;
        let mut command = doctor(&state);
        // The engine is no problem unless containers are asked for, nor are programs unless processes are.
        let provider = match topic {
            "engine" => Some("containers"),
            "binaries" | "data" => Some("processes"),
            _ => None,
        };
        if let Some(provider) = provider {
            command.args(["--provider", provider]);
        }
        command.env(variable, value);
        let (problems, code) = found(command, "problem").await?;
        assert_eq!(code, Some(3), "{variable}: {problems:#?}");
        assert!(
            problems.iter().any(|problem| problem["topic"] == topic
                && problem["fix"]
                    .as_str()
                    .is_some_and(|said| said.contains(fix))),
            "{variable}: {problems:#?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn what_an_earlier_run_left_is_a_warning_with_its_age() -> Result {
    let state = TempDir::new()?;
    // A session whose process and whose watcher are gone, as after a power cut.
    let session = if on_processes() {
        "state/processes-owned-1"
    } else {
        "state/owned-1"
    };
    std::fs::create_dir_all(state.path().join(session))?;
    let (warnings, code) = found(doctor(&state), "warning").await?;
    assert_eq!(code, Some(0), "{warnings:#?}");
    let left = warnings
        .iter()
        .find(|warning| warning["topic"] == "leftovers")
        .ok_or("a warning")?;
    assert!(left["text"].to_string().contains("1 left over"), "{left:#}");
    assert_eq!(left["fix"], "kai-e2e down");
    Ok(())
}
