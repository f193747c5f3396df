//! One chromedriver with its browsers: a process tree and a directory that go with their owner.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

use super::programs::Programs;
use crate::support::Result;

const SUPERVISE: &str = include_str!("supervise.sh");

/// What chromedriver says when it listens; the port follows.
const LISTENING: &str = "was started successfully on port ";

/// How long it may take until it listens.
const STARTS: Duration = Duration::from_secs(60);

/// A running chromedriver. Dropping it ends it, its browsers and their profiles.
pub struct Driver {
    supervisor: Child,
    directory: TempDir,
    port: u16,
}

impl Driver {
    /// Starts it, and waits until it listens.
    pub fn start(programs: &Programs) -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("kai-e2e-browser-")
            .tempdir()?;
        // As the system will name it.
        let home = directory.path().canonicalize()?;
        let mut supervisor = Command::new("sh")
            .args(["-c", SUPERVISE, "kai-e2e-browser"])
            .arg(&home)
            .arg(&programs.chromedriver)
            .arg("--port=0")
            // Profiles, caches and settings lie where they are removed.
            .envs(
                [
                    "HOME",
                    "TMPDIR",
                    "XDG_CONFIG_HOME",
                    "XDG_CACHE_HOME",
                    "XDG_RUNTIME_DIR",
                ]
                .map(|name| (name, &home)),
            )
            .env("TZ", "UTC")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let output = supervisor.stdout.take().ok_or("no output")?;
        let mut driver = Self {
            supervisor,
            directory,
            port: 0,
        };
        driver.port = port(output).recv_timeout(STARTS).map_err(|error| {
            format!(
                "{} does not start: {error}",
                programs.chromedriver.display()
            )
        })?;
        Ok(driver)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where its processes work.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

/// Reads the port from what chromedriver prints, and goes on reading, so that it is never blocked.
fn port(output: impl Read + Send + 'static) -> Receiver<u16> {
    let (said, port) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(|line| line.ok()) {
            let number = line.split_once(LISTENING);
            let number = number.and_then(|(_, port)| port.trim_end_matches('.').parse().ok());
            if let Some(number) = number {
                // Nobody waits for it any more when it comes too late.
                let _ = said.send(number);
            }
        }
    });
    port
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Lets go of the leash, and waits for what that brings about.
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}
