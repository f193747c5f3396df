//! One at a time.

use std::{
    fs::{DirBuilder, File},
    io::{self, Read, Seek, Write},
    os::unix::fs::DirBuilderExt,
    path::Path,
    time::{Duration, Instant},
};

use super::directory::{is_still_named, locked, open_lock};
use crate::stack::{Progress, StackError, if_there, wait::Backoff};

/// A lock file of which one process at a time holds the lock. The kernel gives the lock up when the holder ends.
#[derive(Debug)]
pub(in crate::stack) struct ExclusiveLock {
    // Held for its lock.
    _file: File,
}

impl ExclusiveLock {
    /// Waits for the lock. `work` says what its holders do with it, for the lines and the error of those who wait.
    pub(in crate::stack) async fn acquire(
        path: &Path,
        work: &'static str,
        bound: Duration,
        progress: &dyn Progress,
    ) -> Result<Self, StackError> {
        let started = Instant::now();
        let mut backoff = Backoff::new();
        let mut told = false;
        loop {
            if let Some(lock) = Self::try_acquire(path).map_err(StackError::state("lock", path))? {
                return Ok(lock);
            }
            let holder = holder_of(path);
            if started.elapsed() > bound {
                return Err(StackError::Busy {
                    holder,
                    work,
                    after: started.elapsed(),
                });
            }
            if !told && started.elapsed() > Duration::from_millis(150) {
                progress.line(&format!("waiting for {holder} to {work}"));
                told = true;
            }
            backoff.pause().await;
        }
    }

    fn try_acquire(path: &Path) -> io::Result<Option<Self>> {
        let Some(mut file) = if_there(open_lock(path))? else {
            // It is the first lock in its directory, or the last user took that away.
            if let Some(directory) = path.parent() {
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(directory)?;
            }
            return Ok(None);
        };
        if !locked(&file)? || !is_still_named(&file, path)? {
            return Ok(None);
        }
        // For the message of those who wait: who holds it.
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())?;
        Ok(Some(Self { _file: file }))
    }
}

fn holder_of(path: &Path) -> String {
    let mut pid = String::new();
    match File::open(path).and_then(|mut file| file.read_to_string(&mut pid)) {
        Ok(_) if pid.parse::<u32>().is_ok() => format!("process {pid}"),
        _ => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::stack::Silent;

    #[tokio::test]
    async fn the_second_waits_says_so_and_gives_up_in_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("start.lock");
        let bound = Duration::from_millis(400);
        let held = ExclusiveLock::acquire(&path, "start the stack", bound, &Silent)
            .await
            .unwrap();
        let lines = Mutex::new(Vec::new());
        let progress = |line: &str| lines.lock().unwrap().push(line.to_owned());

        let error = ExclusiveLock::acquire(&path, "start the stack", bound, &progress)
            .await
            .unwrap_err();

        let holder = format!("process {}", std::process::id());
        assert_eq!(
            *lines.lock().unwrap(),
            [format!("waiting for {holder} to start the stack")]
        );
        assert!(error.to_string().contains(&holder), "{error}");
        drop(held);
        ExclusiveLock::acquire(&path, "start the stack", bound, &Silent)
            .await
            .unwrap();
    }
}
