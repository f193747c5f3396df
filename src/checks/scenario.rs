//! What is done to a worker, so that its promises can be judged.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that the battery does to a worker. Each check judges what was seen in one of them, or in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scenario {
    /// A question about the data, with a callback URL.
    Answered,
    /// The same question without a callback URL.
    Quiet,
    /// The same question with an empty callback URL.
    EmptyUrl,
    /// A connection that is not stored.
    UnknownConnection,
    /// An argument without a prompt.
    WrongInput,
    /// The receiver answers every event with 500.
    Refusing,
    /// The receiver takes events and does not answer.
    Hanging,
    /// The receiver closes every connection in the middle of its answer.
    Closing,
    /// A second question in a session that has ended.
    Again,
    /// Two questions at the same time, each with a session of its own.
    TwoAtOnce,
    /// A statement that has to wait, without a callback URL.
    Silence,
    /// The run is cancelled while its statement waits.
    Cancelled,
    /// A prompt that asks for data to be changed.
    Destructive,
    /// A figure in the data that JSON has no number for.
    NotANumber,
    /// The database cannot be reached.
    DatabaseGone,
    /// The worker is killed in the middle, and started again.
    TakenOver,
    /// The worker's namespace is deleted, so that it cannot poll any more.
    PollerGone,
    /// The worker is asked to stop.
    Stopped,
}

impl Scenario {
    /// Every scenario, in the order in which the battery runs them.
    pub const ALL: [Self; 18] = [
        Self::Answered,
        Self::Quiet,
        Self::EmptyUrl,
        Self::UnknownConnection,
        Self::WrongInput,
        Self::Refusing,
        Self::Hanging,
        Self::Closing,
        Self::Again,
        Self::TwoAtOnce,
        Self::Silence,
        Self::Cancelled,
        Self::Destructive,
        Self::NotANumber,
        Self::DatabaseGone,
        Self::TakenOver,
        Self::PollerGone,
        Self::Stopped,
    ];

    /// The stable name.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Quiet => "quiet",
            Self::EmptyUrl => "empty-url",
            Self::UnknownConnection => "unknown-connection",
            Self::WrongInput => "wrong-input",
            Self::Refusing => "refusing",
            Self::Hanging => "hanging",
            Self::Closing => "closing",
            Self::Again => "again",
            Self::TwoAtOnce => "two-at-once",
            Self::Silence => "silence",
            Self::Cancelled => "cancelled",
            Self::Destructive => "destructive",
            Self::NotANumber => "not-a-number",
            Self::DatabaseGone => "database-gone",
            Self::TakenOver => "taken-over",
            Self::PollerGone => "poller-gone",
            Self::Stopped => "stopped",
        }
    }

    /// What is done, in one sentence.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Answered => {
                "a question about the data, with a callback URL and two subscribers, one of which is cut off in the middle"
            }
            Self::Quiet => "the same question without a callback URL",
            Self::EmptyUrl => "the same question with an empty callback URL",
            Self::UnknownConnection => "a connection id under which nothing is stored",
            Self::WrongInput => "an argument without a prompt",
            Self::Refusing => "the receiver answers every event with 500",
            Self::Hanging => "the receiver takes every event and never answers",
            Self::Closing => "the receiver closes every connection in the middle of its answer",
            Self::Again => "a second question in the session of one that has ended",
            Self::TwoAtOnce => "two questions at the same time, each with a session of its own",
            Self::Silence => "a statement that has to wait for a lock, without a callback URL",
            Self::Cancelled => "the workflow is cancelled while its statement waits for a lock",
            Self::Destructive => "prompts that ask for data to be changed, in words and in SQL",
            Self::NotANumber => "a column with NaN in it is asked for",
            Self::DatabaseGone => "the database refuses connections",
            Self::TakenOver => {
                "the worker is killed while its statement waits for a lock, and started again"
            }
            Self::PollerGone => "the namespace that the worker polls is deleted",
            Self::Stopped => "the worker gets SIGTERM while a run is under way",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_are_what_json_shows() {
        for (at, scenario) in Scenario::ALL.into_iter().enumerate() {
            assert_eq!(
                serde_json::to_value(scenario).expect("serialises"),
                serde_json::Value::from(scenario.id())
            );
            assert!(
                !Scenario::ALL[..at]
                    .iter()
                    .any(|other| other.id() == scenario.id())
            );
        }
    }
}
