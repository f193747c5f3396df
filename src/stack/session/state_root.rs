//! The state directory: private to one user.

use std::{
    fs::{self, File, Metadata},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::stack::{StackError, config::user_id, if_there};

/// The directory under which the directories of all sessions of this user lie. It comes with the first session and goes with
/// the last.
#[derive(Debug, Clone)]
pub(in crate::stack) struct StateRoot {
    path: PathBuf,
}

impl StateRoot {
    pub(in crate::stack) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Where it is, or will be.
    pub(in crate::stack) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses a directory that belongs to somebody else: it holds passwords, and in the world's temporary directory anybody
    /// could have made it first. One that is missing is fine.
    pub(in crate::stack) fn check(&self) -> Result<(), StackError> {
        let refuse = StackError::state("use the state directory", &self.path);
        let metadata = if_there(fs::symlink_metadata(&self.path));
        metadata
            .and_then(|metadata| metadata.map_or(Ok(()), |it| self.make_private(&it)))
            .map_err(refuse)
    }

    fn make_private(&self, metadata: &Metadata) -> io::Result<()> {
        refuse_foreign(metadata)?;
        if metadata.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(&self.path, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }

    /// What tells it from another directory of the same name, in another mount namespace for instance: its device and its
    /// inode. Empty when it is missing.
    pub(in crate::stack) fn identity(&self) -> Result<String, StackError> {
        let metadata = if_there(fs::metadata(&self.path))
            .map_err(StackError::state("read the state directory", &self.path))?;
        Ok(metadata.map_or_else(String::new, |it| format!("{}:{}", it.dev(), it.ino())))
    }

    /// Removes it unless something lies in it.
    pub(in crate::stack) fn remove_if_empty(&self) {
        let _ = fs::remove_dir(&self.path);
    }
}

fn refuse_foreign(metadata: &Metadata) -> io::Result<()> {
    if !metadata.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::NotADirectory,
            "it is not a directory; set KAI_E2E_STATE_DIR to another path",
        ));
    }
    match user_id() {
        Some(user) if user != metadata.uid() => Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "it belongs to user {}, not to this one ({user}); set KAI_E2E_STATE_DIR to a directory of your own",
                metadata.uid()
            ),
        )),
        _ => Ok(()),
    }
}

/// Writes a file that only its owner can read.
pub(in crate::stack) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_need_not_exist_and_is_made_private_when_it_does() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("state");
        let root = StateRoot::at(&path);

        root.check().unwrap();
        assert_eq!(root.identity().unwrap(), "");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        root.check().unwrap();

        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(!root.identity().unwrap().is_empty());
    }

    #[test]
    fn another_directory_has_another_identity() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

        assert_ne!(
            StateRoot::at(one.path()).identity().unwrap(),
            StateRoot::at(two.path()).identity().unwrap()
        );
    }

    #[test]
    fn a_file_in_its_place_is_refused_by_name() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("state");
        fs::write(&path, "in the way").unwrap();

        let message = StateRoot::at(&path).check().unwrap_err().to_string();

        assert!(message.contains(&path.display().to_string()), "{message}");
    }
}
