//! A test process that is killed leaves no browser behind.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use kai_e2e::capture::{CaptureConfig, CaptureServer};

use super::Browser;
use crate::support::{Result, child_tests, eventually};

/// What the child says when its browser has a page; the directory follows.
const READY: &str = "the child's browser works in ";

/// Not a test: the process that the test below kills. Alone it would wait for ever.
#[ignore = "the child process of the test below"]
#[tokio::test]
async fn child_with_a_browser() -> Result {
    let server = CaptureServer::start(CaptureConfig::default()).await?;
    let browser = Browser::open(&server.start_page_url()).await?;
    println!("{READY}{}", browser.directory().display());
    std::future::pending().await
}

#[tokio::test]
async fn a_killed_process_leaves_no_browser() -> Result {
    let mut child = child_tests("browser::killed::child_with_a_browser")?
        .args(["--exact", "--nocapture"])
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let directory = lines.find_map(|line| {
        let line = line.ok()?;
        line.split_once(READY)
            .map(|(_, directory)| directory.to_owned())
    });
    let directory = PathBuf::from(directory.ok_or("the child ended before it had a browser")?);
    let running = working_in(&directory).len();
    assert!(
        running > 2,
        "chromedriver and a browser: {running} processes"
    );
    child.kill()?;
    child.wait()?;
    eventually(
        "no process of the browser and no profile",
        || async { Ok((working_in(&directory).len(), directory.exists())) },
        |(processes, there)| processes == 0 && !there,
    )
    .await
}

#[tokio::test]
async fn a_test_that_ends_leaves_no_browser() -> Result {
    let server = CaptureServer::start(CaptureConfig::default()).await?;
    let browser = Browser::open(&server.start_page_url()).await?;
    let directory = browser.directory().to_owned();
    assert!(working_in(&directory).len() > 2);
    // As when an assertion fails.
    let failed = tokio::spawn(async move {
        let _browser = browser;
        panic!("as a test does");
    });
    assert!(failed.await.is_err());
    assert_eq!(working_in(&directory), Vec::<PathBuf>::new());
    assert!(!directory.exists(), "{}", directory.display());
    Ok(())
}

/// The processes that work in a directory, as directories of /proc.
pub(super) fn working_in(directory: &Path) -> Vec<PathBuf> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .map(|process| process.path())
        .filter(|process| {
            // Of one that is deleted the system says so after its name.
            let place = std::fs::read_link(process.join("cwd")).unwrap_or_default();
            let (place, directory) = (place.to_string_lossy(), directory.to_string_lossy());
            place.starts_with(&*directory)
        })
        .collect()
}
