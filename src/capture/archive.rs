//! Transcripts on disk, kept while the receiver runs.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::routes::Shared;
use super::session::Session;
use super::transcript::Transcript;
use super::transcript_file::TranscriptFiles;
use crate::contract::SessionId;

/// A session that has something to be written.
pub(super) type Due = (SessionId, Arc<Session>);

/// Where sessions are handed over: when they end, change after that, or are freed.
///
/// Unbounded, and yet never longer than there are sessions: each is handed over again only after it was written.
pub(super) type Outbox = mpsc::UnboundedSender<Due>;

/// Writes what is handed over, and when no request can come any more, whatever is left.
pub(super) async fn keep(
    files: TranscriptFiles,
    mut inbox: mpsc::UnboundedReceiver<Due>,
    shared: Arc<Shared>,
    served: CancellationToken,
) {
    loop {
        tokio::select! {
            biased;
            () = served.cancelled() => break,
            Some((id, session)) = inbox.recv() => write(&files, id, session).await,
        }
    }
    while let Ok((id, session)) = inbox.try_recv() {
        write(&files, id, session).await;
    }
    for (id, session) in shared.store.all() {
        if session.unwritten() {
            write(&files, id, session).await;
        }
    }
}

async fn write(files: &TranscriptFiles, id: SessionId, session: Arc<Session>) {
    let files = files.clone();
    let written = tokio::task::spawn_blocking(move || write_now(&files, id, &session)).await;
    if let Err(error) = written {
        tracing::error!(%error, "a transcript was not written");
    }
}

fn write_now(files: &TranscriptFiles, id: SessionId, session: &Session) {
    let mut file = session.file();
    let (contents, refusals) = session.contents_to_write();
    let transcript = Transcript::of(id, contents, refusals);
    let result = match file.as_deref() {
        Some(path) => files.replace(&transcript, path),
        None => files.create(&transcript).map(|path| *file = Some(path)),
    };
    if let Err(error) = result {
        let session = transcript.session_id.as_str();
        tracing::error!(session, %error, "cannot write a transcript");
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
