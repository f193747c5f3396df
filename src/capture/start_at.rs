//! Where a subscriber wants to begin.

use super::{EventId, EventIdError};

/// What `Last-Event-ID` or `last_event_id` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StartAt {
    /// At the oldest event that is kept. The default: late subscribers see everything (contract §4).
    Earliest,
    /// After the newest event.
    Latest,
    /// After an event that the subscriber has seen.
    After(EventId),
}

/// A text that names no place in a stream.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; or it must be `earliest` or `latest`")]
pub(super) struct StartAtError(EventIdError);

impl std::str::FromStr for StartAt {
    type Err = StartAtError;

    fn from_str(text: &str) -> Result<Self, StartAtError> {
        match text {
            "" | "earliest" => Ok(Self::Earliest),
            "latest" => Ok(Self::Latest),
            id => id.parse().map(Self::After).map_err(StartAtError),
        }
    }
}

impl StartAt {
    /// The event that the subscriber has seen last, as far as it says.
    pub(super) fn seen(self) -> Option<EventId> {
        match self {
            Self::Earliest | Self::Latest => None,
            Self::After(id) => Some(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::test_support::id;

    #[test]
    fn both_ends_have_names_and_everything_else_is_an_id() {
        assert_eq!("".parse(), Ok(StartAt::Earliest));
        assert_eq!("earliest".parse(), Ok(StartAt::Earliest));
        assert_eq!("latest".parse(), Ok(StartAt::Latest));
        assert_eq!("1-1-7".parse(), Ok(StartAt::After(id("1-1-7"))));
        for text in ["Latest", "latest ", "0", "-", "1-1-0"] {
            let said = text.parse::<StartAt>().expect_err(text).to_string();
            assert!(said.ends_with("`earliest` or `latest`"), "{said}");
        }
    }
}
