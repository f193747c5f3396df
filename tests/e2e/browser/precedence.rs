//! A browser takes no precedence over the services that a page is judged with.
//!
//! Chromium raises the priority of its own threads where it may, as root it may, and beside a loaded processor that left a
//! worker so little of it that its workflow tasks came to their ten seconds.

use std::path::Path;

use kai_e2e::capture::{CaptureConfig, CaptureServer};

use super::Browser;
use super::killed::working_in;
use crate::support::Result;

#[tokio::test]
async fn no_thread_of_a_browser_goes_before_others() -> Result {
    let server = CaptureServer::start(CaptureConfig::default()).await?;
    let browser = Browser::open(&server.start_page_url()).await?;
    let nice = nice_of(browser.directory())?;
    assert!(nice.len() > 10, "a browser has more threads: {nice:?}");
    let before: Vec<_> = nice.iter().filter(|(_, nice)| *nice < 0).collect();
    assert!(before.is_empty(), "{before:?}");
    Ok(())
}

/// The names and nice values of all threads of the processes that work in a directory.
fn nice_of(directory: &Path) -> Result<Vec<(String, i32)>> {
    let mut all = Vec::new();
    for process in working_in(directory) {
        // A process may end while it is looked at.
        let Ok(threads) = std::fs::read_dir(process.join("task")) else {
            continue;
        };
        // A thread may end while it is read.
        all.extend(threads.flatten().filter_map(|thread| {
            let stat = std::fs::read_to_string(thread.path().join("stat")).ok()?;
            let (before, after) = stat.rsplit_once(") ")?;
            let name = before.split_once('(')?.1.to_owned();
            // proc_pid_stat(5): nice is the 19th field, and the state, after the name, the third.
            Some((name, after.split(' ').nth(16)?.parse().ok()?))
        }));
    }
    Ok(all)
}
