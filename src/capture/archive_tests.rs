use std::path::Path;

use crate::capture::Transcript;
use crate::capture::test_support::{accept, done, plain, server, session, soon, token};

/// The transcript in a file, once it is there and wanted.
async fn written(path: &Path, wanted: impl Fn(&Transcript) -> bool) -> Transcript {
    soon("the transcript's file", async {
        loop {
            match Transcript::read(path) {
                Ok(transcript) if wanted(&transcript) => return transcript,
                _ => tokio::task::yield_now().await,
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_session_is_written_when_it_ends_and_when_it_changes_after_that() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = server(|config| config.transcripts = Some(directory.path().join("t"))).await;
    let (id, client) = (session("a b"), reqwest::Client::new());
    let url = server.callback_url(&id);
    accept(&client, &url, &plain(token("a"))).await;
    accept(&client, &url, &plain(done())).await;
    let path = directory.path().join("t/a%20b.json");
    let first = written(&path, |_| true).await;
    assert_eq!((first.events.len(), first.finished), (2, true));
    accept(&client, &url, &plain(done())).await;
    let second = written(&path, |transcript| transcript.events.len() == 3).await;
    let json = |transcript| serde_json::to_value(transcript).expect("serialises");
    assert_eq!(
        json(&second),
        json(&server.transcript(&id).expect("there")),
        "the file says what the server says"
    );
}

#[tokio::test]
async fn a_stop_writes_what_has_not_ended() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = server(|config| config.transcripts = Some(directory.path().to_owned())).await;
    let client = reqwest::Client::new();
    for id in ["one", "two"] {
        accept(
            &client,
            &server.callback_url(&session(id)),
            &plain(token(id)),
        )
        .await;
    }
    // A session that was only asked for has nothing to say.
    drop(reqwest::get(server.stream_url(&session("curious"))).await);
    soon("the stop", server.shutdown()).await;
    for id in ["one", "two"] {
        let path = directory.path().join(format!("{id}.json"));
        let transcript = Transcript::read(&path).expect("written");
        assert_eq!((transcript.events.len(), transcript.finished), (1, false));
    }
    let files = std::fs::read_dir(directory.path()).expect("readable");
    assert_eq!(files.count(), 2);
}

#[tokio::test]
async fn a_session_that_is_freed_is_written_and_its_successor_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = server(|config| {
        config.transcripts = Some(directory.path().to_owned());
        config.limits.sessions = 1;
        config.limits.idle_expiry = std::time::Duration::from_millis(1);
    })
    .await;
    let client = reqwest::Client::new();
    for (round, name) in ["s.json", "s.2.json"].iter().enumerate() {
        let url = server.callback_url(&session("s"));
        accept(&client, &url, &plain(token(round))).await;
        let transcript = written(&directory.path().join(name), |_| true).await;
        assert_eq!(transcript.events[0].event.text(), token(round).to_string());
    }
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_named_at_the_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("file");
    std::fs::write(&file, "").expect("writes");
    let config = crate::capture::CaptureConfig {
        transcripts: Some(file.clone()),
        ..Default::default()
    };
    let error = crate::capture::CaptureServer::start(config)
        .await
        .expect_err("no directory");
    assert_eq!(
        error.to_string(),
        format!("cannot write transcripts to {}", file.display())
    );
}
