//! Starting the watcher that outlives this process.

use std::{ffi::OsStr, path::Path, time::Duration};

use tokio::time::timeout;

use super::handshake::{Watcher, discard, failed};
use crate::stack::{StackError, provider::Provider, wait::Backoff};

const SCRIPT: &str = include_str!("reaper.sh");

/// The watcher of one session, as a child of the process that started it.
///
/// It is a shell script rather than this program started again, because the library's host process may be any test
/// binary.
#[derive(Debug)]
pub(super) struct Reaper {
    /// Closing its input tells the watcher that its starter is a user now, or has died.
    watcher: Option<Watcher>,
}

impl Reaper {
    /// Starts a watcher for the session in a directory, which it makes if it is missing. `None` when one watches already.
    ///
    /// The session is safe from the watcher until [`Reaper::release`].
    pub(super) async fn start(
        directory: &Path,
        provider: &dyn Provider,
        grace: Duration,
    ) -> Result<Option<Self>, StackError> {
        let grace = grace.as_secs().to_string();
        let address = provider.address();
        let arguments = [
            directory.as_os_str(),
            OsStr::new(&grace),
            OsStr::new(&address),
        ];
        let watcher = Watcher::start(SCRIPT, "kai-e2e-reaper", &arguments).await?;
        Ok(watcher.map(|watcher| Self {
            watcher: Some(watcher),
        }))
    }

    /// Lets the watcher watch: from now on the session lasts as long as it has users.
    pub(super) fn release(&mut self) {
        if let Some(watcher) = &mut self.watcher {
            watcher.stdin = None;
        }
    }

    /// Waits until the watcher has ended.
    pub(super) async fn ended(&mut self, bound: Duration) -> Result<(), StackError> {
        let Some(watcher) = self.watcher.as_mut() else {
            return Ok(());
        };
        let waited = timeout(bound, async {
            let mut backoff = Backoff::new();
            loop {
                match watcher.child.try_wait() {
                    Ok(Some(_)) => return Ok(()),
                    Ok(None) => backoff.pause().await,
                    Err(error) => return Err(failed("its end cannot be waited for", Some(error))),
                }
            }
        });
        match waited.await {
            Ok(result) => {
                self.watcher = None;
                result
            }
            Err(_) => Err(failed(
                "it did not end after the last user was gone; see reaper.log in the session directory",
                None,
            )),
        }
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        if let Some(watcher) = self.watcher.take() {
            discard(watcher.child);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::PermissionsExt,
        path::Path,
        process::{Command, Output, Stdio},
    };

    use super::SCRIPT;
    use crate::stack::session::directory::DesertedDirectory;

    /// What a watcher says whose starter is gone at once, with one program of its own.
    fn said_with(directory: &Path, engine: &str, (name, program): (&str, &str)) -> Output {
        let programs = tempfile::tempdir().unwrap();
        let path = programs.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{program}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        let search = std::env::var_os("PATH").unwrap();
        let search =
            std::iter::once(programs.path().to_owned()).chain(std::env::split_paths(&search));
        Command::new("sh")
            .args(["-c", SCRIPT, "kai-e2e-reaper"])
            .arg(directory)
            .args(["0", engine])
            .env("PATH", std::env::join_paths(search).unwrap())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The same without an engine, with a `mkdir` of its own.
    fn said(directory: &Path, mkdir: &str) -> Output {
        said_with(directory, "processes", ("mkdir", mkdir))
    }

    /// How often an engine is asked for the containers of a session, in which so many were asked for, and whether one is removed
    /// that appears at some look.
    fn looks(asked: usize, appears_at: usize) -> (usize, bool) {
        let place = removal(asked, appears_at, |_| {});
        let looks = fs::read_to_string(place.path().join("looks")).unwrap();
        (looks.lines().count(), place.path().join("removed").exists())
    }

    /// The removal of a session, in whose directory something was done before. The engine leaves files in the place that this
    /// gives.
    fn removal(asked: usize, appears_at: usize, before: impl FnOnce(&Path)) -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("state/owned-1");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("session"), "s").unwrap();
        before(&directory);
        for number in 0..asked {
            fs::write(directory.join(format!("container-{number}")), "").unwrap();
        }
        let curl = format!(
            r#"cd '{0}'
case "$*" in
    *DELETE*) echo >removed ;;
    *)
        echo >>looks
        ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c '{0}/state/owned-1/reaper.lock' >holders
        if [ "$(grep -c '' looks)" -ge {appears_at} ] && [ ! -e removed ]; then
            echo '[{{"Id":"{1}"}}]'
        fi ;;
esac"#,
            place.path().display(),
            "a".repeat(64)
        );
        let output = said_with(&directory, "unix:///engine", ("curl", &curl));
        assert!(output.status.success() && !directory.exists(), "{output:?}");
        place
    }

    #[test]
    fn a_container_that_the_engine_is_still_making_is_waited_for() {
        assert_eq!(looks(1, 4), (6, true), "it comes late");
        assert_eq!(looks(1, 1), (3, true), "it is there");
        assert_eq!(looks(0, 9), (2, false), "none was asked for");
        assert_eq!(looks(1, 9), (4, false), "it never comes");
    }

    /// Another watcher takes the place of one that was killed, though a command that this had begun hangs.
    #[test]
    fn nothing_that_a_watcher_waits_for_has_its_lock() {
        let place = removal(0, 1, |_| {});
        let holders = fs::read_to_string(place.path().join("holders")).unwrap();
        assert_eq!(holders, "1\n", "the watcher itself");
    }

    #[test]
    fn a_watcher_that_cannot_keep_a_log_does_its_work() {
        let place = removal(0, 1, |directory| {
            fs::create_dir(directory.join("reaper.log")).unwrap();
        });
        assert!(place.path().join("removed").exists());
    }

    #[test]
    fn a_directory_that_the_watcher_before_moves_away_is_made_again() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("state/session");
        let gone = place.path().join("gone");
        // Between the two steps the directory is away, once.
        let mkdir = format!(
            "/bin/mkdir \"$@\" && if [ ! -e '{0}' ]; then mv '{1}' '{0}'; fi",
            gone.display(),
            directory.display()
        );
        let output = said(&directory, &mkdir);
        assert!(gone.exists(), "it was not moved away: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "armed\n");
    }

    #[test]
    fn a_directory_that_a_sweep_is_removing_is_not_watched() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("state/owned-1");
        fs::create_dir_all(&directory).unwrap();
        let seized = DesertedDirectory::seize(&directory).unwrap();
        assert!(seized.is_some());
        let output = said(&directory, "exec /bin/mkdir \"$@\"");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "taken\n");
        drop(seized);
        let output = said(&directory, "exec /bin/mkdir \"$@\"");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "armed\n");
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let output = said(Path::new("/dev/null/session"), "exit 1");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "cannot write to /dev/null/session\n"
        );
    }
}
