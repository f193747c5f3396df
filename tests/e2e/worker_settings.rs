//! What a worker and the commands around it refuse before they begin: settings that nobody can work with.

use std::time::Duration;

use kai_e2e::harness::{Harness, WorkerCommand, WorkerProcess, harness};
use rstest::rstest;
use tempfile::TempDir;

use crate::command::{assert_nothing_left, isolated};
use crate::support::{Result, kai_e2e, output, shown};
use crate::worker_process::caller;

/// A Fernet key of nothing.
const ENCRYPT_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// A password that no text may repeat.
const SECRET: &str = "hunter2secret";

/// How `kai-e2e worker` ends with these variables and nothing to connect to.
async fn worker(variables: &[(&str, &str)]) -> Result<(Option<i32>, String)> {
    let mut command = kai_e2e();
    command
        .arg("worker")
        .env("TYPESENSE_API_KEY", "k")
        .env("ENCRYPT_KEY", ENCRYPT_KEY)
        .env("HEALTH_PORT", "0")
        // Nobody listens on port 1.
        .env("TEMPORAL_HOST", "127.0.0.1:1")
        .envs(variables.iter().copied());
    let output = output(command).await?;
    Ok((output.status.code(), shown(&output)))
}

#[tokio::test]
async fn a_worker_refuses_what_it_cannot_work_with_and_repeats_no_secret() -> Result {
    let with_login = format!("http://user:{SECRET}@127.0.0.1:1");
    let only_login = format!("user:{SECRET}@127.0.0.1");
    let two_lines = format!("{SECRET}\nx");
    for (variable, value, said) in [
        (
            "TEMPORAL_ADDRESS",
            with_login.as_str(),
            "the address of Temporal is `[redacted]`: it must be HOST:PORT",
        ),
        (
            "TEMPORAL_HOST",
            &with_login,
            "TEMPORAL_HOST is `[redacted]`: it must be HOST:PORT",
        ),
        ("TEMPORAL_HOST", "localhost", "TEMPORAL_HOST is `localhost`"),
        (
            "TEMPORAL_CONFIG_FILE",
            "/nonexistent/temporal.toml",
            "TEMPORAL_CONFIG_FILE is `/nonexistent/temporal.toml`: there is no such file",
        ),
        (
            "TYPESENSE_HOST",
            "http://localhost",
            "TYPESENSE_HOST is `http://localhost`: it must be a host alone",
        ),
        (
            "TYPESENSE_HOST",
            &only_login,
            "TYPESENSE_HOST is `[redacted]`: it must be a host alone",
        ),
        ("TYPESENSE_PORT", "0", "TYPESENSE_PORT is `0`"),
        (
            "TYPESENSE_API_KEY",
            &two_lines,
            "TYPESENSE_API_KEY is `[redacted]`",
        ),
        ("CALLBACK_QUEUE", "18446744073709551615", "at most 1000000"),
        ("KAI_E2E_STICKY_CACHE", "1000000000000", "at most 1000000"),
    ] {
        let (code, text) = worker(&[(variable, value)]).await?;
        assert_eq!(code, Some(2), "{variable}: {text}");
        assert!(text.contains(said), "{variable}: {text}");
        assert!(!text.contains(SECRET), "{variable}: {text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_switch_of_temporals_own_is_true_or_false() -> Result {
    let address = ("TEMPORAL_ADDRESS", "127.0.0.1:1");
    let (code, text) = worker(&[address, ("TEMPORAL_TLS", "maybe")]).await?;
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("TEMPORAL_TLS is `maybe`: it must be `true` or `false`"),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn a_temporal_that_nobody_is_at_is_told_in_plain_words() -> Result {
    for variable in ["TEMPORAL_HOST", "TEMPORAL_ADDRESS"] {
        let (code, text) = worker(&[(variable, "127.0.0.1:1")]).await?;
        assert_eq!(code, Some(3), "{text}");
        let said =
            "error: temporal at 127.0.0.1:1 cannot be reached: Connection refused (os error 111)\n";
        assert!(text.ends_with(said), "{text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_run_refuses_settings_before_it_starts_anything() -> Result {
    let state = TempDir::new()?;
    for (arguments, variable, said) in [
        (
            &["run"][..],
            ("KAI_E2E_STICKY_CACHE", "18446744073709551615"),
            "KAI_E2E_STICKY_CACHE is `18446744073709551615`: it must be a whole number, at most 1000000",
        ),
        (
            &["run", "--model", "offline:foo"],
            ("LANG", "C"),
            "`--model offline:foo`: `offline` has no name after it",
        ),
        (
            &["run", "--model", "local:foo"],
            ("LANG", "C"),
            "`--model local:foo`: `local` has no name after it",
        ),
        (
            &["run", "--model", "gemini"],
            ("LANG", "C"),
            "`replay:FILE` or `local`",
        ),
    ] {
        let mut command = isolated(&state);
        command.args(arguments).env(variable.0, variable.1);
        let refused = output(command).await?;
        let text = shown(&refused);
        assert_eq!(refused.status.code(), Some(2), "{text}");
        assert!(text.contains(said), "{text}");
    }
    assert_nothing_left(&state);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_output_of_a_worker_that_ends_is_shown_without_secrets_and_control_characters(
    #[future(awt)] harness: Harness,
) -> Result {
    // On a queue that nobody else polls.
    let caller = caller(&harness).await?;
    let script = r#"printf '\033[31mred\000 %s %s %s\n' "$SERVICE_TOKEN" "$ENCRYPT_KEY" "$TYPESENSE_API_KEY"; exit 3"#;
    let command = WorkerCommand::new("sh")
        .argument("-c")
        .argument(script)
        .variable("SERVICE_TOKEN", SECRET);

    let Err(error) = WorkerProcess::start(&command, &caller, Duration::from_secs(20)).await else {
        return Err("a worker that ends at once does not poll".into());
    };

    let said = error.to_string();
    let hidden = r"  \u{1b}[31mred\u{0} [redacted] [redacted] [redacted]";
    assert!(said.ends_with(hidden), "{said:?}");
    Ok(())
}
