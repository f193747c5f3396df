//! How a command ends when it does not succeed.

use crate::agent::models::RecordingError;
use crate::capture::{CaptureError, ReplayError, TranscriptError};
use crate::harness::HarnessError;
use crate::mutants::UnknownMutant;
use crate::stack::StackError;
use crate::worker::{ConfigError, WorkerError};

/// Why the process exits with another code than 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Exit {
    /// A criterion did not hold. What it was has been printed.
    #[error("{0}")]
    NotHeld(String),
    /// So many questions were answered wrongly. Which has been printed.
    #[error("{0} answers were wrong with confidence")]
    WrongWithConfidence(usize),
    /// So many promises were broken. Which has been printed.
    #[error("{promises} broken", promises = promises(*.0))]
    Broken(usize),
    /// The command line, a file or the environment is unusable.
    #[error("{0}")]
    Usage(String),
    /// The environment could not be started, or broke.
    #[error("{0}")]
    Environment(String),
    /// A signal asked for the end.
    #[error("stopped by {0}")]
    Signal(&'static str),
}

fn promises(count: usize) -> String {
    match count {
        1 => "1 promise was".to_owned(),
        many => format!("{many} promises were"),
    }
}

impl Exit {
    /// The process's exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::NotHeld(_) => 1,
            // Apart from the other codes, so that it says the number; 110 stands for a hundred and more.
            Self::Broken(count) => u8::try_from(*count).unwrap_or(u8::MAX).min(100) + 10,
            Self::Usage(_) => 2,
            Self::Environment(_) => 3,
            Self::WrongWithConfidence(_) => 4,
            Self::Signal(_) => 130,
        }
    }
}

fn text(error: &(dyn std::error::Error + 'static)) -> String {
    crate::contract::error_chain(error)
}

impl From<UnknownMutant> for Exit {
    fn from(error: UnknownMutant) -> Self {
        Self::Usage(text(&error))
    }
}

impl From<StackError> for Exit {
    fn from(error: StackError) -> Self {
        match error {
            StackError::Setting { .. } => Self::Usage(text(&error)),
            _ => Self::Environment(text(&error)),
        }
    }
}

impl From<ConfigError> for Exit {
    fn from(error: ConfigError) -> Self {
        Self::Usage(text(&error))
    }
}

impl From<WorkerError> for Exit {
    fn from(error: WorkerError) -> Self {
        match error {
            WorkerError::Config(_) | WorkerError::Model(_) => Self::Usage(text(&error)),
            _ => Self::Environment(text(&error)),
        }
    }
}

impl From<CaptureError> for Exit {
    fn from(error: CaptureError) -> Self {
        match error {
            CaptureError::Exposed { .. }
            | CaptureError::Setting { .. }
            | CaptureError::Origin { .. } => Self::Usage(text(&error)),
            _ => Self::Environment(text(&error)),
        }
    }
}

impl From<RecordingError> for Exit {
    fn from(error: RecordingError) -> Self {
        match error {
            RecordingError::Listen(_) => Self::Environment(text(&error)),
            _ => Self::Usage(text(&error)),
        }
    }
}

impl From<TranscriptError> for Exit {
    fn from(error: TranscriptError) -> Self {
        Self::Usage(text(&error))
    }
}

impl From<ReplayError> for Exit {
    fn from(error: ReplayError) -> Self {
        Self::Environment(text(&error))
    }
}

impl From<HarnessError> for Exit {
    fn from(error: HarnessError) -> Self {
        match error {
            HarnessError::Stack(error) => error.into(),
            HarnessError::Worker(error) => error.into(),
            HarnessError::Capture(error) => error.into(),
            HarnessError::Settings(error) => error.into(),
            HarnessError::InTest { error, .. } => (*error).into(),
            HarnessError::RunTimeout { .. } => Self::NotHeld(text(&error)),
            error => Self::Environment(text(&error)),
        }
    }
}
