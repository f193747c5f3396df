//! One chromedriver with its browsers: a process tree and a directory that go with their owner.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use kai_e2e::stack::free_port;
use tempfile::TempDir;

use super::programs::Programs;
use crate::support::Result;

const SUPERVISE: &str = include_str!("supervise.sh");

/// What chromedriver says when it listens.
const LISTENING: &str = "was started successfully on port ";

/// How often it is tried, each time on another port.
const TRIES: u32 = 3;

/// How long it may take until it listens.
const STARTS: Duration = Duration::from_secs(60);

/// A running chromedriver. Dropping it ends it, its browsers and their profiles.
pub struct Driver {
    supervisor: Child,
    directory: TempDir,
    port: u16,
}

impl Driver {
    /// Starts it, and waits until it listens. It ends by itself where its port is free for one of the loopback addresses only.
    pub fn start(programs: &Programs) -> Result<Self> {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::on(free_port()?, programs) {
                Err(error) if tries == TRIES => return Err(error),
                Err(_) => {}
                started => return started,
            }
        }
    }

    fn on(port: u16, programs: &Programs) -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("kai-e2e-browser-")
            .tempdir()?;
        // As the system will name it.
        let home = directory.path().canonicalize()?;
        let mut supervisor = Command::new("sh")
            .args(["-c", SUPERVISE, "kai-e2e-browser"])
            .arg(&home)
            .arg(&programs.chromedriver)
            .arg(format!("--port={port}"))
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
        let driver = Self {
            supervisor,
            directory,
            port,
        };
        until_listening(&lines(output)).map_err(|seen| {
            format!("{} does not start: {seen}", programs.chromedriver.display())
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

/// The lines of an output, read to its end whether somebody wants them or not, so that it is never blocked.
fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (said, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(|line| line.ok()) {
            let _ = said.send(line);
        }
    });
    lines
}

/// Why it does not listen, and what it said, if it does not.
fn until_listening(lines: &Receiver<String>) -> std::result::Result<(), String> {
    let mut said = Vec::new();
    loop {
        match lines.recv_timeout(STARTS) {
            Ok(line) if line.contains(LISTENING) => return Ok(()),
            Ok(line) => said.push(line),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(format!("it ended, and said\n{}", said.join("\n")));
            }
            Err(RecvTimeoutError::Timeout) => {
                return Err(format!("it only said\n{}", said.join("\n")));
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Lets go of the leash, and waits for what that brings about.
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// A program in the place of chromedriver.
fn in_its_place(directory: &TempDir, script: &str) -> Result<Programs> {
    let path = directory.path().join("chromedriver");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n"))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
    Ok(Programs {
        chromium: path.clone(),
        chromedriver: path,
    })
}

#[test]
fn one_that_finds_its_port_taken_is_started_on_another() -> Result {
    let place = TempDir::new()?;
    let script = format!(
        "[ -e '{0}/tried' ] || {{ : >'{0}/tried'; echo 'IPv6 port not available. Exiting...'; exit 1; }}
         echo 'ChromeDriver {LISTENING}1.'; exec sleep 600",
        place.path().display()
    );
    Driver::start(&in_its_place(&place, &script)?)?;
    Ok(())
}

#[test]
fn one_that_ends_before_it_listens_says_why() -> Result {
    let place = TempDir::new()?;
    let programs = in_its_place(&place, "echo 'IPv6 port not available. Exiting...'; exit 1")?;
    let error = Driver::start(&programs).err().ok_or("it started")?;
    let error = error.to_string();
    assert!(
        error.contains("it ended, and said\nIPv6 port not available"),
        "{error}"
    );
    Ok(())
}
