//! The receiver as a process of its own: what it prints, refuses and leaves, and how it stops.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::Duration;

use kai_e2e::capture::{StreamEnd, Subscriber, Transcript};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Result, kai_e2e, output, shown};

/// A receiver that runs; killed when dropped.
struct Receiver {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: String,
}

impl Receiver {
    fn start(mut command: Command) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ");
        let address = address.ok_or_else(|| format!("no address: {line}"))?;
        Ok(Self {
            address: address.to_owned(),
            child,
            stdout,
        })
    }

    /// The next line that it prints.
    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// Waits for a line of its log, which must be piped, and returns the rest of the log.
    async fn logged(&mut self, wanted: &'static str) -> Result<BufReader<ChildStderr>> {
        let mut log = BufReader::new(self.child.stderr.take().ok_or("no log")?);
        let reading = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            while !line.contains(wanted) {
                line.clear();
                if log.read_line(&mut line)? == 0 {
                    return Err(std::io::Error::other(format!("it never said: {wanted}")));
                }
            }
            Ok(log)
        });
        Ok(tokio::time::timeout(Duration::from_secs(30), reading).await???)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Sends SIGTERM and waits for the end, which is to come within a second; more here, because machines are busy.
    async fn stop(mut self) -> Result<Option<i32>> {
        let kill = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()?;
        assert!(kill.success());
        let waiting = async {
            loop {
                if let Some(status) = self.child.try_wait()? {
                    return Ok::<_, std::io::Error>(status.code());
                }
                tokio::task::yield_now().await;
            }
        };
        Ok(tokio::time::timeout(Duration::from_secs(5), waiting).await??)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn capture(arguments: &[&str]) -> Command {
    let mut command = kai_e2e();
    command
        .args(["capture", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stderr(Stdio::null());
    command
}

async fn post(url: &str, event: Value) -> Result<u16> {
    let body = json!({"session_id": "s", "event": event});
    Ok(reqwest::Client::new()
        .post(url)
        .json(&body)
        .send()
        .await?
        .status()
        .as_u16())
}

#[tokio::test]
async fn a_signal_ends_open_streams_and_leaves_the_transcripts() -> Result {
    let directory = TempDir::new()?;
    let folder = directory.path().join("transcripts");
    let receiver = Receiver::start(capture(&["--transcripts", &folder.to_string_lossy()]))?;
    post(
        &receiver.url("events/s"),
        json!({"type": "token", "content": "a"}),
    )
    .await?;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(reqwest::get(receiver.url("stream/s")).await?);
    }
    assert_eq!(receiver.stop().await?, Some(0));
    for stream in open {
        let text = stream.text().await?;
        assert!(text.contains("id: 1-1-1\n"), "{text}");
    }
    let transcript = Transcript::read(&folder.join("s.json"))?;
    assert_eq!((transcript.events.len(), transcript.finished), (1, false));
    Ok(())
}

#[tokio::test]
async fn a_transcript_that_could_not_be_written_is_tried_again_at_the_stop() -> Result {
    for comes_back in [true, false] {
        let directory = TempDir::new()?;
        let folder = directory.path().join("transcripts");
        let away = directory.path().join("away");
        let mut command = capture(&["--transcripts", &folder.to_string_lossy()]);
        command.stderr(Stdio::piped());
        let mut receiver = Receiver::start(command)?;
        std::fs::rename(&folder, &away)?;
        let url = receiver.url("events/s");
        assert_eq!(post(&url, json!({"type": "done"})).await?, 200);
        let mut log = receiver.logged("cannot write a transcript").await?;
        if comes_back {
            std::fs::rename(&away, &folder)?;
            assert_eq!(receiver.stop().await?, Some(0));
            let transcript = Transcript::read(&folder.join("s.json"))?;
            assert_eq!((transcript.events.len(), transcript.finished), (1, true));
        } else {
            assert_eq!(receiver.stop().await?, Some(3));
            let mut said = String::new();
            log.read_to_string(&mut said)?;
            let wanted = format!(
                "error: cannot write the transcript of session `s` to {}: No such file or directory",
                folder.display()
            );
            assert!(said.contains(&wanted), "{said}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_transcript_is_played_again() -> Result {
    let directory = TempDir::new()?;
    let mut receiver = Receiver::start(capture(&[
        "--transcripts",
        &directory.path().to_string_lossy(),
    ]))?;
    for event in [
        json!({"type": "token", "content": "a"}),
        json!({"type": "done"}),
    ] {
        assert_eq!(post(&receiver.url("events/s"), event).await?, 200);
    }
    let printed = [receiver.line()?, receiver.line()?, receiver.line()?];
    assert_eq!(printed[2], format!("page          {}", receiver.url("")));
    receiver.stop().await?;

    let mut replay = kai_e2e();
    replay
        .args(["replay", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::null())
        .arg(directory.path().join("s.json"));
    let mut player = Receiver::start(replay)?;
    let printed = [player.line()?, player.line()?, player.line()?];
    assert_eq!(printed[2], format!("page    {}", player.url("#/stream/s")));
    let mut subscriber = Subscriber::connect(&player.url("stream/s")).await?;
    let events = subscriber.rest().await?;
    let kinds: Vec<_> = events.iter().map(|event| event.kind()).collect();
    assert_eq!(kinds, ["token", "done"]);
    assert_eq!(subscriber.end(), Some(StreamEnd::Done));
    assert_eq!(player.stop().await?, Some(0));

    let mut wrong = kai_e2e();
    wrong.arg("replay").arg(directory.path().join("none.json"));
    let output = output(wrong).await?;
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    Ok(())
}

#[tokio::test]
async fn keys_are_had_with_the_token_that_is_printed() -> Result {
    let mut receiver = Receiver::start(capture(&["--keys"]))?;
    let line = receiver.line()?;
    let token = line.strip_prefix("token").ok_or("no token")?.trim();
    receiver.line()?;
    let line = receiver.line()?;
    let page = line.strip_prefix("page").ok_or("no page")?.trim();
    assert!(page.starts_with(&receiver.url("")), "{page}");
    assert_eq!(
        post(&receiver.url("events/s"), json!({"type": "done"})).await?,
        403
    );
    let opened: Value = reqwest::Client::new()
        .post(receiver.url("sessions"))
        .bearer_auth(token)
        .json(&json!({"session_id": "s"}))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let url = |name: &str| opened[name].as_str().map(str::to_owned).ok_or("no URL");
    assert_eq!(
        post(&url("callback_url")?, json!({"type": "done"})).await?,
        200
    );
    assert!(url("page_url")?.starts_with(&receiver.url("#/stream/s?key=")));
    let mut subscriber = Subscriber::connect(&url("stream_url")?).await?;
    assert_eq!(subscriber.rest().await?.len(), 1);
    receiver.stop().await?;
    Ok(())
}

#[tokio::test]
async fn an_address_that_others_reach_is_refused_without_keys() -> Result {
    let mut command = kai_e2e();
    command.args(["capture", "--listen", "0.0.0.0:0"]);
    let output = output(command).await?;
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    let said = String::from_utf8(output.stderr)?;
    assert!(said.contains("give the sessions keys"), "{said}");
    Ok(())
}
