//! The id of a frame: where an event stands in its session.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where an event stands in its session, and the `id:` of its frame: `run-attempt-seq`, such as `1-2-17`.
///
/// Ids order as the events do. All three numbers start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId {
    /// Which run of the session; a session that serves one prompt has one.
    pub run: u32,
    /// The Temporal attempt within the run.
    pub attempt: u32,
    /// The number within the attempt.
    pub seq: u64,
}

/// A text that is no [`EventId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no id of a stream: it must be run-attempt-seq, three whole numbers from 1, such as 1-1-17"
)]
pub struct EventIdError {
    text: String,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.run, self.attempt, self.seq)
    }
}

impl FromStr for EventId {
    type Err = EventIdError;

    fn from_str(text: &str) -> Result<Self, EventIdError> {
        read(text).ok_or_else(|| EventIdError {
            // Enough to recognise it; the text comes from outside and may be long.
            text: text.chars().take(64).collect(),
        })
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

fn read(text: &str) -> Option<EventId> {
    let mut parts = text.split('-');
    let mut next = || {
        parts
            .next()?
            .parse::<NonZero>()
            .ok()
            .map(|NonZero(number)| number)
    };
    let id = EventId {
        run: u32::try_from(next()?).ok()?,
        attempt: u32::try_from(next()?).ok()?,
        seq: next()?,
    };
    parts.next().is_none().then_some(id)
}

/// A whole number from 1, digits only: the standard parser would also take a leading `+`.
struct NonZero(u64);

impl FromStr for NonZero {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(());
        }
        match text.parse() {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_and_read_alike() {
        let id = EventId {
            run: 1,
            attempt: 2,
            seq: u64::MAX,
        };
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn orders_by_run_then_attempt_then_number() {
        let id = |text: &str| text.parse::<EventId>().expect("an id");
        assert!(id("1-1-9") < id("1-1-10"));
        assert!(id("1-1-10") < id("1-2-1"));
        assert!(id("1-9-9") < id("2-1-1"));
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        for text in [
            "",
            "1",
            "1-1",
            "1-1-",
            "-1-1",
            "1-1-1-1",
            "0-1-1",
            "1-0-1",
            "1-1-0",
            "+1-1-1",
            "1-1-x",
            " 1-1-1",
            "1-1-18446744073709551616",
            "4294967296-1-1",
            "1–1–1",
        ] {
            let said = text.parse::<EventId>().expect_err(text).to_string();
            assert!(said.starts_with(&format!("`{text}` is no id")), "{said}");
        }
    }
}
