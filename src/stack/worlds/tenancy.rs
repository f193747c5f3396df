//! This process as one that has worlds on a stack.

use std::{
    fs::{self, DirBuilder, File},
    future::Future,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::OnceCell;
use uuid::Uuid;

use super::watcher::{self, Target};
use crate::stack::{
    Silent, StackError, bounds,
    session::{ExclusiveLock, SessionDirectory, locked, open_lock},
};

/// The tenant of one handle to a stack, made with its first world.
#[derive(Debug, Default)]
pub(in crate::stack) struct Tenancy(OnceCell<Arc<Tenant>>);

impl Tenancy {
    pub(super) async fn tenant(
        &self,
        making: impl Future<Output = Result<Tenant, StackError>>,
    ) -> Result<Arc<Tenant>, StackError> {
        self.0
            .get_or_try_init(|| async { making.await.map(Arc::new) })
            .await
            .cloned()
    }
}

/// Somebody with worlds on a stack. Names of worlds begin with its id.
#[derive(Debug)]
pub(in crate::stack) struct Tenant {
    id: String,
    made: AtomicU64,
    registration: Option<Registration>,
}

impl Tenant {
    /// The only tenant of a stack.
    pub(super) fn alone() -> Self {
        Self {
            id: new_id(),
            made: AtomicU64::new(0),
            registration: None,
        }
    }

    /// One of many. When this returns, a watcher watches over its worlds.
    pub(super) async fn register(
        session: &SessionDirectory,
        target: Target,
    ) -> Result<Self, StackError> {
        let directory = session.file("worlds");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)
            .map_err(StackError::state("make", &directory))?;
        // A watcher that finds nothing to watch ends under this lock, so that none ends while somebody registers.
        let _lock = ExclusiveLock::acquire(
            &directory.join("register.lock"),
            "register for worlds",
            bounds::REGISTRATION.get(),
            &Silent,
        )
        .await?;
        let id = new_id();
        let registration = Registration::new(&directory, &id)
            .map_err(StackError::state("register in", &directory))?;
        watcher::ensure(session.path(), &directory, &target).await?;
        Ok(Self {
            id,
            made: AtomicU64::new(0),
            registration: Some(registration),
        })
    }

    /// The name of one more world: lower-case letters, digits and underscores, so that it needs no quotes anywhere.
    pub(super) fn next_name(&self) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        format!("world_{}_{number}", self.id)
    }

    /// Says that a world could not be removed: the watcher removes what is left of it when this tenant ends.
    pub(super) fn leave_to_the_watcher(&self) {
        if let Some(registration) = &self.registration {
            registration.is_left.store(true, Ordering::Relaxed);
        }
    }

    /// Tells the watcher to leave a world alone.
    pub(super) fn spare(&self, world: &str) -> Result<(), StackError> {
        let Some(registration) = &self.registration else {
            return Ok(());
        };
        let path = registration.path.with_extension("kept");
        let write = || -> io::Result<()> {
            let mut kept = File::options()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(&path)?;
            writeln!(kept, "{world}")
        };
        write().map_err(StackError::state("write", &path))
    }
}

/// The file whose lock says that the tenant lives.
#[derive(Debug)]
struct Registration {
    path: PathBuf,
    // Whether the watcher has something to remove when this is given up.
    is_left: AtomicBool,
    // Held for its lock.
    _lock: File,
}

impl Registration {
    /// Locked before it has the name under which the watcher looks for it.
    fn new(directory: &Path, id: &str) -> io::Result<Self> {
        let draft = directory.join(format!(".{id}"));
        let lock = open_lock(&draft)?;
        if !locked(&lock)? {
            return Err(io::Error::other("the lock of a new file is taken"));
        }
        let path = directory.join(format!("{id}.tenant"));
        fs::rename(&draft, &path)?;
        Ok(Self {
            path,
            is_left: AtomicBool::new(false),
            _lock: lock,
        })
    }
}

impl Drop for Registration {
    /// Where all its worlds are gone, or kept, the watcher need not look.
    fn drop(&mut self) {
        if !*self.is_left.get_mut() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn new_id() -> String {
    let id = Uuid::new_v4().simple().to_string();
    id[..12].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_world_has_a_name_of_its_own_that_needs_no_quotes() {
        let (one, two) = (Tenant::alone(), Tenant::alone());
        let names = [one.next_name(), one.next_name(), two.next_name()];

        assert!(
            names[0].ends_with("_1") && names[1].ends_with("_2"),
            "{names:?}"
        );
        assert_ne!(names[0], names[2]);
        for name in names {
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                "{name}"
            );
        }
    }

    #[test]
    fn a_registration_is_locked_while_it_lives_and_gone_afterwards() {
        let directory = tempfile::tempdir().unwrap();
        let registration = Registration::new(directory.path(), "abc").unwrap();
        let path = directory.path().join("abc.tenant");

        assert!(!locked(&open_lock(&path).unwrap()).unwrap());
        drop(registration);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_world_that_could_not_be_removed_is_left_to_the_watcher() {
        let directory = tempfile::tempdir().unwrap();
        let tenant = Tenant {
            registration: Some(Registration::new(directory.path(), "abc").unwrap()),
            ..Tenant::alone()
        };
        let path = directory.path().join("abc.tenant");

        tenant.leave_to_the_watcher();
        drop(tenant);
        assert!(locked(&open_lock(&path).unwrap()).unwrap());
    }
}
