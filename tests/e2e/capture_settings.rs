//! What the receiver refuses at its start, in the words of who typed it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::{Result, kai_e2e};

/// Runs a command that is to be refused as wrong usage, and returns what it said. One that listens instead is killed.
async fn refused(mut command: Command) -> Result<String> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    tokio::task::spawn_blocking(move || {
        let mut child = command.spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        if !line.is_empty() {
            child.kill()?;
        }
        let mut said = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut said)?;
        }
        let code = child.wait()?.code();
        match (line.as_str(), code) {
            ("", Some(2)) => Ok(said),
            _ => Err(format!("{command:?} was not refused: {code:?} {line}{said}").into()),
        }
    })
    .await?
}

fn capture(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = kai_e2e();
    command
        .arg("capture")
        .args(arguments)
        .envs(variables.iter().copied());
    if variables.is_empty() || variables[0].0 != "KAI_E2E_CAPTURE_LISTEN" {
        command.env("KAI_E2E_CAPTURE_LISTEN", "127.0.0.1:0");
    }
    command
}

/// Every command must be refused with this text; all that are not are named at once.
async fn all_refused(commands: Vec<Command>, wanted: &str) -> Result {
    let mut wrong = Vec::new();
    for command in commands {
        let shown = format!("{command:?}");
        match refused(command).await {
            Ok(said) if said.contains(wanted) => {}
            Ok(said) => wrong.push(format!("{shown}: {said}")),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    assert!(wrong.is_empty(), "wanted: {wanted}\n{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn an_origin_that_no_browser_sends_is_refused() -> Result {
    let origins = [
        "",
        "foo",
        "https://h/path",
        "https://app.example/",
        "https://a b",
        "https://user:secret@h",
    ];
    let commands = origins.map(|origin| capture(&["--allow-origin", origin], &[]));
    let wanted = "it must be http(s)://host[:port] without a path";
    all_refused(commands.into(), wanted).await
}

#[tokio::test]
async fn a_transcript_whose_session_nobody_could_name_is_not_played() -> Result {
    let directory = TempDir::new()?;
    let long = "x".repeat(600);
    let mut commands = Vec::new();
    for (number, id) in ["", "a\nb", &long].iter().enumerate() {
        let path = directory.path().join(format!("{number}.json"));
        let transcript = serde_json::json!({
            "session_id": id, "finished": true, "attempts": [], "events": [], "faults": [], "duplicates": 0, "refused": 0
        });
        std::fs::write(&path, transcript.to_string())?;
        let mut command = kai_e2e();
        command
            .args(["replay", "--listen", "127.0.0.1:0"])
            .arg(path);
        commands.push(command);
    }
    let wanted = "an id has 1 to 512 bytes and no control characters or line separators";
    all_refused(commands, wanted).await
}

#[tokio::test]
async fn errors_name_what_was_typed_and_what_would_be_right() -> Result {
    let cases = [
        (
            capture(&["--body-bytes=0"], &[]),
            "--body-bytes (KAI_E2E_CAPTURE_BODY_BYTES) must be at least 1",
        ),
        (
            capture(&["--silence=0"], &[]),
            "--silence (KAI_E2E_CAPTURE_SILENCE) must be more than nothing and at most 366 days",
        ),
        (
            capture(&[], &[("KAI_E2E_CAPTURE_SILENCE", "nan")]),
            "invalid value 'nan' for --silence (KAI_E2E_CAPTURE_SILENCE): it must be a number of seconds, such as 30 or 0.5",
        ),
        (
            capture(&[], &[("KAI_E2E_CAPTURE_BODY_BYTES", "1MB")]),
            "invalid value '1MB' for --body-bytes (KAI_E2E_CAPTURE_BODY_BYTES): `MB` is no unit; use KiB, MiB or GiB",
        ),
    ];
    for (command, wanted) in cases {
        all_refused(vec![command], wanted).await?;
    }
    let listen = |address| capture(&[], &[("KAI_E2E_CAPTURE_LISTEN", address)]);
    let wanted =
        "for --listen (KAI_E2E_CAPTURE_LISTEN): it must be IP:PORT, such as 127.0.0.1:8092";
    all_refused(["localhost", ":8092", ""].map(listen).into(), wanted).await
}

#[tokio::test]
async fn a_public_url_that_gives_no_urls_is_refused() -> Result {
    let commands = ["https://h\n", "https://h:0"]
        .map(|url| capture(&[], &[("KAI_E2E_CAPTURE_PUBLIC_URL", url)]));
    let wanted = "--public-url (KAI_E2E_CAPTURE_PUBLIC_URL) must be the beginning of URLs";
    all_refused(commands.into(), wanted).await
}

#[tokio::test]
async fn a_token_that_no_header_carries_is_refused_and_not_shown() -> Result {
    let blank_at_the_end = format!("{} ", "0123456789abcdef".repeat(2));
    let blanks = " ".repeat(40);
    let foreign = "é".repeat(40);
    for token in ["", &blank_at_the_end, &blanks, &foreign] {
        let command = capture(&[], &[("KAI_E2E_CAPTURE_TOKEN", token)]);
        let said = refused(command).await?;
        let wanted = "--token (KAI_E2E_CAPTURE_TOKEN) must be a token of at least 32 bytes, of visible ASCII characters";
        assert!(said.contains(wanted), "{said}");
        assert!(
            token.is_empty() || !said.contains(token.trim_end_matches("cdef ")),
            "{said}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn keys_are_neither_on_nor_off_by_a_word_that_says_neither() -> Result {
    let command = capture(&[], &[("KAI_E2E_CAPTURE_KEYS", "maybe")]);
    let wanted = "invalid value 'maybe' for --keys (KAI_E2E_CAPTURE_KEYS): it must be true, yes, on or 1, or false, no, off or 0";
    all_refused(vec![command], wanted).await
}
