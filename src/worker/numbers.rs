//! Numbers in variables: counts, seconds, ports. All have an upper bound, beyond which nobody means it: a queue or a cache that is
//! made as large as a count says would end the process, and times that are added to others would overflow.

use std::time::Duration;

use super::ConfigError;

/// The most that may be counted: events in a queue, workflows in a cache, turns, tries.
pub(super) const MOST: usize = 1_000_000;
/// The most bytes of which a text may consist: a gigabyte.
pub(super) const MOST_BYTES: usize = 1_000_000_000;
/// The longest time in seconds: a year.
const LONGEST: u32 = 365 * 24 * 60 * 60;

/// A whole number, of which 0 has a meaning of its own.
pub(super) fn from_zero(
    get: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
    zero: &str,
) -> Result<Option<usize>, ConfigError> {
    let wanted = format!("it must be a whole number, at most {MOST}; {zero}");
    read(get, variable, wanted, |number| *number <= MOST)
}

/// A whole number above zero.
pub(super) fn count(
    get: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
    most: usize,
) -> Result<Option<usize>, ConfigError> {
    let wanted = format!("it must be a whole number above zero, at most {most}");
    read(get, variable, wanted, |number| (1..=most).contains(number))
}

/// A number of seconds above zero, fractions allowed.
pub(super) fn seconds(
    get: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
) -> Result<Option<Duration>, ConfigError> {
    let wanted = format!("it must be a number of seconds above zero, at most {LONGEST}");
    let duration = |seconds: &f64| {
        let duration = Duration::try_from_secs_f64(*seconds).ok()?;
        (!duration.is_zero() && *seconds <= f64::from(LONGEST)).then_some(duration)
    };
    let seconds = read(get, variable, wanted, |seconds| duration(seconds).is_some())?;
    Ok(seconds.as_ref().and_then(duration))
}

/// A port from `least` on: 0 is any for who listens, and none for who connects.
pub(super) fn port(variable: &'static str, text: &str, least: u16) -> Result<u16, ConfigError> {
    let number = text.parse().ok().filter(|number| *number >= least);
    number.ok_or_else(|| ConfigError::Invalid {
        variable,
        value: text.to_owned(),
        wanted: format!("it must be a port number from {least} to 65535"),
    })
}

fn read<T: std::str::FromStr>(
    get: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
    wanted: String,
    is_usable: impl Fn(&T) -> bool,
) -> Result<Option<T>, ConfigError> {
    let Some(value) = get(variable) else {
        return Ok(None);
    };
    match value.trim().parse().ok().filter(is_usable) {
        Some(number) => Ok(Some(number)),
        None => Err(ConfigError::Invalid {
            variable,
            value,
            wanted,
        }),
    }
}
