use std::path::Path;

use super::*;
use crate::capture::CaptureConfig;
use crate::capture::store::Store;
use crate::capture::test_support::{accept, delivery, done, plain, server, session, soon, token};

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
    soon("the stop", server.shutdown()).await.expect("stops");
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

/// An archive whose directory is away at first, with what hands sessions over to it.
struct Away {
    directory: tempfile::TempDir,
    archive: Archive,
    store: Store,
    inbox: mpsc::UnboundedReceiver<Due>,
}

impl Away {
    fn new(most: usize) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let files = TranscriptFiles::open(&directory.path().join("t")).expect("writable");
        std::fs::remove_dir(directory.path().join("t")).expect("is empty");
        let mut config = CaptureConfig::default();
        config.limits.sessions = 1;
        let (outbox, inbox) = mpsc::unbounded_channel();
        Self {
            directory,
            archive: Archive::new(files, most),
            store: Store::new(config, Some(outbox)),
            inbox,
        }
    }

    /// Ends a session, which frees the one before, and writes what was handed over for that.
    async fn end(&mut self, id: &str) {
        let body = delivery(&plain(done()));
        self.store.append(&session(id), body).expect("room");
        while let Ok(due) = self.inbox.try_recv() {
            self.archive.write(due).await;
        }
    }

    fn comes_back(&self) {
        std::fs::create_dir(self.directory.path().join("t")).expect("is not there");
    }

    fn written(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.directory.path().join("t")).expect("readable");
        let mut names: Vec<_> = files
            .map(|file| file.expect("readable").file_name().to_string_lossy().into())
            .collect();
        names.sort();
        names
    }

    async fn finish(self) -> Result<(), String> {
        let finished = self.archive.finish(self.store.all()).await;
        finished.map_err(|error| crate::contract::error_chain(&error))
    }
}

#[tokio::test]
async fn what_could_not_be_written_is_tried_again_at_the_next_change() {
    let mut away = Away::new(9);
    away.end("s").await;
    away.comes_back();
    assert!(away.written().is_empty());
    away.end("s").await;
    assert_eq!(away.written(), ["s.json"]);
    assert_eq!(away.finish().await, Ok(()));
}

#[tokio::test]
async fn freed_sessions_are_tried_again_as_soon_as_another_is_written() {
    let mut away = Away::new(9);
    for id in ["a", "b", "c"] {
        away.end(id).await;
    }
    away.comes_back();
    away.end("c").await;
    assert_eq!(away.written(), ["a.json", "b.json", "c.json"]);
    assert_eq!(away.finish().await, Ok(()));
}

#[tokio::test]
async fn a_stop_tries_everything_again_once_and_counts_what_is_lost() {
    let mut away = Away::new(9);
    for id in ["a", "b", "c"] {
        away.end(id).await;
    }
    let directory = away.directory.path().join("t").display().to_string();
    let said = away.finish().await.expect_err("the directory is away");
    let wanted = format!(
        "cannot write the transcript of session `a` and those of 2 others to {directory}: "
    );
    assert!(said.starts_with(&wanted), "{said}");
}

#[tokio::test]
async fn no_more_freed_sessions_are_kept_than_may_be_and_the_loss_is_said() {
    let mut away = Away::new(1);
    for id in ["a", "b", "c"] {
        away.end(id).await;
    }
    away.comes_back();
    away.end("d").await;
    assert_eq!(away.written(), ["b.json", "c.json", "d.json"]);
    let directory = away.directory.path().join("t").display().to_string();
    let said = away.finish().await.expect_err("lost");
    let wanted = format!("cannot write the transcript of session `a` to {directory}: ");
    assert!(said.starts_with(&wanted), "{said}");
}
