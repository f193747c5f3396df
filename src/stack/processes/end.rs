//! Ending processes.

use std::{
    collections::HashMap,
    fs, io,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{
    data::DataDirectory,
    table::{belongs_to, command, is_alive, is_postgres_in, marked, members},
};
use crate::stack::{
    Service, StackError, bounds,
    session::{SERVICE, SESSION},
    wait::Backoff,
};

/// How long Postgres may take to end at once, without saving anything: it removes what it has of the system's shared memory.
const QUICK_END: Duration = Duration::from_millis(400);

/// Ends every process of a session and deletes its data.
pub(in crate::stack) async fn end_session(
    session: &str,
    data: &DataDirectory,
) -> Result<(), StackError> {
    let started = Instant::now();
    for pid in all(session, data) {
        send(
            pid,
            if command(pid) == "postgres" {
                Signal::QUIT
            } else {
                Signal::KILL
            },
        );
    }
    let mut backoff = Backoff::new();
    loop {
        let left = all(session, data);
        if left.is_empty() {
            break;
        }
        if started.elapsed() > bounds::SURE_END.get() {
            return Err(StackError::LeftBehind {
                parts: left.iter().map(|pid| format!("process {pid}")).collect(),
            });
        }
        if started.elapsed() > QUICK_END {
            left.iter().for_each(|pid| send(*pid, Signal::KILL));
        }
        backoff.pause().await;
    }
    tracing::debug!(session, "a service was removed");
    free_shared_memory(&data.service(Service::Postgres).file("data")).await;
    delete(data)
        .await
        .map_err(StackError::state("delete", data.path()))
}

/// Deletes the data. When a start has failed, a copy that it has begun may still be making files.
async fn delete(data: &DataDirectory) -> io::Result<()> {
    let deadline = Instant::now() + bounds::SURE_END.get();
    let mut backoff = Backoff::new();
    loop {
        let deleting = data.clone();
        let deleted = tokio::task::spawn_blocking(move || deleting.delete()).await;
        match deleted.map_err(io::Error::other).flatten() {
            Err(error)
                if error.kind() == io::ErrorKind::DirectoryNotEmpty
                    && backoff.pause_within(deadline).await => {}
            deleted => return deleted,
        }
    }
}

/// Every process of a session, also the ones whose environment this user may not read: those are known by their number.
fn all(session: &str, data: &DataDirectory) -> Vec<u32> {
    let mut found = members(session, data.path());
    for service in Service::ALL {
        let Some(pid) = data.service(service).pid() else {
            continue;
        };
        let hidden = belongs_to(pid, session).is_none() && command(pid) == service_program(service);
        if hidden && is_alive(pid) && !found.contains(&pid) {
            found.push(pid);
        }
    }
    found
}

fn service_program(service: Service) -> &'static str {
    match service {
        Service::Temporal => "temporal",
        Service::Postgres => "postgres",
        // Fifteen characters are all that the system keeps.
        Service::Typesense => "typesense-serve",
    }
}

/// Ends one service with SIGKILL, and every process that it has started; the shell that waits for it lives on. Gives the number
/// of processes.
pub(in crate::stack) fn kill_service(
    session: &str,
    data: &DataDirectory,
    service: Service,
) -> usize {
    send_to_service(session, data, service, Signal::KILL)
}

/// Asks a service to end in its own way; its first process tells its others. Gives the number of processes.
pub(in crate::stack) fn ask_service_to_end(data: &DataDirectory, service: Service) -> usize {
    // Postgres then ends its sessions instead of waiting for them (PostgreSQL documentation, "Shutting Down the Server").
    let signal = match service {
        Service::Postgres => Signal::INT,
        _ => Signal::TERM,
    };
    let pid = data.service(service).pid().filter(|pid| is_alive(*pid));
    pid.into_iter().map(|pid| send(pid, signal)).count()
}

/// Stops every process of a service in its tracks. Gives their number.
pub(in crate::stack) fn pause_service(
    session: &str,
    data: &DataDirectory,
    service: Service,
) -> usize {
    send_to_service(session, data, service, Signal::STOP)
}

/// Lets every process of a service go on. Gives their number.
pub(in crate::stack) fn resume_service(
    session: &str,
    data: &DataDirectory,
    service: Service,
) -> usize {
    send_to_service(session, data, service, Signal::CONT)
}

fn send_to_service(session: &str, data: &DataDirectory, service: Service, signal: Signal) -> usize {
    let of_service = |labels: &HashMap<String, String>| {
        labels.get(SESSION).is_some_and(|of| of == session)
            && labels.get(SERVICE).is_some_and(|of| of == service.as_str())
    };
    let mut pids: Vec<u32> = marked()
        .into_iter()
        .filter(|process| of_service(&process.labels))
        .map(|process| process.pid)
        .collect();
    if service == Service::Postgres {
        let children = members(session, data.path());
        pids.extend(
            children
                .into_iter()
                .filter(|pid| is_postgres_in(*pid, data.path())),
        );
    }
    if pids.is_empty() {
        let hidden = data.service(service).pid().filter(|pid| {
            belongs_to(*pid, session).is_none()
                && is_alive(*pid)
                && command(*pid) == service_program(service)
        });
        pids.extend(hidden);
    }
    pids.sort_unstable();
    pids.dedup();
    pids.iter().for_each(|pid| send(*pid, signal));
    pids.len()
}

/// Sends a signal. One that has ended in between needs none.
pub(super) fn send(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _ = kill_process(pid, signal);
    }
}

/// A Postgres that was killed leaves a segment of System V shared memory of a few bytes, which says that its data is in use.
/// Its number is the second word of line 7 of `postmaster.pid` (PostgreSQL source, `pidfile.h`); an orderly end removes the
/// file.
async fn free_shared_memory(data: &Path) {
    let Ok(file) = fs::read_to_string(data.join("postmaster.pid")) else {
        return;
    };
    let Some(id) = segment(&file) else { return };
    let mut command = Command::new("ipcrm");
    command
        .args(["-m", &id.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Without the command the segment stays: a few bytes, until the system goes down.
    let _ = tokio::task::spawn_blocking(move || command.status()).await;
}

fn segment(postmaster_pid: &str) -> Option<u32> {
    postmaster_pid
        .lines()
        .nth(6)?
        .split_ascii_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segment_is_read_from_the_servers_own_file() {
        let file = "4711\n/data\n1750000000\n54321\n\n127.0.0.1\n 10486029         7\nready   \n";

        assert_eq!(segment(file), Some(7));
        assert_eq!(segment("4711\n"), None);
    }
}
