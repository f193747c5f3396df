//! What former sessions have left behind.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{StateRoot, directory::DesertedDirectory, reaper::Reaper};
use crate::stack::{
    StackError, if_there,
    provider::{Found, Provider, Scope},
};

/// How old a stopped service must be before it counts as left over although its session's directory is not to be seen.
/// The directory may lie on a file system that only its own session sees.
const UNSEEN_AGE_SECONDS: i64 = 3600;

/// What is to become of a session.
#[derive(Debug)]
pub(in crate::stack) enum Standing {
    /// Somebody uses it, or a watcher is about to see to it, or it cannot be told: to be left alone.
    InUse,
    /// It was started to stay.
    Kept,
    /// Nobody uses it. Its directory, if there is one, is held so that nobody comes to use it.
    Deserted(Option<DesertedDirectory>),
}

/// One session of this user: what it started, its directory, or both.
#[derive(Debug)]
pub(in crate::stack) struct LeftOver {
    pub(in crate::stack) directory: PathBuf,
    pub(in crate::stack) parts: Vec<Found>,
    pub(in crate::stack) standing: Standing,
    provider: Arc<dyn Provider>,
}

impl LeftOver {
    /// How many services there are, running or not.
    pub(in crate::stack) fn services(&self) -> usize {
        self.parts
            .iter()
            .filter(|part| part.service().is_some())
            .count()
    }

    /// Removes everything of a session that is deserted or kept. A kept one may have users; its directory then stays, for
    /// their locks are in it, and a watcher removes it when they are gone.
    pub(in crate::stack) async fn remove(self) -> Result<(), StackError> {
        self.provider.remove(&self.parts).await?;
        let deserted = match self.standing {
            Standing::Deserted(deserted) => deserted,
            Standing::Kept => {
                match unkeep(&self.directory)
                    .map_err(StackError::state("release", &self.directory))?
                {
                    Former::Gone => None,
                    Former::Deserted(deserted) => Some(deserted),
                    Former::InUse => return watch(&self.directory, self.provider.as_ref()).await,
                }
            }
            Standing::InUse => None,
        };
        deserted.map_or(Ok(()), |deserted| {
            deserted
                .delete()
                .map_err(StackError::state("delete", &self.directory))
        })
    }
}

/// A directory that is no longer to be kept.
enum Former {
    Gone,
    Deserted(DesertedDirectory),
    InUse,
}

fn unkeep(directory: &Path) -> io::Result<Former> {
    if !fs::exists(directory)? {
        return Ok(Former::Gone);
    }
    if_there(fs::remove_file(directory.join("kept")))?;
    Ok(match DesertedDirectory::seize(directory)? {
        Some(deserted) => Former::Deserted(deserted),
        None => Former::InUse,
    })
}

async fn watch(directory: &Path, provider: &dyn Provider) -> Result<(), StackError> {
    if let Some(mut reaper) = Reaper::start(directory, provider, Duration::ZERO).await? {
        reaper.release();
    }
    Ok(())
}

/// Removes what former sessions of this user have left behind: services with their data, and directories. What is in use,
/// what is kept and what belongs to others stays. Gives the number of sessions removed.
pub(in crate::stack) async fn sweep(
    providers: &[Arc<dyn Provider>],
    root: &StateRoot,
) -> Result<usize, StackError> {
    let mut removed = 0;
    for session in survey(providers, root).await? {
        if matches!(session.standing, Standing::Deserted(_)) {
            session.remove().await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Every session of this user and state directory of which a service or a directory is to be seen.
pub(in crate::stack) async fn survey(
    providers: &[Arc<dyn Provider>],
    root: &StateRoot,
) -> Result<Vec<LeftOver>, StackError> {
    let mut sessions = Vec::new();
    for provider in providers {
        sessions.extend(survey_one(provider, root).await?);
    }
    Ok(sessions)
}

async fn survey_one(
    provider: &Arc<dyn Provider>,
    root: &StateRoot,
) -> Result<Vec<LeftOver>, StackError> {
    // Services first: a session makes its directory before its services, so each of these had one.
    let mut sessions: BTreeMap<PathBuf, Vec<Found>> = BTreeMap::new();
    for found in provider.find(Scope::Mine).await? {
        let directory = found.session_directory().to_owned();
        // One that lies in another state directory is that one's business, as long as it is there.
        let elsewhere = directory.parent() != Some(root.path());
        if !(elsewhere && directory.exists()) {
            sessions.entry(directory).or_default().push(found);
        }
    }
    for directory in directories(root, provider.session_prefix())? {
        sessions.entry(directory).or_default();
    }
    let identity = root.identity()?;
    sessions
        .into_iter()
        .map(|(directory, parts)| {
            let standing = standing(root, &identity, &directory, &parts)
                .map_err(StackError::state("look at", &directory))?;
            Ok(LeftOver {
                directory,
                parts,
                standing,
                provider: Arc::clone(provider),
            })
        })
        .collect()
}

/// The directories of sessions of one provider.
fn directories(root: &StateRoot, prefix: &str) -> Result<Vec<PathBuf>, StackError> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let Some(entries) = if_there(fs::read_dir(root.path()))? else {
            return Ok(found);
        };
        for entry in entries {
            let path = entry?.path();
            match kind_of(&path, prefix) {
                Kind::Session => found.push(path),
                // Its deletion was interrupted, or is under way elsewhere.
                Kind::HalfDeleted => drop(fs::remove_dir_all(&path)),
                Kind::Other => {}
            }
        }
        Ok(found)
    };
    read().map_err(StackError::state("list", root.path()))
}

enum Kind {
    Session,
    HalfDeleted,
    Other,
}

fn kind_of(path: &Path, prefix: &str) -> Kind {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let is_session = name
        .strip_prefix(prefix)
        .is_some_and(|name| name.starts_with("owned-") || name.starts_with("shared-"));
    match (is_session, name.contains(".gone.")) {
        (true, true) => Kind::HalfDeleted,
        (true, false) => Kind::Session,
        (false, _) => Kind::Other,
    }
}

fn standing(
    root: &StateRoot,
    identity: &str,
    directory: &Path,
    parts: &[Found],
) -> io::Result<Standing> {
    if directory.parent() == Some(root.path()) && fs::exists(directory)? {
        if fs::exists(directory.join("kept"))? {
            return Ok(Standing::Kept);
        }
        return Ok(match if_there(DesertedDirectory::seize(directory))? {
            Some(Some(seized)) => Standing::Deserted(Some(seized)),
            // Or it went away while it was looked at: somebody else is removing it.
            Some(None) | None => Standing::InUse,
        });
    }
    Ok(standing_of_unseen(identity, parts, seconds_now()))
}

/// The standing of services whose directory is not to be seen from here.
fn standing_of_unseen(identity: &str, parts: &[Found], now: i64) -> Standing {
    if parts.iter().any(Found::was_started_to_be_kept) {
        return Standing::Kept;
    }
    let ours = |part: &Found| !identity.is_empty() && part.state_identity() == identity;
    let long_dead = |part: &Found| !part.is_alive && now - part.created > UNSEEN_AGE_SECONDS;
    if parts.iter().all(|part| ours(part) || long_dead(part)) {
        Standing::Deserted(None)
    } else {
        Standing::InUse
    }
}

fn seconds_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::stack::{Service, provider::Instance, session::Labels};

    const NOW: i64 = 1_750_000_000;

    fn container(state: &str, kept: bool, running: bool, age: i64) -> Found {
        let labels = Labels::new("s", Path::new("/elsewhere/owned-1"), state, kept);
        Found {
            instance: Instance::Container("c".into()),
            labels: labels
                .of(Service::Postgres)
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<HashMap<_, _>>(),
            state: if running { "running" } else { "exited" }.into(),
            is_alive: running,
            created: NOW - age,
            addresses: HashMap::new(),
        }
    }

    #[test]
    fn containers_without_a_directory_are_judged_with_care() {
        let parent = tempfile::tempdir().unwrap();
        let root = StateRoot::at(parent.path());
        let identity = root.identity().unwrap();
        let deserted = |container| {
            matches!(
                standing_of_unseen(&identity, &[container], NOW),
                Standing::Deserted(None)
            )
        };

        // The directory would lie in this very state directory, so it is gone.
        assert!(deserted(container(&identity, false, true, 1)));
        // Another state directory: only what has been dead for long, after a reboot for instance.
        assert!(!deserted(container("other", false, true, 100_000)));
        assert!(!deserted(container("other", false, false, 60)));
        assert!(deserted(container("other", false, false, 100_000)));
        // Kept ones never.
        assert!(!deserted(container(&identity, true, true, 1)));
        assert!(!deserted(container("other", true, false, 100_000)));
    }

    #[test]
    fn a_kept_directory_stays_and_a_deserted_one_is_seized() {
        let parent = tempfile::tempdir().unwrap();
        let root = StateRoot::at(parent.path());
        let directory = parent.path().join("shared-1");
        fs::create_dir(&directory).unwrap();

        assert!(matches!(
            standing(&root, "1:1", &directory, &[]).unwrap(),
            Standing::Deserted(Some(_))
        ));
        fs::write(directory.join("kept"), "").unwrap();
        assert!(matches!(
            standing(&root, "1:1", &directory, &[]).unwrap(),
            Standing::Kept
        ));
    }

    #[test]
    fn half_deleted_directories_are_finished_and_foreign_ones_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let root = StateRoot::at(parent.path());
        for name in ["owned-1", "processes-owned-1", "shared-2.gone.77", "notes"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }

        assert_eq!(
            directories(&root, "").unwrap(),
            [parent.path().join("owned-1")]
        );
        assert_eq!(
            directories(&root, "processes-").unwrap(),
            [parent.path().join("processes-owned-1")]
        );
        assert!(!parent.path().join("shared-2.gone.77").exists());
        assert!(parent.path().join("notes").exists());
    }
}
