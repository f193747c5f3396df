//! Transcripts as files.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::percent::percent_encode;
use super::{Transcript, TranscriptError, routes};
use crate::contract::SessionId;

/// The longest file name that an id gets as it is; systems allow 255 bytes, endings included.
const LONGEST_NAME: usize = 200;

impl Transcript {
    /// Reads a transcript from its JSON.
    ///
    /// # Errors
    /// When it is no transcript, no receiver would serve its session (contract §4), or its events are not in the order of their places or have no type.
    pub fn from_json(json: &[u8]) -> Result<Self, TranscriptError> {
        let transcript: Self = serde_json::from_slice(json).map_err(TranscriptError::Json)?;
        routes::usable(transcript.session_id.as_str().to_owned())
            .map_err(|reason| TranscriptError::Session { reason })?;
        for (index, event) in transcript.events.iter().enumerate() {
            if event.kind().is_empty() {
                return Err(TranscriptError::Type { index });
            }
            let previous = index
                .checked_sub(1)
                .and_then(|before| transcript.events.get(before));
            if previous.is_some_and(|previous| previous.id() >= event.id()) {
                return Err(TranscriptError::Order {
                    index,
                    id: event.id(),
                });
            }
        }
        Ok(transcript)
    }

    /// Reads a transcript from a file.
    ///
    /// # Errors
    /// When the file cannot be read, and as [`from_json`](Self::from_json).
    pub fn read(path: &Path) -> Result<Self, TranscriptError> {
        let json = std::fs::read(path).map_err(|source| TranscriptError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::from_json(&json)
    }
}

/// Writes transcripts into one directory.
#[derive(Debug, Clone)]
pub(super) struct TranscriptFiles {
    directory: PathBuf,
}

impl TranscriptFiles {
    /// Makes the directory where it does not exist, and tries it out.
    pub(super) fn open(directory: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        tempfile::tempfile_in(directory)?;
        Ok(Self {
            directory: directory.to_owned(),
        })
    }

    /// The directory.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes a transcript under a name that no file has, and says which.
    ///
    /// The name is the session's, with a number when an earlier session had the same: evidence is never overwritten.
    pub(super) fn create(&self, transcript: &Transcript) -> std::io::Result<PathBuf> {
        let mut file = self.temporary(transcript)?;
        let name = file_name(&transcript.session_id);
        for number in 1_u32.. {
            let path = self.directory.join(match number {
                1 => format!("{name}.json"),
                number => format!("{name}.{number}.json"),
            });
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => file = taken.file,
                Err(failed) => return Err(failed.error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// Writes a transcript in place of an earlier state of it.
    pub(super) fn replace(&self, transcript: &Transcript, path: &Path) -> std::io::Result<()> {
        self.temporary(transcript)?.persist(path)?;
        Ok(())
    }

    fn temporary(&self, transcript: &Transcript) -> std::io::Result<tempfile::NamedTempFile> {
        let mut file = tempfile::Builder::new()
            .prefix(".transcript-")
            .tempfile_in(&self.directory)?;
        // On lines of their own, but each event on one.
        let json = serde_json::to_vec_pretty(transcript)?;
        file.write_all(&json)?;
        file.write_all(b"\n")?;
        Ok(file)
    }
}

/// A session's id as a file name without its ending: percent-encoded, and where that is too long, the beginning of it
/// and a digest, parted by a `+`, which no encoded id contains.
fn file_name(session: &SessionId) -> String {
    let encoded = percent_encode(session.as_str());
    if encoded.len() <= LONGEST_NAME {
        return encoded;
    }
    let digest = Sha256::digest(session.as_str());
    let hex: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{}+{hex}", &encoded[..LONGEST_NAME - 17])
}

#[cfg(test)]
#[path = "transcript_file_tests.rs"]
mod tests;
