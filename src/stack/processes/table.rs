//! The system's table of processes.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use crate::stack::session::{SESSION, label_of_variable, variable_of_label};

/// A process that carries the labels of a session.
#[derive(Debug, Clone)]
pub(in crate::stack) struct Marked {
    pub(in crate::stack) pid: u32,
    pub(in crate::stack) labels: HashMap<String, String>,
    /// When it was begun, in seconds since 1970, as far as the system tells.
    pub(in crate::stack) since: i64,
}

/// Whether this system shows its processes where they are looked for.
pub(in crate::stack) fn is_supported() -> bool {
    fs::read("/proc/self/environ").is_ok()
}

/// Every process that this user may look at and that carries the labels of any session.
pub(in crate::stack) fn marked() -> Vec<Marked> {
    pids()
        .filter_map(|pid| {
            let labels = labels_of(pid)?;
            Some(Marked {
                pid,
                labels,
                since: since(pid),
            })
        })
        .collect()
}

/// Every process of one session, whose data lies in `data`.
pub(super) fn members(session: &str, data: &Path) -> Vec<u32> {
    let session = format!("{}={session}", variable_of_label(SESSION)).into_bytes();
    pids()
        .filter(|pid| match fs::read(entry(*pid, "environ")) {
            Ok(environ) if environ.split(|byte| *byte == 0).any(|line| line == session) => true,
            _ => is_postgres_in(*pid, data),
        })
        .collect()
}

/// Whether a process is a Postgres that works in a data directory. Its children write their titles over their environment.
pub(super) fn is_postgres_in(pid: u32, data: &Path) -> bool {
    command(pid) == "postgres"
        && fs::read_link(entry(pid, "cwd")).is_ok_and(|cwd| cwd.starts_with(data))
}

/// Whether a process is there and has not ended. A process is a zombie from the end of its first thread on, while others of
/// its threads may still write files: of one that was killed, for as long as the kernel takes to end them.
pub(super) fn is_alive(pid: u32) -> bool {
    match state(pid) {
        None | Some('X') => false,
        Some('Z') => threads(pid).any(|state| !matches!(state, 'Z' | 'X')),
        Some(_) => true,
    }
}

fn threads(pid: u32) -> impl Iterator<Item = char> {
    fs::read_dir(entry(pid, "task"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).ok()?;
            field(&stat, 0)?.chars().next()
        })
}

/// Whether a process was stopped in its tracks.
pub(in crate::stack) fn is_stopped(pid: u32) -> bool {
    state(pid) == Some('T')
}

fn state(pid: u32) -> Option<char> {
    stat(pid, 0)?.chars().next()
}

/// When a process was begun, in the system's ticks since it started: with its number, what tells it from every other. Unlike
/// the environment it stays the same when the process becomes another program.
pub(super) fn start_time(pid: u32) -> Option<u64> {
    stat(pid, 19)?.parse().ok()
}

/// How a process has ended that nobody has waited for yet, as shells count: 128 and the signal's number for a signal. `None`
/// also for one that ended with 0, which is what a user sees who may not know.
pub(super) fn exit_code(pid: u32) -> Option<i64> {
    if state(pid) != Some('Z') {
        return None;
    }
    let status: i64 = stat(pid, 49)?.parse().ok()?;
    match (status >> 8, status & 0x7f) {
        (0, 0) => None,
        (code, 0) => Some(code),
        (_, signal) => Some(128 + signal),
    }
}

/// A field of `PID (COMMAND) STATE …`, counted from the state on; the command may hold any character (proc(5)).
fn stat(pid: u32, at: usize) -> Option<String> {
    let stat = fs::read_to_string(entry(pid, "stat")).ok()?;
    field(&stat, at).map(str::to_owned)
}

fn field(stat: &str, at: usize) -> Option<&str> {
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split_ascii_whitespace().nth(at)
}

/// The name of a process's program, shortened to 15 characters by the system.
pub(super) fn command(pid: u32) -> String {
    fs::read_to_string(entry(pid, "comm"))
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// Whether a process carries the labels of a session; `None` when that cannot be told, because this user may not know, or
/// because there is no environment: for an instant while a process becomes another program, and for good when it has ended.
pub(super) fn belongs_to(pid: u32, session: &str) -> Option<bool> {
    let environ = fs::read(entry(pid, "environ")).ok()?;
    if environ.is_empty() {
        return None;
    }
    let labels = labels_in(&environ);
    Some(labels.get(SESSION).is_some_and(|of| of == session))
}

fn since(pid: u32) -> i64 {
    fs::metadata(entry(pid, ""))
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}

fn labels_of(pid: u32) -> Option<HashMap<String, String>> {
    let labels = labels_in(&fs::read(entry(pid, "environ")).ok()?);
    labels.contains_key(SESSION).then_some(labels)
}

fn labels_in(environ: &[u8]) -> HashMap<String, String> {
    environ
        .split(|byte| *byte == 0)
        .filter_map(|line| {
            let (variable, value) = std::str::from_utf8(line).ok()?.split_once('=')?;
            Some((label_of_variable(variable)?.to_owned(), value.to_owned()))
        })
        .collect()
}

fn pids() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

pub(super) fn entry(pid: u32, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{name}"))
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A child that lives until it is dropped.
    struct Marker(Child);

    impl Drop for Marker {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn child(session: &str) -> Marker {
        Marker(
            Command::new("cat")
                .env(variable_of_label(SESSION), session)
                .stdin(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    }

    #[test]
    fn a_process_is_found_by_the_session_in_its_environment_alone() {
        let (one, other) = ("table-test-1", "table-test-10");
        let (mine, theirs) = (child(one), child(other));
        // In the instant of its start a process has no environment.
        while [&mine, &theirs]
            .iter()
            .any(|child| belongs_to(child.0.id(), one).is_none())
        {
            std::thread::yield_now();
        }

        let found = members(one, Path::new("/nowhere"));

        assert_eq!(found, [mine.0.id()]);
        assert!(marked().iter().any(|marked| marked.pid == theirs.0.id()
            && marked.labels.get(SESSION).is_some_and(|of| of == other)));
        assert_eq!(belongs_to(mine.0.id(), one), Some(true));
        assert_eq!(belongs_to(mine.0.id(), other), Some(false));
    }

    #[test]
    fn a_process_lives_as_long_as_any_of_its_threads() {
        // The first thread alone ends (`exit(2)`, unlike `exit_group(2)`); the other one waits for its input.
        let script = "import ctypes, os, platform, sys, threading
threading.Thread(target=sys.stdin.read).start()
ctypes.CDLL(None).syscall({'x86_64': 60, 'aarch64': 93}[platform.machine()], 0)";
        let mut child = Marker(
            Command::new("python3")
                .args(["-c", script])
                .stdin(Stdio::piped())
                .spawn()
                .unwrap(),
        );
        let pid = child.0.id();
        while state(pid) != Some('Z') {
            assert!(child.0.try_wait().unwrap().is_none(), "it ended");
            std::thread::yield_now();
        }

        assert!(is_alive(pid));
        child.0.kill().unwrap();
        child.0.wait().unwrap();
        assert!(!is_alive(pid));
    }

    #[test]
    fn a_process_that_has_ended_is_not_alive_even_before_its_parent_has_looked() {
        let mut ended = child("table-test-2");
        assert!(is_alive(ended.0.id()));
        ended.0.kill().unwrap();
        // The kernel has made a zombie of it once its output and its standard input are closed, which `wait` waits for.
        ended.0.wait().unwrap();

        assert!(!is_alive(ended.0.id()));
    }
}
