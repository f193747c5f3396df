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
