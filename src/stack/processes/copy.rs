//! Copying a tree of files.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use super::user::User;

/// Copies a directory with everything in it, as the given user's. The target must not exist.
pub(super) async fn copy_tree(from: PathBuf, to: PathBuf, owner: Option<User>) -> io::Result<()> {
    tokio::task::spawn_blocking(move || copy(&from, &to, owner))
        .await
        .map_err(io::Error::other)?
}

fn copy(from: &Path, to: &Path, owner: Option<User>) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target, owner)?;
        } else {
            fs::copy(entry.path(), &target)?;
            own(&target, owner)?;
        }
    }
    // Last: the mode may forbid to write.
    fs::set_permissions(
        to,
        fs::Permissions::from_mode(fs::metadata(from)?.permissions().mode()),
    )?;
    own(to, owner)
}

/// Gives a file or a directory to a user.
pub(super) fn own(path: &Path, owner: Option<User>) -> io::Result<()> {
    match owner {
        Some(user) => chown(path, Some(user.uid), Some(user.gid)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_copy_has_the_same_files_and_modes() {
        let parent = tempfile::tempdir().unwrap();
        let (from, to) = (parent.path().join("from"), parent.path().join("to"));
        fs::create_dir_all(from.join("a/empty")).unwrap();
        fs::write(from.join("a/file"), "content").unwrap();
        fs::set_permissions(from.join("a"), fs::Permissions::from_mode(0o700)).unwrap();

        copy_tree(from.clone(), to.clone(), None).await.unwrap();

        assert_eq!(fs::read_to_string(to.join("a/file")).unwrap(), "content");
        assert!(to.join("a/empty").is_dir());
        let mode = fs::metadata(to.join("a")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(copy_tree(from, to, None).await.is_err());
    }
}
