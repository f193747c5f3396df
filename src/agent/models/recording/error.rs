//! What can go wrong with recordings.

use std::path::{Path, PathBuf};

use crate::agent::models::HttpError;

/// Why a recording cannot be made, written, read or replayed. No text shows a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be read or written.
    #[error("the recording {} cannot be {action}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A line is none of a recording's.
    #[error("the recording {}, line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// Something looks like a secret; nothing was written.
    #[error(
        "nothing was written to {}: {place} looks like {kind}; take it out of the conversation, or out of what it asks of",
        path.display()
    )]
    Secret {
        /// The file that was to be written.
        path: PathBuf,
        /// Where it is.
        place: String,
        /// What it looks like.
        kind: &'static str,
    },
    /// No model was called.
    #[error("nothing was written to {}: no model call was recorded{reason}", path.display())]
    Empty {
        /// The file that was to be written.
        path: PathBuf,
        /// What was seen instead.
        reason: String,
    },
    /// No port of this machine can be listened on.
    #[error("the server for recorded traffic cannot listen on this machine")]
    Listen(#[source] std::io::Error),
    /// The client of the model cannot be made.
    #[error(transparent)]
    Client(#[from] HttpError),
}

impl RecordingError {
    pub(super) fn file<'a>(
        action: &'static str,
        path: &'a Path,
    ) -> impl FnOnce(std::io::Error) -> Self + 'a {
        move |source| Self::File {
            action,
            path: path.to_owned(),
            source,
        }
    }
}
