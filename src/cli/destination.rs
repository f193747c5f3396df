//! Files that a command writes at its end, when what it did for them cannot be had again for nothing.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use super::Exit;

/// Whether a file can be written, with the directories that it lies in, which are made. One that is there is left as it is.
pub(super) fn can_be_written(path: &Path) -> Result<(), Exit> {
    let tried = match fs::metadata(path) {
        Ok(_) => OpenOptions::new().append(true).open(path).map(drop),
        Err(error) if error.kind() == io::ErrorKind::NotFound => beside(path),
        Err(error) => Err(error),
    };
    tried.map_err(|error| Exit::Usage(format!("{} cannot be written: {error}", path.display())))
}

/// Whether a file could be made where this one is to be.
fn beside(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if path.file_name().is_none() {
        return Err(io::Error::other("it names no file"));
    }
    fs::create_dir_all(directory)?;
    tempfile::tempfile_in(directory).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_made_or_written_is_known_before() {
        let place = tempfile::tempdir().expect("a directory");
        let there = place.path().join("there");
        fs::write(&there, "content").expect("it can be written");
        assert!(can_be_written(&there).is_ok());
        assert_eq!(fs::read_to_string(&there).expect("it is there"), "content");
        let new = place.path().join("a/b/new");
        assert!(can_be_written(&new).is_ok() && !new.exists());
        for wrong in [place.path(), &there.join("inside")] {
            let Err(Exit::Usage(text)) = can_be_written(wrong) else {
                panic!("{} cannot be written", wrong.display());
            };
            assert!(text.starts_with(&wrong.display().to_string()), "{text}");
        }
    }
}
