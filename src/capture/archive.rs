//! Transcripts on disk, kept while the receiver runs.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::CaptureError;
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
///
/// # Errors
/// When a transcript is lost: it could not be written, and is not tried again.
pub(super) async fn keep(
    files: TranscriptFiles,
    mut inbox: mpsc::UnboundedReceiver<Due>,
    shared: Arc<Shared>,
    served: CancellationToken,
) -> Result<(), CaptureError> {
    let mut archive = Archive::new(files, shared.config.limits.sessions);
    loop {
        tokio::select! {
            biased;
            () = served.cancelled() => break,
            Some(due) = inbox.recv() => archive.write(due).await,
        }
    }
    let handed_over = std::iter::from_fn(|| inbox.try_recv().ok());
    archive
        .finish(handed_over.chain(shared.store.all()).collect())
        .await
}

/// The files, and what is not in them although it should be.
struct Archive {
    files: TranscriptFiles,
    /// Freed sessions that could not be written, which nobody else has. Others are in the store, and are handed over
    /// again at their next change.
    failed: VecDeque<Due>,
    /// How many of those are kept.
    most: usize,
    lost: Option<Lost>,
}

/// Transcripts that are not tried again.
struct Lost {
    /// The first of them, and why.
    session: SessionId,
    source: io::Error,
    others: usize,
}

impl Archive {
    fn new(files: TranscriptFiles, most: usize) -> Self {
        Self {
            files,
            failed: VecDeque::new(),
            most,
            lost: None,
        }
    }

    /// Writes what was handed over. What could not be written before is tried again once something can be: an attempt
    /// for each while the disk is full would be for nothing.
    async fn write(&mut self, due: Due) {
        match self.attempt(&due).await {
            Ok(()) => self.try_failed_again().await,
            Err(error) => self.note_failed(due, error),
        }
    }

    async fn try_failed_again(&mut self) {
        while let Some(due) = self.failed.front().cloned() {
            if due.1.unwritten() && self.attempt(&due).await.is_err() {
                return;
            }
            self.failed.pop_front();
        }
    }

    fn note_failed(&mut self, (id, session): Due, error: io::Error) {
        let known = self.failed.iter().any(|due| Arc::ptr_eq(&due.1, &session));
        if known || !session.retired() {
            return;
        }
        self.failed.push_back((id, session));
        if self.failed.len() > self.most
            && let Some((id, _)) = self.failed.pop_front()
        {
            self.lose(id, error);
        }
    }

    /// Tries everything that is not on disk for the last time.
    async fn finish(mut self, rest: Vec<Due>) -> Result<(), CaptureError> {
        let failed = std::mem::take(&mut self.failed);
        for due in each_once(failed.into_iter().chain(rest)) {
            if due.1.unwritten()
                && let Err(error) = self.attempt(&due).await
            {
                self.lose(due.0, error);
            }
        }
        let directory = self.files.directory().to_owned();
        self.lost.map_or(Ok(()), |lost| Err(lost.of(directory)))
    }

    fn lose(&mut self, session: SessionId, source: io::Error) {
        match &mut self.lost {
            Some(lost) => lost.others += 1,
            None => {
                self.lost = Some(Lost {
                    session,
                    source,
                    others: 0,
                });
            }
        }
    }

    async fn attempt(&self, (id, session): &Due) -> io::Result<()> {
        let (files, of, session) = (self.files.clone(), id.clone(), Arc::clone(session));
        let written = tokio::task::spawn_blocking(move || write_now(&files, of, &session))
            .await
            .unwrap_or_else(|panic| Err(io::Error::other(panic)));
        if let Err(error) = &written {
            tracing::error!(session = id.as_str(), %error, "cannot write a transcript");
        }
        written
    }
}

impl Lost {
    fn of(self, directory: PathBuf) -> CaptureError {
        CaptureError::Lost {
            session: self.session,
            directory,
            others: self.others,
            source: self.source,
        }
    }
}

/// Without repetitions: what was handed over may be in the store as well.
fn each_once(all: impl Iterator<Item = Due>) -> Vec<Due> {
    let mut seen = HashSet::new();
    all.filter(|(_, session)| seen.insert(Arc::as_ptr(session)))
        .collect()
}

fn write_now(files: &TranscriptFiles, id: SessionId, session: &Session) -> io::Result<()> {
    let mut file = session.file();
    let (contents, refusals, changes) = session.contents_to_write();
    let transcript = Transcript::of(id, contents, refusals);
    match file.as_deref() {
        Some(path) => files.replace(&transcript, path)?,
        None => *file = Some(files.create(&transcript)?),
    }
    session.note_written(changes);
    Ok(())
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
