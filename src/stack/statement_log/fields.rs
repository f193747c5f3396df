//! One line of the server's log.

use serde::Deserialize;

/// The keys of a line that are of use here (PostgreSQL documentation, "Keys and Values of JSON Log Entries"). The server
/// leaves out keys that have no value.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LogFields {
    pub(super) timestamp: String,
    pub(super) user: Option<String>,
    pub(super) dbname: Option<String>,
    pub(super) pid: u32,
    pub(super) error_severity: String,
    pub(super) message: String,
    pub(super) detail: Option<String>,
    pub(super) statement: Option<String>,
    pub(super) application_name: Option<String>,
}

impl LogFields {
    /// `None` for a line that is cut off or is no log entry.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

/// The log in the form that people read: one line an entry. A first line that is cut off is left out.
pub(in crate::stack) fn as_text(log: &[u8]) -> String {
    log.split(|byte| *byte == b'\n')
        .filter_map(LogFields::of)
        .map(|entry| {
            let detail = entry
                .detail
                .map(|detail| format!(" ({detail})"))
                .unwrap_or_default();
            format!(
                "{} {}: {}{detail}\n",
                entry.timestamp,
                entry.error_severity,
                entry.message.replace('\n', " ")
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_reads_as_text_without_the_line_that_is_cut_off() {
        let log = br#"rity":"LOG","message":"cut"}
{"timestamp":"2025-03-01 10:00:00.123 UTC","pid":7,"error_severity":"FATAL","message":"could not\nwrite","detail":"disk full"}
"#;

        assert_eq!(
            as_text(log),
            "2025-03-01 10:00:00.123 UTC FATAL: could not write (disk full)\n"
        );
    }
}
