//! The use of a session by this process.

use std::{fs, time::Duration};

use uuid::Uuid;

use super::{
    Labels, SessionDirectory, StateRoot,
    directory::{DesertedDirectory, locked, open_lock},
    reaper::Reaper,
    state_root::write_private,
};
use crate::stack::{StackError, bounds, provider::Provider};

/// How long a shared stack outlasts its last user: the gap between two test processes of one run is shorter.
const SHARED_GRACE: Duration = Duration::from_secs(2);

/// The use of a session by this process. As long as it lives, the session's containers stay; when it is dropped, or the
/// process ends in whatever way, the watcher sees to them.
#[derive(Debug)]
pub(in crate::stack) struct Lease {
    directory: SessionDirectory,
    state: String,
    reaper: Option<Reaper>,
    shared: bool,
}

impl Lease {
    /// A session of this process alone, with its watcher.
    pub(in crate::stack) async fn own(
        root: &StateRoot,
        provider: &dyn Provider,
    ) -> Result<Self, StackError> {
        let name = format!(
            "{}owned-{}",
            provider.session_prefix(),
            Uuid::new_v4().simple()
        );
        let mut lease = Self::watched(root, &name, provider, Duration::ZERO).await?;
        lease.shared = false;
        if lease.reaper.is_none() {
            // A sweep was looking at the new directory in the instant in which the watcher was.
            lease.reaper = Reaper::start(lease.directory.path(), provider, Duration::ZERO).await?;
        }
        if lease.reaper.is_none() {
            return Err(StackError::Reaper {
                reason: format!(
                    "another process holds {}",
                    lease.directory.file("reaper.lock").display()
                ),
                source: None,
            });
        }
        lease.release();
        Ok(lease)
    }

    /// A session that others may use too. One that there was not before has a watcher from the start; an older one may have
    /// lost its own, see [`Lease::ensure_watched`].
    pub(in crate::stack) async fn share(
        root: &StateRoot,
        name: &str,
        provider: &dyn Provider,
    ) -> Result<Self, StackError> {
        if !root.path().join(name).exists() {
            let mut lease = Self::watched(root, name, provider, SHARED_GRACE).await?;
            lease.release();
            return Ok(lease);
        }
        let directory = SessionDirectory::join(root, name).await?;
        Ok(Self {
            directory,
            state: root.identity()?,
            reaper: None,
            shared: true,
        })
    }

    /// The watcher first, then the directory's first user: so that whenever this process is killed, somebody cleans up.
    async fn watched(
        root: &StateRoot,
        name: &str,
        provider: &dyn Provider,
        grace: Duration,
    ) -> Result<Self, StackError> {
        let reaper = Reaper::start(&root.path().join(name), provider, grace).await?;
        let directory = SessionDirectory::join(root, name).await?;
        Ok(Self {
            directory,
            state: root.identity()?,
            reaper,
            shared: true,
        })
    }

    fn release(&mut self) {
        if let Some(reaper) = &mut self.reaper {
            reaper.release();
        }
    }

    /// Makes sure that a watcher watches: before the first container, and whenever somebody comes to use what runs already,
    /// for a watcher can be killed like anything else.
    pub(in crate::stack) async fn ensure_watched(
        &mut self,
        provider: &dyn Provider,
    ) -> Result<(), StackError> {
        // A user that meets this look with its own watcher hears that one watches already; then this one saw that none does.
        if self.is_watched() {
            return Ok(());
        }
        if let Some(mut reaper) =
            Reaper::start(self.directory.path(), provider, SHARED_GRACE).await?
        {
            reaper.release();
            self.reaper = Some(reaper);
        }
        Ok(())
    }

    fn is_watched(&self) -> bool {
        let lock = open_lock(&self.directory.file("reaper.lock"));
        lock.and_then(|lock| locked(&lock)).is_ok_and(|free| !free)
    }

    pub(in crate::stack) fn directory(&self) -> &SessionDirectory {
        &self.directory
    }

    /// The labels for this session's containers.
    pub(in crate::stack) fn labels(&self, kept: bool) -> Labels {
        Labels::new(
            self.directory.session(),
            self.directory.path(),
            &self.state,
            kept,
        )
    }

    /// Gives the session up after its containers are gone, and waits until its directory is gone too.
    pub(in crate::stack) async fn end(self) -> Result<(), StackError> {
        let over = self.directory.file("over");
        write_private(&over, b"").map_err(StackError::state("write", &over))?;
        self.give_up().await
    }

    /// Gives the session up after a failed start. For a session of this process alone, waits until the watcher has made sure
    /// that nothing is left. A shared one may have other users, who are waiting to start it themselves: its watcher looks
    /// when they are gone.
    pub(in crate::stack) async fn abandon(self) -> Result<(), StackError> {
        self.give_up().await
    }

    async fn give_up(self) -> Result<(), StackError> {
        let Self {
            directory,
            reaper,
            shared,
            ..
        } = self;
        let path = directory.path().to_owned();
        // Closing the file gives up the lock.
        drop(directory);
        match reaper {
            Some(mut reaper) if !shared => reaper.ended(bounds::CLEAN_UP.get()).await,
            _ => {
                // Without a watcher, and without other users, the directory would stay until the next start.
                if let Ok(Some(deserted)) = DesertedDirectory::seize(&path) {
                    let _ = deserted.delete();
                }
                Ok(())
            }
        }
    }

    /// Marks the session as one that stays when its last user is gone.
    pub(in crate::stack) fn keep(&self) -> Result<(), StackError> {
        let kept = self.directory.file("kept");
        write_private(&kept, b"").map_err(StackError::state("write", &kept))
    }

    /// Whether the session stays when its last user is gone.
    pub(in crate::stack) fn is_kept(&self) -> bool {
        fs::exists(self.directory.file("kept")).unwrap_or(false)
    }
}
