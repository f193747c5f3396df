//! The KAI worker: the workflow, its activities, and what surrounds them in production.
//!
//! [`KaiWorker::start`] launches one in this process; `kai-e2e worker` is the same worker as a process of its own,
//! configured by the environment variables of the contract ([`WorkerConfig::from_env`]). The agent itself knows nothing
//! of Temporal: this room turns one activity attempt into one run of the agent, and the run's events into callbacks,
//! heartbeats and a result.

// The SDK's macros add public constants without documentation, one for each activity and workflow.
#[allow(missing_docs, dead_code)]
mod activities;
mod attempt;
mod callback_hosts;
mod callback_resolver;
mod callback_url;
mod cancellation;
mod chat_env;
mod config;
mod connect;
mod control_plane;
mod env;
mod error;
mod health;
mod heartbeat;
mod numbers;
mod payload;
mod running;
mod sender;
mod supersession;
mod temporal_address;
mod temporal_environment;
mod typesense_env;
#[allow(missing_docs)]
mod workflow;

pub use callback_hosts::{CallbackHosts, CallbackHostsError};
pub use callback_url::{CallbackUrlError, parse_callback_url};
pub use chat_env::{model_from_env, model_from_variables};
pub(crate) use config::DEFAULT_CACHED_WORKFLOWS;
pub use config::{
    ActivityTimeouts, HeartbeatSettings, RetrySettings, SenderSettings, TemporalTarget,
    WorkerConfig,
};
pub use connect::connect;
pub use control_plane::ControlPlane;
pub(crate) use env::cached_workflows;
pub use error::{ConfigError, WorkerError};
pub use health::Health;
pub use running::KaiWorker;
pub(crate) use temporal_address::temporal_url;
pub(crate) use typesense_env::COLLECTION_PREFIX;
pub use workflow::{
    GENERATE_MDL_ACTIVITY, KaiChatWorkflow, KaiSetupWorkflow, SETUP_WORKFLOW, SYNC_CONFIG_ACTIVITY,
};
