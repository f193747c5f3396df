//! Language models: the client that speaks to them, and what stands in for them.
//!
//! [`ChatCompletions`] speaks OpenAI's chat completions, which nearly every server of a language model understands: hosted
//! ones, Ollama, vLLM, llama.cpp. [`ModelChoice`] says which model a worker has, and opens it.
//!
//! | folder | what it does |
//! | --- | --- |
//! | `wire` | requests, chunks, and the turn that they add up to |
//! | `recording` | model calls in a file, to be replayed exactly |
//! | `scripted` | a server that says what a test tells it to |

mod chat_completions;
mod choice;
mod endpoint;
mod http;
mod loopback;
mod recording;

mod redact;
mod refusal;
mod retry;
mod scripted;
mod settings;
mod stream;
mod wire;

pub use chat_completions::ChatCompletions;
pub use choice::{ModelChoice, ModelSetupError};
pub use endpoint::{Endpoint, EndpointError};
pub use http::HttpError;
pub use recording::{Recorder, Recording, RecordingError, ReplayModel, ReplayPace, ReplayServer};
pub use scripted::{Reply, ScriptedServer};
pub use settings::{ChatSettings, ChatTimeouts};
