//! The logs of services that run as processes.

use std::{io, time::SystemTime};

use jiff::{Timestamp, tz::TimeZone};

use super::{postgres::log_directory, supervised::ServiceDirectory};
use crate::stack::{
    LoggedStatement, Service,
    statement_log::{self, LoggedSince},
};

/// How much of the end of a log an error message is taken from.
const TAIL_BYTES: u64 = 64 * 1024;

/// The most of a log that is looked at for what was written since some moment.
const SINCE_BYTES: u64 = 16 * 1024 * 1024;

/// The last lines that a service wrote.
pub(in crate::stack) fn log_tail(
    directory: &ServiceDirectory,
    service: Service,
    lines: usize,
) -> io::Result<String> {
    let mut text = output(directory, TAIL_BYTES)?;
    if service == Service::Postgres {
        text.push_str(&statement_log::as_text(&statements(directory, TAIL_BYTES)?));
    }
    let mut kept: Vec<&str> = text.lines().collect();
    kept.drain(..kept.len().saturating_sub(lines));
    Ok(kept.join("\n"))
}

/// What a service wrote since a moment.
pub(in crate::stack) fn log_since(
    directory: &ServiceDirectory,
    service: Service,
    since: SystemTime,
) -> io::Result<String> {
    let mut text = stamped_since(&output(directory, SINCE_BYTES)?, since);
    if service == Service::Postgres {
        let log = statements(directory, SINCE_BYTES)?;
        text.push_str(&LoggedSince::of(since).text(&log));
    }
    Ok(text)
}

/// The statements that Postgres logged since a moment.
pub(in crate::stack) fn statements_since(
    directory: &ServiceDirectory,
    since: SystemTime,
) -> io::Result<Vec<LoggedStatement>> {
    let log = statements(directory, SINCE_BYTES)?;
    Ok(LoggedSince::of(since).statements(&log))
}

fn output(directory: &ServiceDirectory, most: u64) -> io::Result<String> {
    let bytes = directory.end_of(&directory.file("log"), most)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn statements(directory: &ServiceDirectory, most: u64) -> io::Result<Vec<u8>> {
    let file = log_directory(directory).join(statement_log::JSON_FILE);
    directory.end_of(&file, most)
}

/// The lines of a log from the first on that was stamped at or after a moment. Lines without a stamp go with the one before
/// them; a log without any is given whole, for nothing says that it is older.
fn stamped_since(log: &str, since: SystemTime) -> String {
    let first = Timestamp::try_from(since)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::UTC)
        .strftime("%Y%m%d%H%M%S%3f")
        .to_string();
    let mut keep = true;
    log.lines()
        .filter(|line| {
            if let Some(stamp) = stamp(line) {
                keep = *stamp >= *first;
            }
            keep
        })
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The digits of a line's time to the millisecond, which sort as the times do. Temporal writes
/// `time=2026-11-22T21:16:44.767 …`, Typesense `I20261122 20:26:42.887404 …`, and Postgres, before its own log begins,
/// `2026-11-22 21:16:44.767 UTC …`; all in UTC, as they are told.
fn stamp(line: &str) -> Option<String> {
    let time = line.strip_prefix("time=").unwrap_or(line);
    let time = match time.strip_prefix(['I', 'W', 'E', 'F']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => time,
    };
    let shape = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | ' ' | 'T');
    let digits: String = time
        .chars()
        .take_while(|c| shape(*c))
        .filter(char::is_ascii_digit)
        .take(17)
        .collect();
    (digits.len() == 17).then_some(digits)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    // 2026-11-22T20:26:42.900Z
    const MOMENT: Duration = Duration::from_millis(1_795_379_202_900);

    #[test]
    fn each_service_s_own_stamp_is_read_and_other_lines_go_with_the_one_before() {
        let before = [
            "time=2026-11-22T20:26:42.899 level=WARN msg=old",
            "I20261122 20:26:42.887404 22380 old",
            "2026-11-22 20:26:42.899 UTC [7] LOG:  old",
        ];
        let after = [
            "time=2026-11-22T20:26:42.900 level=WARN msg=new",
            "W20261122 20:26:43.887404 22380 new",
            "2026-11-23 00:00:00.000 UTC [7] LOG:  new",
        ];
        for (before, after) in before.iter().zip(after) {
            let log = format!("{before}\n  of old\n{after}\n  of new\n");
            let kept = stamped_since(&log, UNIX_EPOCH + MOMENT);
            assert_eq!(kept, format!("{after}\n  of new\n"));
        }
    }

    #[test]
    fn a_log_without_stamps_is_given_whole() {
        let log = "Temporal CLI 1.9.1\nServer: 127.0.0.1:7233\n";

        assert_eq!(stamped_since(log, UNIX_EPOCH + MOMENT), log);
    }
}
