//! The command as a user types it: output, exit codes, and nothing left behind.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use kai_e2e::contract::MAX_PROMPT_BYTES;
use serde_json::Value;
use tempfile::TempDir;

use crate::kept_stack::RemovedAtTheEnd;
use crate::process_table;
use crate::support::{CANONICAL, Result, kai_e2e, on_processes, output, shown};

/// The command with a state directory of its own, so that its stacks are told from everybody else's.
pub fn isolated(state: &TempDir) -> Command {
    let mut command = kai_e2e();
    command
        .env("KAI_E2E_STATE_DIR", state.path())
        .env("KAI_E2E_SEED_SCALE", "0.05");
    command
}

/// A run that has ended leaves its state directory as it found it: no lock, no lease, no address of a stack.
#[track_caller]
pub fn assert_nothing_left(state: &TempDir) {
    let left: Vec<_> = std::fs::read_dir(state.path())
        .map(|entries| entries.flatten().map(|entry| entry.file_name()).collect())
        .unwrap_or_default();
    assert!(left.is_empty(), "left in the state directory: {left:?}");
    let running = process_table::of_state(state.path());
    assert!(running.is_empty(), "still running: {running:?}");
}

#[tokio::test]
async fn run_prints_events_answer_sql_and_verdicts_and_exits_0() -> Result {
    let state = TempDir::new()?;
    let mut command = isolated(&state);
    command.arg("run");
    let output = output(command).await?;
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let text = String::from_utf8(output.stdout)?;
    for part in [
        CANONICAL,
        "tool_start     sql_query",
        "token",
        "done",
        "answer",
        "SELECT",
        "43 of 43 hold",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert_nothing_left(&state);
    Ok(())
}

#[tokio::test]
async fn run_as_json_is_one_object_with_the_documented_keys() -> Result {
    let state = TempDir::new()?;
    let mut command = isolated(&state);
    command.args([
        "run",
        "--format",
        "json",
        "--prompt",
        "Berapa jumlah koperasi?",
    ]);
    let output = output(command).await?;
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let object: Value = serde_json::from_slice(&output.stdout)?;
    let keys: Vec<_> = object
        .as_object()
        .ok_or("no object")?
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, ["prompt", "result", "events", "history", "criteria"]);
    assert_eq!(
        object["events"]
            .as_array()
            .and_then(|events| events.last())
            .map(|last| &last["type"]),
        Some(&Value::from("done"))
    );
    let criteria = object["criteria"].as_array().ok_or("no criteria")?;
    assert_eq!(criteria.len(), 46);
    let replayed = criteria.iter().find(|one| one["id"] == "history.replays");
    assert_eq!(
        replayed.map(|one| &one["standing"]),
        Some(&Value::from("held")),
        "the worker's workflow is this crate's: {replayed:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_criterion_that_does_not_hold_is_exit_1_and_is_named() -> Result {
    let state = TempDir::new()?;
    let mut command = isolated(&state);
    command.args(["run", "--prompt", "Siapa presiden Prancis?"]);
    let output = output(command).await?;
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("result.sql-queries"),
        "{}",
        shown(&output)
    );
    assert_nothing_left(&state);
    Ok(())
}

#[tokio::test]
async fn ask_prints_one_object_a_line_in_the_order_of_the_prompts() -> Result {
    let state = TempDir::new()?;
    let prompts = [
        CANONICAL,
        "Berapa jumlah koperasi?",
        "Berapa jumlah koperasi di Bali?",
        "Berapa jumlah anggota koperasi?",
        "Berapa total modal awal koperasi?",
    ];
    let mut file = tempfile::NamedTempFile::new()?;
    writeln!(
        file,
        "{}\n\n{}",
        prompts[..2].join("\n"),
        prompts[2..].join("\n")
    )?;
    let mut command = isolated(&state);
    command
        .args(["ask", "--format", "jsonl", "--prompts"])
        .arg(file.path());
    let output = output(command).await?;
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let asked: Vec<Value> = String::from_utf8(output.stdout)?
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).map(|object| object["prompt"].clone()))
        .collect::<std::result::Result<_, _>>()?;
    assert_eq!(asked, prompts);
    Ok(())
}

/// Ends the Typesense of the one stack of a state directory, whose labels name the session's directory in it.
fn kill_typesense(state: &Path) -> Result {
    let script = if on_processes() {
        let typesense: Vec<_> = process_table::of_state(state)
            .into_iter()
            .filter(|process| {
                process.labels.get("KAI_E2E_SERVICE").map(String::as_str) == Some("typesense")
            })
            .collect();
        let [typesense] = &typesense[..] else {
            return Err(format!("one Typesense, not {typesense:?}").into());
        };
        format!("kill -KILL {}", typesense.pid)
    } else {
        format!(
            "docker kill $(docker ps --filter label=org.kai-e2e.service=typesense --format '{{{{.ID}}}} {{{{.Labels}}}}' | grep -F {} | cut -d ' ' -f 1)",
            state.display()
        )
    };
    let killed = Command::new("sh").arg("-c").arg(script).output()?;
    if killed.status.success() {
        Ok(())
    } else {
        Err(shown(&killed).into())
    }
}

#[tokio::test]
async fn typesense_killed_in_the_middle_is_exit_1_with_typesenses_own_end() -> Result {
    let state = TempDir::new()?;
    let mut file = tempfile::NamedTempFile::new()?;
    for _ in 0..500 {
        writeln!(file, "{CANONICAL}")?;
    }
    let mut command = isolated(&state);
    command
        .args([
            "ask",
            "--format",
            "jsonl",
            "--concurrency",
            "1",
            "--prompts",
        ])
        .arg(file.path());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().ok_or("piped")?;
    let path = state.path().to_owned();
    let ended = tokio::task::spawn_blocking(move || -> Result<std::process::Output> {
        let mut lines = BufReader::new(stdout).lines();
        lines.next().ok_or("the first run was printed")??;
        if let Err(error) = kill_typesense(&path) {
            child.kill()?;
            child.wait()?;
            return Err(error);
        }
        for line in lines {
            line?;
        }
        Ok(child.wait_with_output()?)
    })
    .await??;
    assert_eq!(ended.status.code(), Some(1), "{}", shown(&ended));
    let said = String::from_utf8_lossy(&ended.stderr).to_lowercase();
    assert!(
        said.contains("typesense") && said.contains("ended"),
        "{}",
        shown(&ended)
    );
    assert_nothing_left(&state);
    Ok(())
}

#[tokio::test]
async fn what_cannot_start_is_exit_3_and_says_what_to_do() -> Result {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    let cases = [
        (
            "containers",
            "DOCKER_HOST",
            "unix:///nowhere/docker.sock",
            "/nowhere/docker.sock",
        ),
        (
            "containers",
            "KAI_E2E_POSTGRES_PORT",
            port.as_str(),
            port.as_str(),
        ),
        (
            "processes",
            "KAI_E2E_POSTGRES_PORT",
            port.as_str(),
            port.as_str(),
        ),
        (
            "processes",
            "KAI_E2E_TYPESENSE_BIN",
            "/nowhere/typesense-server",
            "/nowhere/typesense-server",
        ),
        (
            "containers",
            "KAI_E2E_TYPESENSE_IMAGE",
            "kai-e2e.invalid/no-such-image:1",
            "KAI_E2E_TYPESENSE_IMAGE",
        ),
    ];
    for (provider, variable, value, said) in cases {
        let state = TempDir::new()?;
        let mut command = isolated(&state);
        command
            .args(["run", "--provider", provider])
            .env(variable, value);
        let output = output(command).await?;
        assert_eq!(
            output.status.code(),
            Some(3),
            "{variable}: {}",
            shown(&output)
        );
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(said),
            "{variable}: {}",
            shown(&output)
        );
        assert_nothing_left(&state);
    }
    Ok(())
}

#[tokio::test]
async fn without_an_engine_run_does_the_main_job_and_says_why_as_processes() -> Result {
    let state = TempDir::new()?;
    let mut command = isolated(&state);
    command
        .args(["run", "--provider", "auto"])
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let output = output(command).await?;
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("as processes") && said.contains("/nowhere/docker.sock"),
        "{}",
        shown(&output)
    );
    assert_nothing_left(&state);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_understood_is_exit_2_and_is_named() -> Result {
    let cases: [(&[&str], &str, &str, &str); 12] = [
        (
            &[
                "check",
                "--task-queue",
                "q",
                "--address",
                "user:secret@localhost:1",
            ],
            "X",
            "x",
            "--address is `[redacted]`",
        ),
        (
            &[
                "history",
                "record",
                "--to",
                "/dev/null",
                "--workflow-id",
                "w",
                "--address",
                "localhost",
            ],
            "X",
            "x",
            "--address is `localhost`",
        ),
        (&["run"], "KAI_E2E_SEED_SCALE", "huge", "KAI_E2E_SEED_SCALE"),
        (&["run"], "KAI_E2E_RUN_TIMEOUT", "0", "KAI_E2E_RUN_TIMEOUT"),
        (
            &["run"],
            "KAI_E2E_CALL_TIMEOUT",
            "soon",
            "KAI_E2E_CALL_TIMEOUT",
        ),
        (
            &["doctor"],
            "KAI_E2E_ANSWER_TIMEOUT",
            "-1",
            "KAI_E2E_ANSWER_TIMEOUT",
        ),
        (
            &["ask", "--prompts", "/no/such/file"],
            "X",
            "x",
            "/no/such/file",
        ),
        (&["run", "--format", "xml"], "X", "x", "xml"),
        (
            &["check", "--worker-cmd", "true", "--directory", "/no/such"],
            "X",
            "x",
            "--directory is /no/such",
        ),
        (
            &["history", "record", "--to", "/proc/no/file"],
            "X",
            "x",
            "/proc/no/file cannot be written",
        ),
        (
            &[
                "record",
                "--model",
                "openai-compatible:m",
                "--prompt",
                "Berapa?",
                "--to",
                "/proc",
            ],
            "OPENAI_API_BASE",
            "http://127.0.0.1:9/v1",
            "/proc cannot be written",
        ),
        (
            &["eval", "--questions", "/dev/zero"],
            "X",
            "x",
            "it is longer than 256 MiB",
        ),
    ];
    for (arguments, variable, value, said) in cases {
        let state = TempDir::new()?;
        let mut command = isolated(&state);
        command.args(arguments).env(variable, value);
        let output = output(command).await?;
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            shown(&output)
        );
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(said),
            "{arguments:?}: {}",
            shown(&output)
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_prompt_that_nobody_takes_is_named_by_its_line_before_any_is_asked() -> Result {
    let state = TempDir::new()?;
    let prompts = state.path().join("prompts");
    let long = "a".repeat(MAX_PROMPT_BYTES + 1);
    std::fs::write(&prompts, format!("Berapa jumlah koperasi?\n\n{long}\n"))?;
    let mut command = isolated(&state);
    command
        .args(["ask", "--format", "jsonl", "--prompts"])
        .arg(&prompts);
    let refused = output(command).await?;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(
        said.contains("prompts:3: `prompt` has 32769 bytes"),
        "{said}"
    );
    assert!(refused.stdout.is_empty() && said.len() < 1_000, "{said}");
    Ok(())
}

/// Half of a report would be taken for all of it.
#[tokio::test]
async fn what_cannot_be_printed_is_an_error() -> Result {
    let mut command = kai_e2e();
    command
        .args(["checks", "--format", "markdown"])
        .stdout(std::fs::File::options().write(true).open("/dev/full")?);
    let lost = command.output()?;
    let said = String::from_utf8_lossy(&lost.stderr).into_owned();
    assert_eq!(lost.status.code(), Some(3), "{said}");
    assert!(
        said.contains("standard output cannot be written: No space left"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn up_prints_shell_exports_that_work_and_down_removes_the_stack() -> Result {
    let state = TempDir::new()?;
    let _removed = RemovedAtTheEnd::of(state.path())?;
    let mut up = isolated(&state);
    up.args(["up", "--format", "env"]);
    let up = output(up).await?;
    assert_eq!(up.status.code(), Some(0), "{}", shown(&up));
    let exports = String::from_utf8(up.stdout)?;

    // The exports are read by a real shell, which then reaches Typesense with them.
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!(
        "{exports}\nprintf '%s %s %s' \"$TEMPORAL_ADDRESS\" \"$TYPESENSE_PROTOCOL://$TYPESENSE_HOST:$TYPESENSE_PORT\" \"$TYPESENSE_API_KEY\""
    ));
    let read = output(shell).await?;
    let text = String::from_utf8(read.stdout)?;
    let [temporal, typesense, key] = text.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("three values, not {text}").into());
    };
    let documents = reqwest::Client::new()
        .get(format!("{typesense}/collections/table_descriptions"))
        .header("X-TYPESENSE-API-KEY", key)
        .send()
        .await?
        .json::<Value>()
        .await?;
    assert_eq!(documents["num_documents"], 15, "{documents}");
    tokio::net::TcpStream::connect(temporal).await?;

    let mut down = isolated(&state);
    down.arg("down");
    let down = output(down).await?;
    assert_eq!(down.status.code(), Some(0), "{}", shown(&down));
    assert!(
        tokio::net::TcpStream::connect(temporal).await.is_err(),
        "Temporal still answers after down"
    );
    assert_nothing_left(&state);
    Ok(())
}
