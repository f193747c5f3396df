//! When a request that was turned away is sent again.

use std::time::{Duration, SystemTime};

use super::settings::ChatSettings;

/// Counts the retries of one turn.
#[derive(Debug)]
pub(super) struct Retries {
    left: u32,
    pause: Duration,
    longest: Duration,
}

impl Retries {
    pub(super) fn new(settings: &ChatSettings) -> Self {
        Self {
            left: settings.retries,
            pause: settings.retry_pause,
            longest: settings.longest_pause,
        }
    }

    /// How long to wait before the next try; none when there is none.
    pub(super) fn next(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let own = self.pause.min(self.longest);
        self.pause *= 2;
        // A server that wants to be left alone for longer is left alone.
        let wait = retry_after.unwrap_or(own);
        (wait <= self.longest).then_some(wait)
    }
}

/// Reads a `retry-after` header: seconds, or a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(value)
        .ok()?;
    // A moment that has passed is now.
    Some(SystemTime::from(at).duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::models::Endpoint;

    fn retries() -> Retries {
        let endpoint = Endpoint::new("http://h/v1").expect("usable");
        Retries::new(&ChatSettings::new(endpoint, "m"))
    }

    const fn ms(ms: u64) -> Option<Duration> {
        Some(Duration::from_millis(ms))
    }

    #[test]
    fn there_are_two_and_the_pause_doubles() {
        let mut retries = retries();
        let pauses: Vec<_> = (0..3).map(|_| retries.next(None)).collect();
        assert_eq!(pauses, [ms(500), ms(1000), None]);
    }

    #[test]
    fn the_servers_wish_counts_unless_it_is_too_long() {
        assert_eq!(retries().next(ms(7_000)), ms(7_000));
        assert_eq!(retries().next(ms(0)), ms(0));
        assert_eq!(retries().next(ms(21_000)), None);
    }

    #[test]
    fn the_header_is_seconds_or_a_date() {
        let now = SystemTime::from(
            "2015-10-21T07:28:00Z"
                .parse::<jiff::Timestamp>()
                .expect("a time"),
        );
        let read = |value| retry_after(value, now);
        assert_eq!(read(" 120 "), ms(120_000));
        assert_eq!(read("0.5"), ms(500));
        assert_eq!(read("Wed, 21 Oct 2015 07:29:30 GMT"), ms(90_000));
        assert_eq!(read("Wed, 21 Oct 2015 07:00:00 GMT"), ms(0));
        for value in ["", "-1", "soon", "1e400", "NaN"] {
            assert_eq!(read(value), None, "{value}");
        }
    }
}
