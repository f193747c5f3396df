//! `kai-e2e record`, and `--model` of `run`.

use serde_json::Value;
use tempfile::TempDir;

use super::scripts::{FOLLOW_UP, MODEL};
use crate::command::{assert_nothing_left, isolated};
use crate::support::{Result, output, shown};

#[tokio::test]
async fn a_conversation_is_recorded_and_replayed_without_its_server() -> Result {
    let (state, files) = (TempDir::new()?, TempDir::new()?);
    let file = files.path().join("conversation.jsonl");
    let server = FOLLOW_UP.server().await?;
    let mut record = isolated(&state);
    record
        .arg("record")
        .args(FOLLOW_UP.questions.iter().flat_map(|it| ["--prompt", it]))
        .arg("--model")
        .arg(format!("openai-compatible:{MODEL}"))
        .arg("--to")
        .arg(&file)
        .env("OPENAI_API_BASE", server.url())
        .env("OPENAI_API_KEY", "a-key-that-nobody-keeps");
    let recorded = output(record).await?;
    assert_eq!(recorded.status.code(), Some(0), "{}", shown(&recorded));
    let text = String::from_utf8(recorded.stdout)?;
    assert!(
        text.contains(&format!("recorded 4 calls of `{MODEL}` in ")),
        "{text}"
    );
    assert_eq!(server.requests().len(), 4);
    let kept = std::fs::read_to_string(&file)?;
    assert!(!kept.contains("a-key-that-nobody-keeps") && !kept.contains("127.0.0.1"));

    drop(server);
    let mut replay = isolated(&state);
    replay
        .args([
            "run",
            "--format",
            "json",
            "--prompt",
            FOLLOW_UP.questions[0],
            "--model",
        ])
        .arg(format!("replay:{}", file.display()));
    let replayed = output(replay).await?;
    assert_eq!(replayed.status.code(), Some(0), "{}", shown(&replayed));
    let object: Value = serde_json::from_slice(&replayed.stdout)?;
    let answer = object["result"]["final_answer"]
        .as_str()
        .unwrap_or_default();
    assert!(answer.starts_with("Rata-rata tertinggi:"), "{answer}");
    assert_nothing_left(&state);
    Ok(())
}

#[tokio::test]
async fn a_local_model_that_is_not_installed_is_an_error_with_advice() -> Result {
    let (state, cache) = (TempDir::new()?, TempDir::new()?);
    let mut command = isolated(&state);
    command
        .args(["run", "--model", "local"])
        .env("KAI_E2E_CACHE", cache.path());
    let refused = output(command).await?;
    assert_eq!(refused.status.code(), Some(3), "{}", shown(&refused));
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("`make model` installs it"), "{text}");
    assert_nothing_left(&state);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_recorded_or_replayed_is_a_usage_error_before_anything_starts() -> Result {
    let state = TempDir::new()?;
    for (arguments, said) in [
        (
            &["record", "--to", "never.jsonl"][..],
            "`--model offline` is no live model",
        ),
        (
            &["run", "--model", "gemini"],
            "`--model gemini` is no model",
        ),
        (&["run", "--model", "openai:m"], "OPENAI_API_KEY is not set"),
        (
            &["run", "--model", "replay:no-such-file.jsonl"],
            "the recording no-such-file.jsonl cannot be read",
        ),
    ] {
        let mut command = isolated(&state);
        command.args(arguments).env_remove("OPENAI_API_KEY");
        let refused = output(command).await?;
        assert_eq!(refused.status.code(), Some(2), "{}", shown(&refused));
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(text.contains(said), "{text}");
    }
    assert!(!std::path::Path::new("never.jsonl").exists());
    assert_nothing_left(&state);
    Ok(())
}
