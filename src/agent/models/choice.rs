//! Which model a worker has.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::chat_completions::ChatCompletions;
use super::http::HttpError;
use super::recording::{RecordingError, ReplayModel, ReplayPace};
use super::settings::ChatSettings;
use crate::agent::{ChatModel, OfflineAnalyst};

/// Which model a worker has. [`open`](Self::open) makes it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum ModelChoice {
    /// The offline analyst.
    #[default]
    Offline,
    /// A language model behind chat completions.
    Chat(Box<ChatSettings>),
    /// A recorded one.
    Replay {
        /// The recording.
        path: PathBuf,
        /// How fast it answers.
        pace: ReplayPace,
    },
    /// One that is there already.
    Given(Arc<dyn ChatModel>),
}

/// Why a model cannot be used. No text shows a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelSetupError {
    /// Its client cannot be made.
    #[error("the model `{model}` cannot be used")]
    Client {
        /// The model.
        model: String,
        /// Why.
        #[source]
        source: HttpError,
    },
    /// Its recording cannot be replayed.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

impl ModelChoice {
    /// A language model behind chat completions.
    pub fn chat(settings: ChatSettings) -> Self {
        Self::Chat(Box::new(settings))
    }

    /// The model that a file has recorded, replayed without any waiting.
    pub fn replay(path: impl Into<PathBuf>) -> Self {
        Self::Replay {
            path: path.into(),
            pace: ReplayPace::Full,
        }
    }

    /// A model of one's own.
    pub fn given(model: impl ChatModel + 'static) -> Self {
        Self::Given(Arc::new(model))
    }

    /// Whether it thinks for as long as it likes, on a server that is not part of the test.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Chat(_))
    }

    /// Makes the model. A recorded one is served on the current Tokio runtime for as long as the model lives.
    ///
    /// # Errors
    /// When the client cannot be made, or the recording cannot be read.
    pub async fn open(&self) -> Result<Arc<dyn ChatModel>, ModelSetupError> {
        Ok(match self {
            Self::Offline => Arc::new(OfflineAnalyst::new()),
            Self::Chat(settings) => {
                let client = ChatCompletions::new((**settings).clone()).map_err(|source| {
                    ModelSetupError::Client {
                        model: settings.model.clone(),
                        source,
                    }
                })?;
                Arc::new(client)
            }
            Self::Replay { path, pace } => Arc::new(ReplayModel::open(path, *pace).await?),
            Self::Given(model) => Arc::clone(model),
        })
    }
}

impl fmt::Debug for ModelChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offline => f.write_str("Offline"),
            Self::Chat(settings) => f.debug_tuple("Chat").field(settings).finish(),
            Self::Replay { path, pace } => f
                .debug_struct("Replay")
                .field("path", path)
                .field("pace", pace)
                .finish(),
            Self::Given(model) => f.debug_tuple("Given").field(&model.name()).finish(),
        }
    }
}
