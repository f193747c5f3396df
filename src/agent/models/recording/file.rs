//! Recordings as JSONL files.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::error::RecordingError;
use super::exchange::Recording;
use super::reader::Reader;
use super::secrets::{self, Suspicion};
use crate::files;

/// The form of the files that are written and read here.
pub(super) const FORM: u64 = 1;
/// Stands for a text that is JSON, in which quotes would have to be escaped.
pub(super) const JSON: &str = "$json";

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or a line is none of a recording's.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let text = files::read_to_string(path).map_err(RecordingError::file("read", path))?;
        let mut reader = Reader::default();
        let mut last = 0;
        for (number, line) in text.lines().enumerate() {
            last = number + 1;
            reader
                .line(line)
                .map_err(|reason| wrong(path, last, reason))?;
        }
        reader.finish().map_err(|reason| wrong(path, last, reason))
    }

    /// Writes a file, whole or not at all; one that is there is replaced, and a link goes on to lead to it. What is there and no
    /// file, such as a device, is written to.
    ///
    /// # Errors
    /// When there is no call in the recording, something in it looks like a secret, or the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), RecordingError> {
        self.write_without(path.as_ref(), &[])
    }

    /// As [`write`](Self::write), and no file either when one of these is in it.
    pub(super) fn write_without(
        &self,
        path: &Path,
        known: &[String],
    ) -> Result<(), RecordingError> {
        if self.exchanges.is_empty() {
            return Err(RecordingError::Empty {
                path: path.to_owned(),
                reason: String::new(),
            });
        }
        if let Some(Suspicion { place, kind }) = secrets::search(self, known) {
            return Err(RecordingError::Secret {
                path: path.to_owned(),
                place,
                kind,
            });
        }
        let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            let written = fs::write(path, self.lines());
            return written.map_err(RecordingError::file("written", path));
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let written = || {
            fs::create_dir_all(directory)?;
            let mut file = tempfile::Builder::new()
                .permissions(permissions())
                .tempfile_in(directory)?;
            file.write_all(self.lines().as_bytes())?;
            file.persist(path)?;
            Ok(())
        };
        written().map_err(RecordingError::file("written", path))
    }
}

/// As other files: a temporary file is for its owner only.
fn permissions() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

fn wrong(path: &Path, line: usize, reason: String) -> RecordingError {
    RecordingError::Line {
        path: path.to_owned(),
        line,
        reason,
    }
}
