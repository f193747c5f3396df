//! Files that may be gone.

use std::io;

/// What came of using a file; `None` when there is none, as where somebody else has removed it meanwhile.
///
/// # Errors
/// Whatever else went wrong.
pub(crate) fn if_there<T>(used: io::Result<T>) -> io::Result<Option<T>> {
    match used {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_missing_file_is_none_and_another_error_stays_one() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        assert!(if_there(fs::read(&file)).unwrap().is_none());
        fs::write(&file, "content").unwrap();
        assert_eq!(if_there(fs::read(&file)).unwrap().unwrap(), b"content");
        let inside = if_there(fs::read(file.join("inside")));
        assert_eq!(inside.unwrap_err().kind(), io::ErrorKind::NotADirectory);
    }
}
