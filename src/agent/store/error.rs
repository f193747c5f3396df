//! Why Typesense gave no answer, or none that can be used.

/// What went wrong between the agent and Typesense. The API key is in none of the texts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No server answered, or not in time.
    #[error("typesense at {url} did not answer about the collection `{collection}`: {reason}")]
    Unreachable {
        /// The server's address.
        url: String,
        /// The collection that was asked for.
        collection: String,
        /// What was seen: `connection refused`, `no answer within 5 s`, …
        reason: String,
    },
    /// The server answered with an error.
    #[error(
        "typesense refused a request for the collection `{collection}`: status {status}, {message}"
    )]
    Refused {
        /// The collection that was asked for.
        collection: String,
        /// The HTTP status.
        status: u16,
        /// Typesense's own words.
        message: String,
    },
    /// The server's answer is not what Typesense's interface promises.
    #[error("typesense gave an unusable answer for the collection `{collection}`: {reason}")]
    Answer {
        /// The collection that was asked for.
        collection: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A stored document does not have the fields that the contract gives it.
    #[error("the document `{id}` of the collection `{collection}` cannot be read")]
    Document {
        /// The collection.
        collection: String,
        /// The document.
        id: String,
        /// Which field, and what is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl StoreError {
    /// Whether the server is out of reach or not ready, so that the same request may succeed later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            // 503 is "Not Ready or Lagging", which Typesense says while it starts.
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
            Self::Answer { .. } | Self::Document { .. } => false,
        }
    }
}
