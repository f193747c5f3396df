//! Medians, printed in milliseconds. Shared by the benchmarks, none of which uses all of it.
#![allow(dead_code)]

use std::time::Duration;

/// Durations of the same thing, measured several times.
#[derive(Debug, Default)]
pub struct Series(Vec<Duration>);

impl Series {
    /// Takes one measurement.
    pub fn push(&mut self, duration: Duration) {
        self.0.push(duration);
        self.0.sort_unstable();
    }

    /// The middle one.
    pub fn median_duration(&self) -> Duration {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }

    /// The middle one, printed.
    pub fn median(&self) -> String {
        milliseconds(self.median_duration())
    }

    /// The one that nine of ten do not exceed, printed.
    pub fn p90(&self) -> String {
        milliseconds(
            self.0
                .get(self.0.len() * 9 / 10)
                .copied()
                .unwrap_or_default(),
        )
    }
}

/// `12.3`.
pub fn milliseconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1000.0)
}

/// `12.3`.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}
