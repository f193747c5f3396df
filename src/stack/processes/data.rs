//! The private data directory of one session.

use std::{
    collections::HashMap,
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use super::supervised::ServiceDirectory;
use crate::stack::{
    Service, StackConfig, StackError,
    config::user_id,
    if_there,
    session::{DATA, DATA_PREFIX, Labels, SESSION, SessionDirectory, write_private},
};

/// The directory in which the processes of one session keep their files. Its name holds the session's.
#[derive(Debug, Clone)]
pub(in crate::stack) struct DataDirectory {
    path: PathBuf,
}

/// The file with the session's labels.
const LABELS: &str = "labels.json";

/// How much room the file system in memory must have to be used.
const ROOM: u64 = 1024 * 1024 * 1024;

/// Where data directories lie, or may lie: the first is where new ones are made.
pub(in crate::stack) fn bases(config: Option<&StackConfig>) -> Vec<PathBuf> {
    let memory = PathBuf::from("/dev/shm");
    let temporary = std::env::temp_dir();
    let defaults = if has_room(&memory) {
        [memory, temporary]
    } else {
        [temporary, memory]
    };
    let named = config.and_then(StackConfig::data_directory);
    named
        .map(Path::to_owned)
        .into_iter()
        .chain(defaults)
        .collect()
}

fn has_room(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|facts| {
        let writable = !facts.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY);
        writable && facts.f_bavail.saturating_mul(facts.f_frsize) >= ROOM
    })
}

impl DataDirectory {
    /// Makes the directory of a session. The session's own directory learns of it before it exists, so that whoever cleans up
    /// after the session finds it.
    pub(in crate::stack) fn create(
        base: &Path,
        session: &SessionDirectory,
        labels: &Labels,
    ) -> Result<Self, StackError> {
        let path = base.join(format!("{DATA_PREFIX}{}", session.session()));
        let make = || -> io::Result<()> {
            fs::create_dir_all(base)?;
            write_private(&session.file(DATA), path.as_os_str().as_encoded_bytes())?;
            // Root's Postgres runs as another user, who has to get through.
            let mode = if user_id() == Some(0) { 0o711 } else { 0o700 };
            DirBuilder::new().mode(mode).create(&path)?;
            let labels: HashMap<_, _> = labels.of_session().into_iter().collect();
            write_private(&path.join(LABELS), &serde_json::to_vec(&labels)?)
        };
        make().map_err(StackError::state("make the data directory", &path))?;
        Ok(Self { path })
    }

    /// The directory that a session has made.
    pub(in crate::stack) fn of(session: &SessionDirectory) -> Result<Self, StackError> {
        let pointer = session.file(DATA);
        let path = fs::read_to_string(&pointer).map_err(StackError::state("read", &pointer))?;
        Ok(Self { path: path.into() })
    }

    /// The directory at a path that is known to be one.
    pub(in crate::stack) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// All data directories of this user.
    pub(in crate::stack) fn all(bases: &[PathBuf]) -> Vec<Self> {
        let mut found: Vec<Self> = bases
            .iter()
            .filter_map(|base| fs::read_dir(base).ok())
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(DATA_PREFIX))
            .filter(|entry| {
                entry
                    .metadata()
                    .is_ok_and(|metadata| metadata.is_dir() && Some(metadata.uid()) == user_id())
            })
            .map(|entry| Self { path: entry.path() })
            .collect();
        found.sort_by(|one, other| one.path.cmp(&other.path));
        found.dedup_by(|one, other| one.path == other.path);
        found
    }

    pub(in crate::stack) fn path(&self) -> &Path {
        &self.path
    }

    /// The session that it belongs to.
    pub(in crate::stack) fn session(&self) -> &str {
        self.path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_prefix(DATA_PREFIX))
            .unwrap_or_default()
    }

    /// The session's labels. A directory whose making was interrupted knows no more than its session.
    pub(in crate::stack) fn labels(&self) -> HashMap<String, String> {
        fs::read(self.path.join(LABELS))
            .ok()
            .and_then(|content| serde_json::from_slice(&content).ok())
            .unwrap_or_else(|| HashMap::from([(SESSION.to_owned(), self.session().to_owned())]))
    }

    /// When it was made, in seconds since 1970.
    pub(in crate::stack) fn created(&self) -> i64 {
        fs::metadata(self.path.join(LABELS))
            .or_else(|_| fs::metadata(&self.path))
            .and_then(|metadata| metadata.modified())
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .unwrap_or_default()
    }

    /// The directory of one service in it, which need not exist.
    pub(in crate::stack) fn service(&self, service: Service) -> ServiceDirectory {
        ServiceDirectory::new(self.path.join(service.as_str()))
    }

    /// Deletes it with everything in it. One that is gone is fine.
    pub(super) fn delete(&self) -> io::Result<()> {
        if_there(fs::remove_dir_all(&self.path)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::session::StateRoot;

    #[tokio::test]
    async fn a_directory_is_found_by_its_session_and_by_its_labels() {
        let parent = tempfile::tempdir().unwrap();
        let base = parent.path().join("base");
        let root = StateRoot::at(&parent.path().join("state"));
        let session = SessionDirectory::join(&root, "processes-owned-1")
            .await
            .unwrap();
        let labels = Labels::new(session.session(), session.path(), "1:2", true);

        let made = DataDirectory::create(&base, &session, &labels).unwrap();

        assert_eq!(DataDirectory::of(&session).unwrap().path(), made.path());
        assert_eq!(made.session(), session.session());
        let found = DataDirectory::all(&[base.clone(), base]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].labels().get(SESSION).map(String::as_str),
            Some(session.session())
        );
        made.delete().unwrap();
        made.delete().unwrap();
        assert!(DataDirectory::create(parent.path(), &session, &labels).is_ok());
    }
}
