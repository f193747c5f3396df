//! Ports: free ones, and who listens on them.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener, TcpStream},
    time::{Duration, Instant},
};

use super::{
    supervised::{ServiceDirectory, State},
    table::entry,
};
use crate::stack::wait::Backoff;

/// What came of waiting for a process to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stack) enum Wait {
    Listens,
    Ended,
    Late,
}

/// Whether somebody listens on a port of the loopback interface.
pub(in crate::stack) fn is_taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

/// Waits until a service's own process, and nobody else, listens on a port.
pub(in crate::stack) async fn until_listening(
    directory: &ServiceDirectory,
    port: u16,
    bound: Duration,
) -> Wait {
    let deadline = Instant::now() + bound;
    let mut backoff = Backoff::new();
    loop {
        match directory.state() {
            Some(State::Running) => {}
            Some(State::Ended(_)) | None => return Wait::Ended,
        }
        if directory.pid().is_some_and(|pid| listens(pid, port)) {
            return Wait::Listens;
        }
        if !backoff.pause_within(deadline).await {
            return Wait::Late;
        }
    }
}

/// Whether a process has a socket that listens on a port. Where a process of another user cannot be looked into, it counts when
/// anybody answers there.
fn listens(pid: u32, port: u16) -> bool {
    let Some(inode) = listening_socket(port) else {
        return false;
    };
    let wanted = format!("socket:[{inode}]");
    match fs::read_dir(entry(pid, "fd")) {
        Ok(files) => files
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok())
            .any(|target| target.as_os_str() == wanted.as_str()),
        Err(_) => TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok(),
    }
}

/// The inode of the socket that listens on a port of the loopback interface or of all.
fn listening_socket(port: u16) -> Option<u64> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    table.lines().skip(1).find_map(|line| in_line(line, port))
}

/// `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …`, numbers in hexadecimal but for the last
/// (proc_net_tcp); state 0A is LISTEN.
fn in_line(line: &str, port: u16) -> Option<u64> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let (address, local_port) = fields.get(1)?.split_once(':')?;
    let loopback_or_all = matches!(address, "0100007F" | "00000000");
    let matches = loopback_or_all
        && u16::from_str_radix(local_port, 16) == Ok(port)
        && *fields.get(3)? == "0A";
    matches.then(|| fields.get(9)?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listener_is_told_from_whoever_is_connected() {
        let listening = "   0: 0100007F:1C41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0";
        let connected = listening.replace(" 0A ", " 01 ");

        assert_eq!(in_line(listening, 7233), Some(4711));
        assert_eq!(in_line(listening, 7234), None);
        assert_eq!(in_line(&connected, 7233), None);
    }

    #[test]
    fn only_the_process_that_listens_counts() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();

        assert!(is_taken(port));
        assert!(listens(std::process::id(), port));
        let mut other = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        assert!(!listens(other.id(), port));
        other.kill().unwrap();
        other.wait().unwrap();
        drop(listener);
        assert!(!listens(std::process::id(), port));
    }
}
