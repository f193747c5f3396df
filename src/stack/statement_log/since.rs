//! The part of a log that was written since some moment.

use std::time::SystemTime;

use jiff::{Timestamp, tz::TimeZone};

use super::{LoggedStatement, fields::LogFields, fields::as_text};

/// Reads a log, or the end of one, from some moment on.
pub(in crate::stack) struct LoggedSince {
    /// In the server's own form, which sorts as the times do.
    first: String,
}

impl LoggedSince {
    pub(in crate::stack) fn of(moment: SystemTime) -> Self {
        let first = Timestamp::try_from(moment).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            first: first
                .to_zoned(TimeZone::UTC)
                .strftime("%Y-%m-%d %H:%M:%S%.3f UTC")
                .to_string(),
        }
    }

    /// As people read it, one line an entry.
    pub(in crate::stack) fn text(&self, log: &[u8]) -> String {
        self.lines(log).map(as_text).collect()
    }

    /// The statements in it.
    pub(in crate::stack) fn statements(&self, log: &[u8]) -> Vec<LoggedStatement> {
        self.lines(log).filter_map(LoggedStatement::of).collect()
    }

    fn lines<'a>(&'a self, log: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        log.split(|byte| *byte == b'\n')
            .filter(|line| LogFields::of(line).is_some_and(|entry| entry.timestamp >= self.first))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn only_what_was_written_since_is_read() {
        let log = br#"t off"}
{"timestamp":"2025-03-01 09:59:59.999 UTC","pid":7,"error_severity":"LOG","message":"statement: SELECT 1"}
{"timestamp":"2025-03-01 10:00:00.000 UTC","pid":7,"error_severity":"LOG","message":"statement: SELECT 2"}
{"timestamp":"2025-03-01 10:00:00.001 UTC","pid":7,"error_severity":"ERROR","message":"no","statement":"SELECT 3"}
"#;
        // 2025-03-01T10:00:00Z
        let since = LoggedSince::of(UNIX_EPOCH + Duration::from_secs(1_740_823_200));

        assert_eq!(
            since.text(log),
            "2025-03-01 10:00:00.000 UTC LOG: statement: SELECT 2\n2025-03-01 10:00:00.001 UTC ERROR: no\n"
        );
        let sql: Vec<String> = since
            .statements(log)
            .into_iter()
            .map(|statement| statement.sql)
            .collect();
        assert_eq!(sql, ["SELECT 2", "SELECT 3"]);
    }
}
