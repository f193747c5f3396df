//! The time of day, for documents that say when they were written.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since 1970; 0 when the clock stands before it.
pub(super) fn seconds() -> i64 {
    i64::try_from(since_1970().as_secs()).unwrap_or(i64::MAX)
}

/// Milliseconds since 1970; 0 when the clock stands before it.
pub(super) fn milliseconds() -> u128 {
    since_1970().as_millis()
}

fn since_1970() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
