//! The directory of one session, and the lock that says that somebody uses it.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use uuid::Uuid;

use super::{StateRoot, state_root::write_private};
use crate::stack::{StackError, bounds, if_there, wait::Backoff};

/// The file with the path of the directory in which a session's processes keep their files.
pub(in crate::stack) const DATA: &str = "data";

/// What stands before the session's name in that directory's own.
pub(in crate::stack) const DATA_PREFIX: &str = "kai-e2e-data-";

/// A session's directory together with the shared lock of one user.
///
/// The lock file is opened close-on-exec (the standard library does so for every file), so that no child process
/// prolongs the use by inheriting it.
#[derive(Debug)]
pub(in crate::stack) struct SessionDirectory {
    path: PathBuf,
    session: String,
    // Held for its lock.
    _users: File,
}

impl SessionDirectory {
    /// Becomes a user of the named directory, which is made if it is missing.
    pub(in crate::stack) async fn join(root: &StateRoot, name: &str) -> Result<Self, StackError> {
        root.check()?;
        let path = root.path().join(name);
        let started = Instant::now();
        let mut backoff = Backoff::new();
        loop {
            match Self::try_join(&path) {
                Ok(Some(joined)) => {
                    // Once more: it may have been made by somebody else since.
                    root.check()?;
                    return Ok(joined);
                }
                Ok(None) if started.elapsed() < bounds::REMOVAL.get() => backoff.pause().await,
                Ok(None) => {
                    return Err(StackError::Busy {
                        holder: format!("the clean-up of {}", path.display()),
                        work: "end",
                        after: started.elapsed(),
                    });
                }
                Err(source) => {
                    return Err(StackError::State {
                        action: "use the session directory",
                        path,
                        source,
                    });
                }
            }
        }
    }

    /// `None`: somebody is removing the directory, or has just done so.
    fn try_join(path: &Path) -> io::Result<Option<Self>> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let Some(users) = if_there(open_lock(&path.join("users.lock")))? else {
            return Ok(None);
        };
        match users.try_lock_shared() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
            Ok(()) => {}
        }
        // Whoever held the exclusive lock may have removed the file under this name before giving the lock up.
        if !is_still_named(&users, &path.join("users.lock"))? {
            return Ok(None);
        }
        // The watcher compares this time with the beginning of its grace.
        users.set_modified(SystemTime::now())?;
        Ok(Some(Self {
            path: path.to_owned(),
            session: identity_in(path, "session")?,
            _users: users,
        }))
    }

    /// Where it is.
    pub(in crate::stack) fn path(&self) -> &Path {
        &self.path
    }

    /// The session's random name, as its containers carry it.
    pub(in crate::stack) fn session(&self) -> &str {
        &self.session
    }

    /// A file in it.
    pub(in crate::stack) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// A directory that nobody uses, held with the exclusive lock so that nobody can come to use it.
#[derive(Debug)]
pub(in crate::stack) struct DesertedDirectory {
    path: PathBuf,
    // Both held for their locks: no user can come, and no watcher either, which would remove the session of whoever makes a
    // directory of this name next.
    _users: File,
    _reaper: File,
}

impl DesertedDirectory {
    /// `None` when somebody uses it, or when its watcher is alive and will see to it.
    pub(in crate::stack) fn seize(path: &Path) -> io::Result<Option<Self>> {
        let users = open_lock(&path.join("users.lock"))?;
        if !locked(&users)? || !is_still_named(&users, &path.join("users.lock"))? {
            return Ok(None);
        }
        let reaper = open_lock(&path.join("reaper.lock"))?;
        if !locked(&reaper)? {
            return Ok(None);
        }
        Ok(Some(Self {
            path: path.to_owned(),
            _users: users,
            _reaper: reaper,
        }))
    }

    /// Deletes it with everything in it, and the data of its processes, wherever that was made. It is moved away first: a
    /// newcomer that waits for the lock then finds that the file is no longer the one under that name, and starts afresh.
    pub(in crate::stack) fn delete(self) -> io::Result<()> {
        if let Some(data) = self.data() {
            if_there(fs::remove_dir_all(data))?;
        }
        let mut gone = self.path.clone().into_os_string();
        gone.push(format!(".gone.{}", std::process::id()));
        fs::rename(&self.path, &gone)?;
        fs::remove_dir_all(&gone)?;
        // The state directory goes with the last session; with others in it, it stays.
        if let Some(root) = self.path.parent() {
            let _ = fs::remove_dir(root);
        }
        Ok(())
    }

    /// Where the processes of this very session kept their files, whatever the present configuration says.
    fn data(&self) -> Option<PathBuf> {
        let session = fs::read_to_string(self.path.join("session")).ok()?;
        let data = PathBuf::from(fs::read_to_string(self.path.join(DATA)).ok()?);
        let is_its_own = data.file_name()?.to_str()? == format!("{DATA_PREFIX}{session}");
        (data.is_absolute() && is_its_own).then_some(data)
    }
}

/// The random name kept in a file of a directory. Two processes may make it at once: both write a file of their own, and
/// the one that is linked first stays.
fn identity_in(directory: &Path, name: &str) -> io::Result<String> {
    let file = directory.join(name);
    if let Some(identity) = if_there(fs::read_to_string(&file))? {
        return Ok(identity);
    }
    let fresh = directory.join(format!("{name}-{}", Uuid::new_v4().simple()));
    write_private(&fresh, Uuid::new_v4().simple().to_string().as_bytes())?;
    let linked = fs::hard_link(&fresh, &file);
    fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::read_to_string(&file),
    }
}

pub(in crate::stack) fn open_lock(path: &Path) -> io::Result<File> {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

/// Tries to take the exclusive lock; `false` when somebody holds one.
pub(in crate::stack) fn locked(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

pub(super) fn is_still_named(file: &File, path: &Path) -> io::Result<bool> {
    match if_there(fs::metadata(path))? {
        Some(named) => Ok(is_same_file(&file.metadata()?, &named)),
        None => Ok(false),
    }
}

fn is_same_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> (tempfile::TempDir, StateRoot) {
        let directory = tempfile::tempdir().unwrap();
        let root = StateRoot::at(directory.path());
        (directory, root)
    }

    #[tokio::test]
    async fn users_share_a_session_and_it_is_deserted_when_the_last_is_gone() {
        let (_guard, root) = root();
        let one = SessionDirectory::join(&root, "shared").await.unwrap();
        let two = SessionDirectory::join(&root, "shared").await.unwrap();
        let path = one.path().to_owned();

        assert_eq!(one.session(), two.session());
        assert!(DesertedDirectory::seize(&path).unwrap().is_none());
        drop(one);
        assert!(DesertedDirectory::seize(&path).unwrap().is_none());
        drop(two);
        DesertedDirectory::seize(&path)
            .unwrap()
            .unwrap()
            .delete()
            .unwrap();
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn the_data_of_a_session_goes_with_it_wherever_it_lies_and_no_others() {
        let (guard, root) = root();
        for (is_its_own, session) in [(true, "owned-1"), (false, "owned-2")] {
            let joined = SessionDirectory::join(&root, session).await.unwrap();
            let name = match is_its_own {
                true => joined.session(),
                false => "another",
            };
            let data = guard.path().join(format!("elsewhere/{DATA_PREFIX}{name}"));
            fs::create_dir_all(data.join("postgres")).unwrap();
            fs::write(joined.file(DATA), data.to_str().unwrap()).unwrap();
            let path = joined.path().to_owned();
            drop(joined);

            let deserted = DesertedDirectory::seize(&path).unwrap().unwrap();
            deserted.delete().unwrap();
            assert!(!path.exists());
            assert_eq!(data.exists(), !is_its_own);
        }
    }

    #[tokio::test]
    async fn a_newcomer_that_waits_for_a_removal_gets_a_new_session() {
        let (_guard, root) = root();
        let first = SessionDirectory::join(&root, "shared").await.unwrap();
        let (path, session) = (first.path().to_owned(), first.session().to_owned());
        drop(first);
        let deserted = DesertedDirectory::seize(&path).unwrap().unwrap();

        let newcomer = tokio::spawn({
            let root = root.clone();
            async move { SessionDirectory::join(&root, "shared").await }
        });
        tokio::task::yield_now().await;
        deserted.delete().unwrap();
        let second = newcomer.await.unwrap().unwrap();

        assert_ne!(second.session(), session);
        assert!(second.path().join("users.lock").exists());
    }

    #[tokio::test]
    async fn a_living_watcher_keeps_a_deserted_directory_from_being_seized() {
        let (_guard, root) = root();
        let user = SessionDirectory::join(&root, "shared").await.unwrap();
        let path = user.path().to_owned();
        let watcher = open_lock(&path.join("reaper.lock")).unwrap();
        assert!(locked(&watcher).unwrap());
        drop(user);

        assert!(DesertedDirectory::seize(&path).unwrap().is_none());
        drop(watcher);
        assert!(DesertedDirectory::seize(&path).unwrap().is_some());
    }
}
